import {
  addDecimals,
  compareDecimals,
  type Decimal,
  isZeroDecimal,
  minDecimal,
  multiplyDecimals,
  subtractDecimals,
} from '../core/decimal.ts';
import type { Order } from '../documents/order.ts';
import type { Coded, Price } from '../documents/parts.ts';
import { type Hold, type OrderDecision, promisedQuantity } from './decision.ts';
import { type Finding, type FindingCode, finding, given, type Outcome, refused } from './finding.ts';
import { keyedLines } from './lines.ts';

/*
 * The life of an order.
 *
 * It is `received` when its interchange closes. Rules decide it at once; when a back office decides, it is `awaiting-decision`;
 * when a rule wants a person (a price, a duplicate), it is `held`. A decision makes it `decided`, or `rejected` when nothing is promised.
 * Each shipment moves it to `partly-shipped` and, when everything promised has left, to `shipped`; when everything shipped is also billed
 * and nothing promised is open, it is `invoiced`. Until the first shipment the buyer may replace or cancel it; after that it is too late.
 *
 *   received ─▶ awaiting-decision ─▶ decided ─▶ partly-shipped ─▶ shipped ─▶ invoiced
 *       │  └──────▶ held ─▶──┘  │        └─────────────▲──────────────▲
 *       └──────────┴────────────┴─▶ rejected      cancelled ◀─ from any state before the first shipment
 *
 * Per line five quantities tell where it is: ordered ≥ promised ≥ picked ≥ shipped (but for the agreed over-shipment) ≥ invoiced.
 * The status is never set by hand: it follows from them.
 */
export type OrderStatus =
  | 'received'
  | 'awaiting-decision'
  | 'held'
  | 'decided'
  | 'partly-shipped'
  | 'shipped'
  | 'invoiced'
  | 'rejected'
  | 'cancelled';

export interface LineState {
  /** Key of the order line. */
  readonly line: string;
  readonly ordered: Decimal;
  readonly promised: Decimal;
  /** What the warehouse is getting ready, or has: it no longer changes. Shipped goods count as picked. */
  readonly picked: Decimal;
  readonly shipped: Decimal;
  readonly invoiced: Decimal;
  readonly unit: Coded | null;
  /** The acknowledged price; null until decided, or when neither side named one. */
  readonly price: Price | null;
}

export interface OrderState {
  readonly number: string;
  /** 1 as it came; one more with every change or replacement that counted. */
  readonly version: number;
  /** The buyer's number of the change that made this version; null while it is the order as it came. */
  readonly change: string | null;
  readonly status: OrderStatus;
  readonly lines: readonly LineState[];
  readonly holds: readonly Hold[];
}

/** So much of a line, whatever happened to it. */
export interface LineQuantity {
  readonly line: string;
  readonly quantity: Decimal;
}

const refuse = (code: FindingCode, state: OrderState, what: string, more?: Partial<Finding>) =>
  refused(
    finding(code, '', `Order ${state.number} is ${state.status}: it cannot ${what}.`, { found: state.status, ...more }),
  );

/** The state of an order as it arrives. */
export const receivedOrder = (order: Order): OrderState => ({
  number: order.number,
  version: 1,
  change: null,
  status: 'received',
  holds: [],
  lines: keyedLines(order).map(({ key, line }) => ({
    line: key,
    ordered: line.quantity?.value ?? '0',
    promised: '0',
    picked: '0',
    shipped: '0',
    invoiced: '0',
    unit: line.quantity?.unit ?? null,
    price: null,
  })),
});

/** The back office decides: wait for it. */
export const awaitDecision = (state: OrderState): Outcome<OrderState> =>
  state.status === 'received'
    ? given({ ...state, status: 'awaiting-decision' })
    : refuse('state/not-allowed', state, 'wait for a decision');

/** A person must look first; further holds add up. */
export function holdOrder(state: OrderState, holds: readonly Hold[]): Outcome<OrderState> {
  if (!isUndecided(state)) return refuse('state/not-allowed', state, 'be held');
  return given({ ...state, status: 'held', holds: [...state.holds, ...holds] });
}

