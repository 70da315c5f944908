import type { Coded } from '../documents/parts.ts';
import type { Hold } from './decision.ts';
import { hasShipped, type OrderState } from './order-state.ts';

/*
 * What a further order with a known number means, by its purpose (BEG01, BGM 1225). Its control numbers are new:
 * the same bytes or control numbers again never come this far.
 *
 *   original     a second order, or the first one sent again: hold or reject, as agreed
 *   duplicate    a copy of what we have: kept beside it, nothing happens
 *   replace      takes the place of the first, while nothing has left
 *   cancel       takes the first back, while nothing has left
 *   anything else, or a purpose we do not know: a person must look
 */
export interface DuplicatePolicy {
  /** A second original with a known number. */
  readonly orderNumber: 'hold' | 'reject';
}

export interface FurtherOrder {
  readonly act: 'new' | 'hold' | 'reject' | 'copy' | 'replace' | 'cancel';
  readonly message: string;
  /** The hold to put on the further order when `act` is `hold`. */
  readonly hold: Hold | null;
}

/**
 * Takes the further order's number and purpose, the state of the first (null when the number is not known), and what was agreed;
 * gives what to do, with a sentence to show. Unknown numbers are new, but for a cancel or a replace of nothing.
 */
export function furtherOrder(
  order: { readonly number: string; readonly purpose: Coded },
  known: OrderState | null,
  policy: DuplicatePolicy,
): FurtherOrder {
  const purpose = order.purpose.code;
  const name = `Order ${order.number}`;
  const act = (what: FurtherOrder['act'], message: string): FurtherOrder => ({ act: what, message, hold: null });
  const hold = (message: string): FurtherOrder => ({
    act: 'hold',
    message,
    hold: { reason: 'duplicate-order', line: null, message },
  });
  if (known === null) {
    if (purpose === 'cancel') return act('reject', `${name} is cancelled, but never came.`);
    if (purpose === undefined || purpose === 'change') return hold(`${name} never came, and this is no original.`);
    return act('new', `${name} is new.`);
  }
  switch (purpose) {
    case 'duplicate':
      return act('copy', `${name} is a copy of the one we have.`);
    case 'original':
    case 'confirmation': {
      const message = `${name} came again as an original; the first is ${known.status}.`;
      return policy.orderNumber === 'reject' ? act('reject', message) : hold(message);
    }
    case 'replace':
    case 'cancel': {
      const word = purpose === 'replace' ? 'replaced' : 'cancelled';
      if (hasShipped(known)) return act('reject', `${name} cannot be ${word}: goods have left, it is ${known.status}.`);
      if (known.status === 'cancelled')
        return act(purpose === 'cancel' ? 'copy' : 'reject', `${name} was cancelled already.`);
      return act(purpose, `${name} is ${word}; the first was ${known.status}.`);
    }
    default:
      return hold(`${name} came again for a purpose we do not handle: ${purpose ?? order.purpose.original ?? 'none'}.`);
  }
}
