import { compareDecimals, type Decimal, isZeroDecimal, subtractDecimals } from '../core/decimal.ts';
import type { LocalDate } from '../core/local-date.ts';
import type { Order, OrderLine } from '../documents/order.ts';
import type { ChangePlan } from './change.ts';
import { decideByRules } from './decide.ts';
import {
  type LineDecision,
  type LinePromiseMade,
  type OrderDecision,
  promisedQuantity,
  verdictOf,
} from './decision.ts';
import type { DecisionPolicy } from './decision-policy.ts';
import { finding, given, type Outcome, refused } from './finding.ts';
import type { ItemIndex } from './items.ts';
import { keyedLines, linesByKey } from './lines.ts';
import { type LineState, type OrderState, statusOf } from './order-state.ts';

/*
 * A change is decided like an order of its own: the open quantity of every reopened line, at its new price and day. What is committed keeps the
 * promise it had. What the change does not touch keeps its decision.
 */

/** The open part of the reopened lines as an order: what rules or a back office have to decide. Lines bear their keys as numbers. */
export function openPart(plan: ChangePlan, state: OrderState): Order {
  const states = statesByLine(state);
  const lines = keyedLines(plan.order).flatMap(({ key, line }) => {
    const open = openOf(states.get(key), line.quantity?.value ?? '0');
    if (!plan.reopened.has(key) || compareDecimals(open, '0') <= 0) return [];
    return [{ ...line, number: key, quantity: { ...line.quantity, value: open } }];
  });
  return { ...plan.order, lines };
}

/**
 * The same as a back office is offered it. What it acknowledged a line at stays that line's price unless the change asks for another: who says yes
 * to fewer pieces says nothing of what they cost.
 */
export function offeredPart(plan: ChangePlan, state: OrderState, former: Order): Order {
  const part = openPart(plan, state);
  const states = statesByLine(state);
  const asked = linesByKey(former);
  const lines = part.lines.map((line): OrderLine => {
    const acknowledged = states.get(line.number ?? '')?.price ?? null;
    const before = asked.get(line.number ?? '')?.line.price;
    const isAsked = JSON.stringify(before) !== JSON.stringify(line.price);
    return acknowledged === null || isAsked ? line : { ...line, price: acknowledged };
  });
  return { ...part, lines };
}

const statesByLine = ({ lines }: OrderState): ReadonlyMap<string, LineState> =>
  new Map(lines.map((line) => [line.line, line]));

const openOf = (state: LineState | undefined, ordered: Decimal): Decimal =>
  state === undefined ? ordered : subtractDecimals(ordered, state.picked);

/** Decides a change by the built-in rules. `items` with what is free once the reservations of the reopened lines are let go. */
export function decideChangeByRules(
  plan: ChangePlan,
  state: OrderState,
  former: OrderDecision,
  items: ItemIndex,
  policy: DecisionPolicy,
  today: LocalDate,
): OrderDecision {
  const part = openPart(plan, state);
  const decided = part.lines.length === 0 ? nothingDecided : decideByRules(part, items, policy, today);
  return wholeDecision(plan, state, former, decided);
}

const nothingDecided: OrderDecision = { verdict: 'accepted', lines: [], holds: [], reservations: [], findings: [] };

/** The decision over the whole next version: kept lines as they were, reopened ones as committed so far and decided anew. */
export function wholeDecision(
  plan: ChangePlan,
  state: OrderState,
  former: OrderDecision,
  decided: OrderDecision,
): OrderDecision {
  const states = statesByLine(state);
  const before = new Map(former.lines.map((line) => [line.line, line]));
  const anew = new Map(decided.lines.map((line) => [line.line, line]));
  const lines = keyedLines(plan.order).flatMap(({ key, line }): LineDecision[] => {
    const kept = before.get(key);
    if (!plan.reopened.has(key)) return kept === undefined ? [] : [kept];
    const ordered = line.quantity?.value ?? '0';
    const fresh = anew.get(key);
    const promises = [...committedPromise(states.get(key)), ...(fresh?.promises ?? [])];
    const price = fresh?.price ?? kept?.price ?? line.price ?? null;
    return [{ line: key, ordered, price, item: fresh?.item ?? kept?.item ?? null, promises }];
  });
  return { ...decided, verdict: decided.holds.length > 0 ? 'held' : verdictOf(lines), lines };
}

function committedPromise(state: LineState | undefined): readonly LinePromiseMade[] {
  const quantity = state?.picked ?? '0';
  if (isZeroDecimal(quantity)) return [];
  return [{ status: 'accepted', quantity, on: null, price: null, products: null, reason: null }];
}

/**
 * The order moves to its next version. `decision` is over the whole of it, null while nobody has decided the order at all.
 * Refused: a held decision (nothing may count yet), and a decision that leaves out a line.
 */
export function changeOrder(
  state: OrderState,
  plan: ChangePlan,
  change: string | null,
  decision: OrderDecision | null,
): Outcome<OrderState> {
  if (!plan.applies) return refused(...plan.findings);
  if (decision?.verdict === 'held') {
    const message = decision.holds.map((hold) => hold.message).join(' ');
    return refused(finding('state/not-allowed', '', message, { found: 'held' }));
  }
  const states = statesByLine(state);
  const made = new Map((decision?.lines ?? []).map((line) => [line.line, line]));
  const keyed = keyedLines(plan.order);
  const missing = decision === null ? [] : keyed.filter(({ key }) => !made.has(key));
  if (missing.length > 0) {
    return refused(
      ...missing.map(({ key }) =>
        finding('decision/line-missing', '', `Line ${key} of order ${state.number} is not decided.`),
      ),
    );
  }
  const lines = keyed.map(({ key, line }): LineState => {
    const before = states.get(key) ?? newLine(key, line.quantity?.unit ?? null);
    const decided = made.get(key);
    const after = { ...before, ordered: line.quantity?.value ?? '0', unit: line.quantity?.unit ?? before.unit };
    return decided === undefined ? after : { ...after, promised: promisedQuantity(decided), price: decided.price };
  });
  const status = decision === null && lines.length > 0 ? state.status : statusAfter(lines);
  return given({ ...state, version: state.version + 1, change, status, lines });
}

const newLine = (line: string, unit: LineState['unit']): LineState => ({
  line,
  ordered: '0',
  promised: '0',
  picked: '0',
  shipped: '0',
  invoiced: '0',
  unit,
  price: null,
});

/** Every line taken back is a cancelled order; nothing promised of what is left, a rejected one. */
function statusAfter(lines: readonly LineState[]): OrderState['status'] {
  if (lines.length === 0) return 'cancelled';
  return lines.every(({ promised }) => isZeroDecimal(promised)) ? 'rejected' : statusOf(lines);
}