const isUndecided = ({ status }: OrderState): boolean =>
  status === 'received' || status === 'awaiting-decision' || status === 'held';

/** Whether a decision may still be posted. */
export const mayBeDecided = isUndecided;

/** The decision counts: promised quantities and acknowledged prices stand from now. A `held` decision holds the order instead. */
export function decideOrder(state: OrderState, decision: OrderDecision): Outcome<OrderState> {
  if (!isUndecided(state)) return refuse('state/not-allowed', state, 'be decided');
  if (decision.verdict === 'held') return holdOrder(state, decision.holds);
  const decided = new Map(decision.lines.map((line) => [line.line, line]));
  const missing = state.lines.filter(({ line }) => !decided.has(line));
  if (missing.length > 0) {
    return refused(
      ...missing.map(({ line }) =>
        finding('decision/line-missing', '', `Line ${line} of order ${state.number} is not decided.`),
      ),
    );
  }
  const lines = state.lines.map((line) => {
    const made = decided.get(line.line);
    return made === undefined ? line : { ...line, promised: promisedQuantity(made), price: made.price };
  });
  return given({
    ...state,
    lines,
    holds: [],
    status: lines.every(({ promised }) => isZeroDecimal(promised)) ? 'rejected' : 'decided',
  });
}

/** How much of a line may still leave: what is promised and has not, and the agreed percent over what is promised. */
export function openToShip(line: LineState, overShipPercent: Decimal = '0'): Decimal {
  const over = multiplyDecimals(multiplyDecimals(line.promised, overShipPercent), '0.01');
  return subtractDecimals(addDecimals(line.promised, over), line.shipped);
}

/** How much of a line has left and is not billed. */
export const openToInvoice = (line: LineState): Decimal => subtractDecimals(line.shipped, line.invoiced);

/** How much of a line is promised and has not left; never negative. */
export const openPromise = (line: LineState): Decimal =>
  subtractDecimals(line.promised, minDecimal(line.promised, line.shipped));

/** Where an order with promises stands, from its quantities. */
export const statusOf = (lines: readonly LineState[]): OrderStatus => {
  if (lines.some((line) => !isZeroDecimal(openPromise(line)))) {
    return lines.some(({ shipped }) => !isZeroDecimal(shipped)) ? 'partly-shipped' : 'decided';
  }
  return lines.every((line) => isZeroDecimal(openToInvoice(line))) ? 'invoiced' : 'shipped';
};

const hasPromise = ({ status }: OrderState): boolean =>
  status === 'decided' || status === 'partly-shipped' || status === 'shipped' || status === 'invoiced';

/** Whether goods of this order may leave. */
export const mayShip = hasPromise;

/** Goods left. Refuses an unknown line, and more than is promised and agreed over; all reasons at once. */
export function shipOrder(
  state: OrderState,
  shipped: readonly LineQuantity[],
  overShipPercent: Decimal = '0',
): Outcome<OrderState> {
  if (!hasPromise(state)) return refuse('shipment/order-not-decided', state, 'ship');
  return move(state, shipped, {
    unknown: 'shipment/unknown-line',
    beyond: 'shipment/over-shipped',
    open: (line) => openToShip(line, overShipPercent),
    tell: (line, quantity, open) => `Line ${line} ships ${quantity}; ${open} may still leave.`,
    add: (line, quantity) => {
      const shipped = addDecimals(line.shipped, quantity);
      return { ...line, shipped, picked: compareDecimals(line.picked, shipped) < 0 ? shipped : line.picked };
    },
  });
}

