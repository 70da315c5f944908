import { positionAt } from '../../core/position.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Usage } from '../../core/usage.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Agreement } from '../../partners/configuration.ts';
import { type Identity, identityKey, sameIdentity } from '../../partners/identity.ts';
import { mayChannelSpeakFor } from '../../partners/select-agreement.ts';
import type { KnownConfiguration } from '../known-configuration.ts';

/** Whose an interchange is: who sent it, for whom, over a channel that may say so; or why it is quarantined. */
export interface Ownership {
  readonly company: string | null;
  readonly partner: string | null;
  readonly sender: Identity;
  readonly receiver: Identity;
  readonly quarantine: { readonly reason: string; readonly problem: Problem } | null;
}

/**
 * An interchange whose sender its channel may not speak for, or whose sender or receiver nobody knows, is quarantined and not answered:
 * an answer would go to whoever wrote the header.
 */
export function whoseInterchange(known: KnownConfiguration, channelId: string, header: InterchangeHeader): Ownership {
  const sender: Identity = { ...header.sender, syntax: header.syntax };
  const receiver: Identity = { ...header.receiver, syntax: header.syntax };
  const partner = known.partnerWith(sender);
  const company = known.companyWith(receiver);
  const channel = known.channel(channelId);
  const base = { company: company?.id ?? null, partner: partner?.id ?? null, sender, receiver };
  const at = positionAt(header.byteOffset, { tag: header.syntax === 'x12' ? 'ISA' : 'UNB' });
  if (partner === undefined) {
    return {
      ...base,
      quarantine: {
        reason: 'sender-unknown',
        problem: problem('interchange/sender-unknown', at, {
          message: `No partner has the identity ${identityKey(sender)}.`,
          found: identityKey(sender),
        }),
      },
    };
  }
  if (channel === undefined || !mayChannelSpeakFor(channel, sender)) {
    return {
      ...base,
      company: null,
      quarantine: {
        reason: 'sender-not-allowed',
        problem: problem('interchange/sender-not-allowed', at, {
          message: `The channel ${channelId} may not speak for ${identityKey(sender)}.`,
          found: identityKey(sender),
          expected: channel?.speaksFor.map(identityKey).join(' or ') || null,
        }),
      },
    };
  }
  if (company === undefined) {
    return {
      ...base,
      quarantine: {
        reason: 'receiver-unknown',
        problem: problem('interchange/receiver-unknown', at, {
          message: `No company of ours has the identity ${identityKey(receiver)}.`,
          found: identityKey(receiver),
        }),
      },
    };
  }
  return { ...base, quarantine: null };
}

/** Between whom an interchange went, as its envelope says; without identities any of the two sides'. */
export interface Conversation {
  readonly company: string;
  readonly partner: string;
  readonly usage: Usage;
  readonly syntax: string;
  readonly ours?: Identity;
  readonly theirs?: Identity;
}

/**
 * How an interchange of theirs is answered: as an inbound agreement of the same usage and identities says, else as another one of theirs
 * does, with usage and identities of this interchange. For what nothing was agreed on is due an answer too: that it is refused.
 */
export function answeringAgreement(
  known: Pick<KnownConfiguration, 'agreements'>,
  { company, partner, usage, syntax, ours, theirs }: Conversation,
): Agreement | undefined {
  const isBetween = (agreement: Agreement): boolean =>
    (ours === undefined || sameIdentity(agreement.ours, ours)) &&
    (theirs === undefined || sameIdentity(agreement.theirs, theirs));
  const inbound = known.agreements.filter(
    (agreement) =>
      agreement.direction === 'in' &&
      agreement.company === company &&
      agreement.partner === partner &&
      agreement.syntax === syntax,
  );
  const exact = inbound.find((agreement) => agreement.usage === usage && isBetween(agreement));
  if (exact !== undefined) return exact;
  const near = inbound.find(isBetween) ?? inbound.find((agreement) => agreement.usage === usage) ?? inbound[0];
  if (near === undefined) return undefined;
  const envelope = isBetween(near)
    ? near.envelope
    : { ...near.envelope, groupSender: (ours ?? near.ours).id, groupReceiver: (theirs ?? near.theirs).id };
  return { ...near, usage, ours: ours ?? near.ours, theirs: theirs ?? near.theirs, envelope };
}
