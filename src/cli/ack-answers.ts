import type { Problem, Verdict } from '../core/problem.ts';
import { envelopeOf } from '../flows/outbound/envelope.ts';
import { functionalAnswer, listedSetsMax } from '../flows/outbound/functional-answer.ts';
import { interchangeAnswer } from '../flows/outbound/interchange-answer.ts';
import { acknowledges, answersTo } from '../flows/split/answers.ts';
import type { GroupTally } from '../flows/split/verdicts.ts';
import type { Standards } from '../library/standards.ts';
import type { TransactionVerdict } from '../parsers/acknowledgment.ts';
import { type ContrlPart, interchangeNameFault, unnamedPart } from '../parsers/edifact/acknowledge.ts';
import { contrlSyntaxOf, messageGroupVerdict } from '../parsers/edifact/verdicts.ts';
import type { GroupHeader, InterchangeHeader } from '../parsers/transaction.ts';
import { isNamedByFunctional, isNamedByTa1, writeTa1 } from '../parsers/x12/acknowledge.ts';
import { interchangeVerdict } from '../parsers/x12/verdicts.ts';
import type { Agreement } from '../partners/configuration.ts';
import type { TakeNumber } from './ack-terms.ts';
import type { Stretch, VerdictSpool } from './ack-verdicts.ts';
import { printable } from './file-words.ts';

/** One interchange, read and judged to its end. */
export interface AnsweredInterchange {
  readonly header: InterchangeHeader;
  /** Whether sender and receiver are who they should be. */
  readonly agreed: boolean;
  /** The interchange itself is wrong: its groups are then not answered one by one. */
  readonly broken: boolean;
  /** A TA1 stands in it. */
  readonly holdsTa1: boolean;
  readonly verdict: Verdict;
  readonly problems: readonly Problem[];
  readonly groups: readonly GroupToAnswer[];
}

export interface GroupToAnswer {
  readonly header: GroupHeader;
  readonly problems: readonly Problem[];
  /** Its transactions' verdicts, in the spool. */
  readonly stretch: Stretch;
  readonly claimed: number | null;
  readonly tally: GroupTally;
  readonly verdict: Verdict;
}

/** What an agreement says about answering. */
export type AnsweringTerms = Pick<Agreement, 'syntax' | 'ours' | 'theirs' | 'usage' | 'envelope' | 'acknowledgment'>;

/** Under which terms, when, and where the company's clocks stand; or why there is no answer. */
export type Replying = { readonly zone: string; readonly at: Date } & (
  | { readonly agreement: AnsweringTerms; readonly silence: null }
  | { readonly agreement: null; readonly silence: string }
);

export interface Answers {
  /** Each an interchange of its own, in the order in which they leave. */
  readonly answers: readonly Iterable<Uint8Array>[];
  /** Why there is none. */
  readonly silence: string | null;
  /** Groups that are not answered, and why: no 997 can name them. */
  readonly unnamed: readonly string[];
}

/** The acknowledgments owed for an interchange, by the same rules and the same writers as the gateway's. */
export function answersOf(
  standards: Standards,
  read: AnsweredInterchange,
  spool: VerdictSpool,
  { agreement, zone, at, silence }: Replying,
  take: TakeNumber,
): Answers {
  if (agreement === null) return { answers: [], silence, unnamed: [] };
  const { acknowledgment } = agreement;
  const interchange = acknowledgment.rejects === 'interchange' ? fallingTogether(read) : read;
  const { header, groups, broken, holdsTa1, problems } = interchange;
  const rows = answersTo(
    {
      id: '',
      company: '',
      partner: '',
      usage: header.usage,
      channelId: '',
      header,
      broken,
      holdsTa1,
      groups: groups.map((group, index) => ({ ...namedGroup(group), id: String(index), verdict: group.verdict })),
    },
    agreement,
    () => '',
    at,
  );
  const { verdict } = interchange;
  const acceptedMessages = acknowledgment.acceptedSets && groups.every(({ tally }) => tally.counted <= listedSetsMax);
  // Where all is accepted and that goes without saying, nothing is named.
  const names = acceptedMessages || verdict !== 'accepted';
  const mayLack = names && rows.some(({ kind }) => kind === 'CONTRL') && header.acknowledgmentRequested !== '2';
  const fault = mayLack ? unnamedPart(partsOf(interchange, spool), contrlSyntaxOf(header), acceptedMessages) : null;
  // What can't be named is told of the whole where all is refused; else nothing would be true.
  const asWhole = fault !== null && verdict === 'rejected';
  if (fault !== null && !asWhole)
    return { answers: [], silence: `no CONTRL can tell of it, for ${fault}`, unnamed: [] };
  const answers = rows.map(({ kind, group_id }) => {
    const alone = kind === 'TA1';
    const functionalId = kind === '997' || kind === '999' ? 'FA' : null;
    const interchangeNumber = take('interchange');
    const numbers = {
      interchange: interchangeNumber,
      group: functionalId === null ? '' : take('group'),
      transaction: alone ? '' : take('transaction'),
    };
    const envelopeFor = (version: string) =>
      envelopeOf(agreement, numbers, at, zone, { functionalId, version, asks: false });
    const group = group_id === null ? undefined : groups[Number(group_id)];
    if (group !== undefined)
      return functionalAnswer(standards, answeredGroup(group), verdictsOf(group, spool), {
        kind: kind === '999' ? '999' : '997',
        envelopeFor,
        controlNumber: numbers.transaction,
        acceptedSets: acknowledgment.acceptedSets && group.tally.counted <= listedSetsMax,
      });
    return alone
      ? writeTa1(envelopeFor(''), interchangeVerdict(header, problems))
      : interchangeAnswer(interchange, partsOf(interchange, spool), acknowledgment, {
          envelope: envelopeFor(''),
          controlNumber: numbers.transaction,
          acceptedMessages,
          asWhole,
        });
  });
  return {
    answers,
    silence: answers.length > 0 ? null : nothingOwed(interchange),
    unnamed: unnamedGroups(interchange),
  };
}