/** The warehouse gets goods ready: from now no change takes them back. Refuses an unknown line and more than may leave. */
export function pickOrder(state: OrderState, picked: readonly LineQuantity[]): Outcome<OrderState> {
  if (!hasPromise(state)) return refuse('shipment/order-not-decided', state, 'be picked');
  return move(state, picked, {
    unknown: 'shipment/unknown-line',
    beyond: 'shipment/over-shipped',
    open: (line) => subtractDecimals(line.promised, line.picked),
    tell: (line, quantity, open) => `Line ${line} picks ${quantity}; ${open} may still be picked.`,
    add: (line, quantity) => ({ ...line, picked: addDecimals(line.picked, quantity) }),
  });
}

/** Goods were billed. Refuses an unknown line and whatever has not left; all reasons at once. */
export function invoiceOrder(state: OrderState, billed: readonly LineQuantity[]): Outcome<OrderState> {
  if (!hasPromise(state)) return refuse('state/not-allowed', state, 'be billed');
  return move(state, billed, {
    unknown: 'invoice/unknown-line',
    beyond: 'invoice/not-shipped',
    open: openToInvoice,
    tell: (line, quantity, open) => `Line ${line} bills ${quantity}; ${open} have left and are not billed yet.`,
    add: (line, quantity) => ({ ...line, invoiced: addDecimals(line.invoiced, quantity) }),
  });
}

/** An invoice that counts no more is taken back: its goods are to be billed again. */
export function unbill(state: OrderState, billed: readonly LineQuantity[]): OrderState {
  const sums = sumByLine(billed);
  const lines = state.lines.map((line) => ({
    ...line,
    invoiced: subtractDecimals(line.invoiced, sums.get(line.line) ?? '0'),
  }));
  return { ...state, lines, status: statusOf(lines) };
}

interface Move {
  readonly unknown: FindingCode;
  readonly beyond: FindingCode;
  readonly open: (line: LineState) => Decimal;
  readonly tell: (line: string, quantity: Decimal, open: Decimal) => string;
  readonly add: (line: LineState, quantity: Decimal) => LineState;
}

function move(state: OrderState, quantities: readonly LineQuantity[], how: Move): Outcome<OrderState> {
  const sums = sumByLine(quantities);
  const known = new Set(state.lines.map(({ line }) => line));
  const findings = [...sums.keys()]
    .filter((line) => !known.has(line))
    .map((line) => finding(how.unknown, '', `Order ${state.number} has no line ${line}.`, { found: line }));
  const lines = state.lines.map((line) => {
    const quantity = sums.get(line.line);
    if (quantity === undefined) return line;
    const open = how.open(line);
    if (compareDecimals(quantity, open) > 0) {
      findings.push(finding(how.beyond, '', how.tell(line.line, quantity, open), { found: quantity, expected: open }));
    }
    return how.add(line, quantity);
  });
  return findings.length === 0 ? given({ ...state, lines, status: statusOf(lines) }) : refused(...findings);
}

/** Quantities of one line told in several places, added up; lines in order of first mention. */
export function sumByLine(quantities: readonly LineQuantity[]): ReadonlyMap<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const { line, quantity } of quantities) sums.set(line, addDecimals(sums.get(line) ?? '0', quantity));
  return sums;
}

/** The buyer takes the order back. Too late once anything has left. */
export function cancelOrder(state: OrderState): Outcome<OrderState> {
  if (state.status === 'cancelled') return given(state);
  if (hasShipped(state)) return refuse('state/too-late', state, 'be cancelled any more');
  return given({
    ...state,
    status: 'cancelled',
    holds: [],
    lines: state.lines.map((line) => ({ ...line, promised: '0' })),
  });
}

/** The buyer sends the order anew (purpose `replace`): as if it had just arrived. Too late once anything has left or it was cancelled. */
export function replaceOrder(state: OrderState, order: Order): Outcome<OrderState> {
  if (hasShipped(state) || state.status === 'cancelled') return refuse('state/too-late', state, 'be replaced any more');
  return given({ ...receivedOrder(order), version: state.version + 1 });
}

export const hasShipped = (state: OrderState): boolean => state.lines.some(({ shipped }) => !isZeroDecimal(shipped));
