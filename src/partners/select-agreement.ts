import type { PartnerId } from '../core/company.ts';
import type { Usage } from '../core/usage.ts';
import type { DocumentKind } from '../documents/index.ts';
import type { EnvelopeIdentity, SyntaxName } from '../parsers/transaction.ts';
import type { Agreement, Channel, Configuration } from './configuration.ts';
import { ANSWER_TO_MESSAGE, tablesVersion } from './defaults.ts';
import { type Identity, identityKey, sameIdentity } from './identity.ts';

/** What an envelope says of one message. Seen from the wire: on the way in the sender is theirs, on the way out ours. */
export interface AgreementQuery {
  readonly direction: Agreement['direction'];
  readonly syntax: SyntaxName;
  readonly sender: EnvelopeIdentity;
  readonly receiver: EnvelopeIdentity;
  readonly usage: Usage;
  /** "850", "ORDERS". */
  readonly message: string;
  /** GS08 whole, or "D96A". */
  readonly version: string;
}

/** In this order they are looked for: the first that fails is the reason. */
export type NoAgreementReason =
  | 'unknown-sender'
  | 'unknown-receiver'
  | 'message-not-agreed'
  | 'version-not-agreed'
  | 'usage-not-agreed'
  | 'several-agree';

export type AgreementChoice =
  | { readonly agreement: Agreement; readonly reason: null }
  | {
      readonly agreement: undefined;
      readonly reason: NoAgreementReason;
      /** "brightmart agreed on 850 in 004010, not in 005010." */
      readonly message: string;
      /** Whose identity the other side's is, when it is known. */
      readonly partner: PartnerId | null;
    };

/** Whose identities are ours, whose theirs, and what was agreed. */
export type Parties = Pick<Configuration, 'company' | 'partners' | 'agreements'>;

/**
 * The agreement under which a message travels, or why there is none.
 * Versions: the whole GS08 first, else one with the same first six characters, for the rest is an industry's name for the same tables (trap 4).
 */
export function selectAgreement(parties: Parties, query: AgreementQuery): AgreementChoice {
  const { direction, syntax, message, version, usage } = query;
  const sender: Identity = { syntax, qualifier: query.sender.qualifier, id: query.sender.id };
  const receiver: Identity = { syntax, qualifier: query.receiver.qualifier, id: query.receiver.id };
  const [theirs, ours] = direction === 'in' ? [sender, receiver] : [receiver, sender];
  const partner = parties.partners.find(({ identities }) => identities.some((each) => sameIdentity(each, theirs)))?.id;
  const no = (reason: NoAgreementReason, why: string): AgreementChoice => ({
    agreement: undefined,
    reason,
    message: why,
    partner: partner ?? null,
  });
  const isOurs = parties.company.identities.some((each) => sameIdentity(each, ours));
  const strangers = [...(partner === undefined ? [theirs] : []), ...(isOurs ? [] : [ours])];
  // The sender is told first, whichever side it is: a stranger's receiver is not worth naming.
  const stranger = strangers.find((identity) => identity === sender) ?? strangers[0];
  if (stranger !== undefined)
    return no(
      stranger === sender ? 'unknown-sender' : 'unknown-receiver',
      `${identityKey(stranger)} is ${stranger === theirs ? "no partner's identity" : 'no identity of ours'}.`,
    );
  const between = parties.agreements.filter(
    (agreement) =>
      agreement.partner === partner &&
      agreement.direction === direction &&
      sameIdentity(agreement.ours, ours) &&
      sameIdentity(agreement.theirs, theirs),
  );
  const ofMessage = between.filter((agreement) => agreement.message === message);
  if (ofMessage.length === 0)
    return no('message-not-agreed', `${partner} agreed on ${listOf(between, 'message')}, not on ${message}.`);
  const ofVersion = ofMessage.filter((agreement) => sameTables(agreement, version));
  if (ofVersion.length === 0)
    return no(
      'version-not-agreed',
      `${partner} agreed on ${message} in ${listOf(ofMessage, 'version')}, not in ${version}.`,
    );
  const ofUsage = ofVersion.filter((agreement) => agreement.usage === usage);
  if (ofUsage.length === 0)
    return no(
      'usage-not-agreed',
      `${partner} agreed on ${message} for ${listOf(ofVersion, 'usage')}, not for ${usage}.`,
    );
  const exact = ofUsage.filter((agreement) => agreement.version === version);
  const fitting = exact.length > 0 ? exact : ofUsage;
  const [only, other] = fitting;
  return only !== undefined && other === undefined
    ? { agreement: only, reason: null }
    : no('several-agree', `${listOf(fitting, 'id')} all fit ${message} in ${version}; which is meant cannot be told.`);
}

const sameTables = (agreement: Agreement, version: string): boolean =>
  tablesVersion(agreement.syntax, agreement.version) === tablesVersion(agreement.syntax, version);

const listOf = (agreements: readonly Agreement[], what: 'message' | 'version' | 'usage' | 'id'): string =>
  [...new Set(agreements.map((agreement) => agreement[what]))].join(', ') || 'nothing';

/**
 * The outbound agreement that answers what came under an inbound one (855, 856, 810 to an 850): same partner, usage and document kind;
 * between the same two identities when there is one, else the only one there is. Undefined when none or several fit.
 */
export function selectAnswer(
  agreements: readonly Agreement[],
  inbound: Pick<Agreement, 'partner' | 'usage' | 'ours' | 'theirs' | 'syntax' | 'message'>,
  document: DocumentKind,
): Agreement | undefined {
  const possible = agreements.filter(
    (agreement) =>
      agreement.direction === 'out' &&
      agreement.partner === inbound.partner &&
      agreement.usage === inbound.usage &&
      agreement.document === document,
  );
  const between = possible.filter(
    ({ ours, theirs }) => sameIdentity(ours, inbound.ours) && sameIdentity(theirs, inbound.theirs),
  );
  const near = between.length > 0 ? between : possible;
  // 855 and 865 carry one document: the message that answers theirs goes before the other.
  const named = near.filter(({ message }) => message === ANSWER_TO_MESSAGE[inbound.message]);
  const other = new Set(Object.values(ANSWER_TO_MESSAGE));
  const fitting =
    named.length > 0 ? named : near.length === 1 ? near : near.filter(({ message }) => !other.has(message));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether an interchange of this sender may come through this channel; if not it is quarantined. */
export const mayChannelSpeakFor = ({ speaksFor }: Pick<Channel, 'speaksFor'>, sender: Identity): boolean =>
  speaksFor.some((identity) => sameIdentity(identity, sender));
