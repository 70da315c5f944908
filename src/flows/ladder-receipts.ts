import type { LadderReceived, LadderSent } from '../store/views/ladder.ts';
import { bare, iso, type Ours, type Rung, type Theirs } from './ladder-rung.ts';

/** Our AS2 receipt of what they sent, with the digest of what we have of it; none when it came another way, or none was asked for. */
export function receiptedRung(what: Theirs, received: LadderReceived, subject: Rung['subject']): Rung[] {
  const { mdn_state, mdn_at, mic, mic_digest } = received;
  if (mdn_state === null) return [];
  const waits = mdn_state === 'ready';
  return [
    {
      ...bare,
      rung: `${what}-receipted`,
      state: waits ? 'open' : 'met',
      at: waits ? null : iso(mdn_at),
      direction: 'out',
      message: 'MDN',
      detail: mic === null ? 'without a MIC' : `MIC ${mic}${mic_digest === null ? '' : ` (${mic_digest})`}`,
      subject,
    },
  ];
}

/**
 * That the partner has it, where that is more than that it left: the AS2 receipt, with the digest of what arrived, or that it was fetched from
 * the mailbox. A file written to a folder or taken by a server's 2xx arrives as it leaves, and has no such rung.
 */
export function deliveredRung(
  name: Ours,
  { is_as2, receipt_kind, receipt_detail, receipt_at, delivery_state }: LadderSent,
  subject: Rung['subject'],
): Rung[] {
  const isMailbox = receipt_kind === 'fetched' || delivery_state === 'available';
  if (!isMailbox && is_as2 !== true) return [];
  const failed = delivery_state === 'failed';
  return [
    {
      ...bare,
      rung: `${name}-delivered`,
      state: receipt_at !== null ? 'met' : failed ? 'failed' : 'open',
      at: iso(receipt_at),
      direction: 'in',
      message: isMailbox ? null : 'MDN',
      detail: receipt_detail ?? (isMailbox ? 'waits to be picked up' : failed ? 'not receipted' : 'no receipt yet'),
      subject,
    },
  ];
}
