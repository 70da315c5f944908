import { amountOf } from '../core/money.ts';
import type { OrderResponse } from '../documents/order-response.ts';
import type { LadderReceived, LadderSent } from '../store/views/ladder.ts';
import type { LadderClaim, LadderTheirs } from '../store/views/ladder-theirs.ts';
import { bare, iso, type Rung } from './ladder-rung.ts';
import { messageRungs, receivedRungs } from './ladder-rungs.ts';

/* What a buyer says after its order: changes of it, refusals of our documents, claims on our invoices. */

/** A change, our acknowledgment of it, and our answer: what became of it, and what the partner said to that. */
export function changeRungs(
  change: LadderTheirs,
  received: LadderReceived | undefined,
  answer: LadderSent | undefined,
): Rung[] {
  const came = received === undefined ? [] : receivedRungs('change', received);
  if (answer !== undefined && answer.document_state !== 'processed')
    return [...came, ...messageRungs('change-answer', answer, outcomeOf(answer.response))];
  const waits = change.document_state === 'held';
  const detail = waits
    ? (change.state_reason ?? 'held')
    : answer === undefined
      ? 'set aside'
      : outcomeOf(answer.response);
  // This partner gets no answer, or none was made yet.
  return [
    ...came,
    {
      ...bare,
      rung: 'change-answered',
      state: waits ? 'open' : 'met',
      at: waits ? null : iso(change.at),
      direction: 'none',
      detail,
      subject: { kind: 'document', id: change.document_id },
    },
  ];
}

const lineCountMax = 5;

/** "accepted"; "too late, shipped 10 of line 1"; "rejected: Line 9 …". */
export function outcomeOf(response: OrderResponse | null): string {
  if (response === null) return 'answered';
  const { verdict, lines = [], texts = [] } = response;
  const late = lines.filter(({ promises = [] }) => promises.some(({ reason }) => reason?.code === 'too-late'));
  const told = late
    .slice(0, lineCountMax)
    .map(({ number, shipped }) => `${shipped?.value ?? '0'} of line ${number ?? '?'}`);
  const more = late.length > lineCountMax ? ` and ${late.length - lineCountMax} more lines` : '';
  const tooLate = late.length === 0 ? '' : `too late, shipped ${told.join(', ')}${more}`;
  if (verdict.code !== 'rejected')
    return [(verdict.code ?? 'answered').replaceAll('-', ' '), tooLate].filter((part) => part !== '').join('; ');
  if (tooLate !== '') return tooLate;
  const why = [...texts, ...lines.flatMap((line) => line.texts ?? [])].map(({ text }) => text).join(' ');
  return why === '' ? 'rejected' : `rejected: ${why}`;
}

/** What their application said of a document of ours (824, APERAK), and our acknowledgment of that. */
export function adviceRungs({ event, reason, about }: LadderTheirs, received: LadderReceived | undefined): Rung[] {
  if (received === undefined) return [];
  // "invoice/partner-rejected"
  const [kind = '', said = ''] = event.split('/partner-');
  const detail = `${kind} ${about ?? ''} ${said.replaceAll('-', ' ')}${reason === null ? '' : `: ${reason}`}`;
  const [came, ...others] = receivedRungs('advice', received);
  return came === undefined ? [] : [{ ...came, detail }, ...others];
}

/** A claim (812), our acknowledgment of it, and how a person says it stands. */
export function claimRungs(claim: LadderClaim, received: LadderReceived | undefined): Rung[] {
  const { currency, amount_minor, direction, invoice_number, state, decided_at, reason } = claim;
  const [came, ...others] = received === undefined ? [] : receivedRungs('claim', received);
  const detail = `${direction} ${amountOf({ minor: amount_minor, currency })} ${currency} on ${invoice_number}`;
  const isDecided = state === 'accepted' || state === 'closed';
  return [
    ...(came === undefined ? [] : [{ ...came, detail }, ...others]),
    {
      ...bare,
      rung: 'claim-decided',
      state: isDecided ? 'met' : 'open',
      at: isDecided ? iso(decided_at) : null,
      direction: 'none',
      detail: `${claim.number} ${state}${reason === null ? '' : `: ${reason}`}`,
      subject: { kind: 'claim', id: claim.id },
    },
  ];
}
