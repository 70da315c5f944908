import { positionAt } from '../../core/position.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Agreement } from '../../partners/configuration.ts';
import { type Identity, identityKey } from '../../partners/identity.ts';
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
  const speaksFor = known.channel(channelId)?.speaksFor ?? [];
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
  if (!speaksFor.some((allowed) => identityKey(allowed) === identityKey(sender))) {
    return {
      ...base,
      company: null,
      quarantine: {
        reason: 'sender-not-allowed',
        problem: problem('interchange/sender-not-allowed', at, {
          message: `The channel ${channelId} may not speak for ${identityKey(sender)}.`,
          found: identityKey(sender),
          expected: speaksFor.map(identityKey).join(' or ') || null,
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

/** Any inbound agreement that speaks for a whole interchange or group: it says how they are answered. */
export const answeringAgreement = (
  known: Pick<KnownConfiguration, 'agreements'>,
  { company, partner, usage, syntax }: { company: string; partner: string; usage: string; syntax: string },
): Agreement | undefined =>
  known.agreements.find(
    (agreement) =>
      agreement.direction === 'in' &&
      agreement.company === company &&
      agreement.partner === partner &&
      agreement.usage === usage &&
      agreement.syntax === syntax,
  );
