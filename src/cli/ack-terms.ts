import { FailureError } from '../core/failure.ts';
import { answeringAgreement } from '../flows/split/whose.ts';
import type { EnvelopeIdentity, SyntaxName } from '../parsers/transaction.ts';
import type { Agreement } from '../partners/configuration.ts';
import { type ControlNumberLevel, controlNumberRule, formatControlNumber } from '../partners/control-numbers.ts';
import { acknowledgmentDefaults, envelopeDefaults } from '../partners/defaults.ts';
import { type Identity, sameIdentity } from '../partners/identity.ts';
import type { AnsweredInterchange, Replying } from './ack-answers.ts';
import type { OnePartner } from './file-parties.ts';
import { printable } from './file-words.ts';

/** Takes the next number of a level, as it stands on the wire. */
export type TakeNumber = (level: ControlNumberLevel) => string;

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** `--at`: an ISO 8601 instant; without a zone it is UTC, so that it means the same on every machine. Throws FailureError `usage-wrong`. */
export function momentOf(text: string): Date {
  const match = MOMENT.exec(text);
  const zoned = match?.[1] === undefined && text.includes('T') ? `${text}Z` : text;
  const moment = new Date(zoned);
  if (match === null || Number.isNaN(moment.getTime())) {
    throw new FailureError('usage-wrong', `--at '${text}' is no moment: 2026-11-22T09:15:00Z is one.`);
  }
  return moment;
}

/** `--control`: the next number of each range, as in the store: interchanges, groups and sets count on apart. Throws FailureError `usage-wrong`. */
export function controlNumbersFrom(text: string, syntax: SyntaxName = 'x12'): TakeNumber {
  const first = Number(text);
  const { numberMin, numberMax } = controlNumberRule(syntax, 'interchange');
  if (!/^\d{1,14}$/.test(text) || first < numberMin || first > numberMax) {
    throw new FailureError('usage-wrong', `--control '${text}' is no control number: 1 to ${numberMax} are.`);
  }
  const next: Record<ControlNumberLevel, number> = { interchange: first, group: first, transaction: first };
  return (level) => {
    if (next[level] > numberMax) {
      throw new FailureError('usage-wrong', `--control '${text}' leaves too few numbers for all the answers.`);
    }
    return formatControlNumber(syntax, level, next[level]++);
  };
}

/** `--control` for either syntax: each counts for itself, as in the store. */
export function numbersBySyntax(text: string): (syntax: SyntaxName) => TakeNumber {
  const taking: Record<SyntaxName, TakeNumber> = {
    x12: controlNumbersFrom(text),
    edifact: controlNumbersFrom(text, 'edifact'),
  };
  return (syntax) => taking[syntax];
}

/** ISA12 and ISA05 of our answer are theirs where somebody has them: what nobody has is 00401, and ZZ, "mutually defined". */
const ISA12 = /^00[2-8]\d\d$/;
const ISA05 = /^(?:0[1-4]|0[7-9]|1[0-9]|2[0-9]|3[0-8]|AM|NR|SA|SN|ZZ)$/;
const knownQualifier = <Id extends Identity>(id: Id): Id =>
  id.syntax === 'x12' && !ISA05.test(id.qualifier ?? '') ? { ...id, qualifier: 'ZZ' } : id;

/** Whether an identity can stand in the envelope of an answer: ISA06 holds 15 characters, UNB 0004 35, and in X12 nothing is released. */
const isRepeatable = (
  syntax: SyntaxName,
  { id, qualifier }: EnvelopeIdentity,
  separators: readonly (string | null)[],
): boolean =>
  (syntax === 'x12' || /^\P{Cc}{0,4}$/u.test(qualifier ?? '')) &&
  id.trim() !== '' &&
  id.length <= (syntax === 'x12' ? 15 : 35) &&
  !/\p{Cc}/u.test(id) &&
  !separators.some((one) => one !== null && id.includes(one));

/**
 * How an interchange is answered: by the partner's agreement, or without one as an agreement answers that says nothing special, in UTC.
 * `silence` says why it is not answered at all.
 */
export function replyingFor(
  { header, agreed }: Pick<AnsweredInterchange, 'header' | 'agreed'>,
  parties: OnePartner | null,
  at: Date,
): Replying {
  const sender = { syntax: header.syntax, ...header.sender };
  const receiver = { syntax: header.syntax, ...header.receiver };
  if (parties === null) {
    const { syntax } = header;
    const version = ISA12.test(header.version) ? header.version : '00401';
    const defaults = envelopeDefaults(syntax, version);
    const separators = syntax === 'x12' ? Object.values(defaults.delimiters) : [];
    const odd = [header.sender, header.receiver].find((party) => !isRepeatable(syntax, party, separators));
    if (odd !== undefined)
      return {
        agreement: null,
        zone: 'UTC',
        at,
        silence: `its header names "${printable([odd.id, odd.qualifier ?? ''].slice(0, isRepeatable(syntax, { ...odd, qualifier: null }, separators) ? 2 : 1).join(':'))}", which no envelope can repeat`,
      };
    const envelope = { ...defaults, groupSender: receiver.id, groupReceiver: sender.id };
    // Whoever asks to see the answer wants to see one: without an agreement a CONTRL is shown as if it had been asked for.
    const contrl = syntax === 'edifact' ? 'always' : 'never';
    const acknowledgment = { ...acknowledgmentDefaults(syntax), contrl } as const;
    const terms = { syntax, ours: knownQualifier(receiver), theirs: knownQualifier(sender), usage: header.usage };
    return { agreement: { ...terms, envelope, acknowledgment }, zone: 'UTC', at, silence: null };
  }
  const { company, partners, agreements } = parties;
  const [partner] = partners;
  const silent = (silence: string): Replying => ({ agreement: null, zone: company.zone, at, silence });
  if (!agreed) return silent('it would be quarantined, for who sent it or whom it is for is not known');
  if (company.identities.some((each) => sameIdentity(each, sender)))
    return silent('it is ours, and the partner answers it');
  const between = {
    company: company.id,
    partner: partner?.id ?? '',
    usage: header.usage,
    syntax: header.syntax,
    ours: receiver,
    theirs: sender,
  };
  const agreement: Agreement | undefined = answeringAgreement({ agreements }, between);
  if (agreement === undefined) {
    return silent(`${partner?.id} agreed on nothing it may send in ${header.usage}`);
  }
  return { agreement, zone: company.zone, at, silence: null };
}