/** A 997 names its group by GS01 and GS06: where one of them is none, no 997 can. */
const unnamedGroups = ({ header, broken, groups }: AnsweredInterchange): string[] =>
  header.syntax === 'edifact' || broken
    ? []
    : groups
        .map(namedGroup)
        .filter((group) => group.controlNumber !== null && !acknowledges(group) && !isNamedByFunctional(group))
        .map(
          ({ functionalId, controlNumber }) =>
            `group "${printable(controlNumber ?? '')}" of "${printable(functionalId ?? '')}" is not answered: GS01 is no two capitals or digits, or GS06 no number`,
        );

const namedGroup = ({ header, tally }: GroupToAnswer) => ({
  functionalId: header.functionalId,
  controlNumber: header.controlNumber,
  counted: tally.counted,
  acknowledging: tally.acknowledging,
});

/** Where all that came together falls together, one bad group takes the others along. */
function fallingTogether(interchange: AnsweredInterchange): AnsweredInterchange {
  if (!interchange.groups.some(({ verdict }) => verdict === 'rejected')) return interchange;
  const groups = interchange.groups.map((group) => ({ ...group, verdict: 'rejected' as const }));
  return { ...interchange, verdict: 'rejected', groups };
}

/** What a CONTRL tells: groups that have a UNG, and messages that were judged by themselves. */
function* partsOf({ header, groups, broken }: AnsweredInterchange, spool: VerdictSpool): Generator<ContrlPart> {
  if (broken) return;
  const syntax = contrlSyntaxOf(header);
  // A CONTRL tells of messages outside of groups before it tells of groups (SG1, SG3).
  const isBare = ({ header: { controlNumber } }: GroupToAnswer) => controlNumber === null;
  const inOrder = [...groups.filter(isBare), ...groups.filter((group) => !isBare(group))];
  for (const { header: group, claimed, tally, problems, verdict, stretch } of inOrder) {
    const counts = { claimed, counted: tally.counted, accepted: tally.accepted };
    if (group.controlNumber !== null)
      yield { kind: 'group', group: messageGroupVerdict(group, counts, problems, verdict, syntax) };
    // What was only taken along by others is not named: what took it along is, one level up.
    for (const message of spool.read(stretch)) {
      if (message.verdict === 'rejected' || verdict !== 'rejected') yield { kind: 'message', message };
    }
  }
}

/** A group that is rejected whole has accepted nothing. */
const answeredGroup = ({ header, claimed, tally, verdict, problems }: GroupToAnswer) => ({
  header,
  claimed,
  counted: tally.counted,
  accepted: verdict === 'rejected' ? 0 : tally.accepted,
  with_errors: tally.withErrors,
  problems,
});

function* verdictsOf({ verdict, stretch }: GroupToAnswer, spool: VerdictSpool): Generator<TransactionVerdict> {
  for (const one of spool.read(stretch)) yield verdict === 'rejected' ? { ...one, verdict } : one;
}

function nothingOwed(interchange: AnsweredInterchange): string {
  const { header, groups, broken, holdsTa1 } = interchange;
  if ((groups.length > 0 || holdsTa1) && groups.every((group) => acknowledges(namedGroup(group))))
    return 'acknowledgments are never acknowledged';
  if (header.syntax === 'edifact' && interchangeNameFault(header) !== null)
    return `no CONTRL can tell of it, for ${interchangeNameFault(header)}`;
  if (header.syntax === 'edifact') return 'neither UNB 0031 nor the agreement asks for a CONTRL';
  if (broken && !isNamedByTa1(header)) return 'no TA1 can tell of it, for its ISA13 is no number';
  if (broken) return 'it is rejected whole, which only a TA1 could tell, and ISA14 or the agreement asks for none';
  if (unnamedGroups(interchange).length > 0) return 'no acknowledgment can name its groups';
  return groups.length === 0 ? 'it holds nothing that is acknowledged' : 'the agreement wants no acknowledgments';
}
