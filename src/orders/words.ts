/*
 * The words business rules read and write in `Coded.code`. Code tables of maps translate the wire's codes into exactly these;
 * a code they do not know arrives with `original` only, and rules then take the cautious branch.
 */

/** What a further message with an order's number means. */
export const ORDER_PURPOSES = ['original', 'cancel', 'change', 'replace', 'confirmation', 'duplicate'] as const;
export type OrderPurpose = (typeof ORDER_PURPOSES)[number];

/** What a buyer's change wants done with a line. */
export const LINE_ACTIONS = [
  'add',
  'delete',
  'change',
  'increase',
  'decrease',
  'change-price',
  'reschedule',
  'replace',
  'none',
] as const;
export type LineAction = (typeof LINE_ACTIONS)[number];

/** What we say of part of a line. */
export const LINE_STATUSES = [
  'accepted',
  'accepted-with-changes',
  'price-changed',
  'quantity-changed',
  'rescheduled',
  'substituted',
  'backordered',
  'held',
  'deleted',
  'rejected',
  'unknown-item',
  'wrong-unit',
] as const;
export type LineStatus = (typeof LINE_STATUSES)[number];

/** What we say of the whole order. `held` is never sent unless the partner wants to hear it. */
export const VERDICTS = ['accepted', 'accepted-with-changes', 'rejected', 'held'] as const;
export type OrderVerdict = (typeof VERDICTS)[number];

/** A part that will not be shipped; every other status but `held` promises goods. */
const REFUSING: ReadonlySet<LineStatus> = new Set(['deleted', 'rejected', 'unknown-item', 'wrong-unit']);
export const refuses = (status: LineStatus): boolean => REFUSING.has(status);

/** Days a buyer names that bear on a promise. */
export const REQUESTED_DATES = ['ship-requested', 'delivery-requested'] as const;
/** After this day goods are refused: a promise beyond it is worth nothing. */
export const LAST_DATES = ['cancel-after', 'ship-not-after', 'deliver-not-after'] as const;
/** What our promised day means: the goods leave. */
export const PROMISED_DATE = 'ship-scheduled';
