import { compareDecimals, type Decimal, sameDecimal, subtractDecimals } from '../core/decimal.ts';
import type { Order, OrderLine } from '../documents/order.ts';
import type { OrderChange, OrderChangeLine } from '../documents/order-change.ts';
import { amendedHeader, amendedLine, otherProduct, wanted } from './amend.ts';
import { isHoldable } from './check-order.ts';
import { type Finding, finding } from './finding.ts';
import { type KeyedLine, keyedLines } from './lines.ts';
import { hasShipped, type LineState, type OrderState } from './order-state.ts';
import { contradicting } from './repeated.ts';
import type { LineAction } from './words.ts';

/*
 * A buyer's change against an order we have. It never rewrites what has happened: a line's committed quantity (what is picked, shipped goods
 * included) stays as it was ordered, acknowledged and billed. Per line:
 *
 *   add                      a line with a number of its own; too late when everything of the order has left
 *   delete, less             down to what is committed: the rest is taken back, or the line is refused whole, as agreed
 *   more                     too late when everything of the order has left
 *   price, product           too late once any of it is committed
 *   date                     for what has not left; too late when all of it has
 *
 * A line's parts stand or fall together: what is too late for one part of it is too late for the line, and nothing of it changes.
 */
export interface ChangePolicy {
  /** What the quantity of an increase or decrease says: what the line shall be, or by how much it changes. Partners differ. */
  readonly quantityMeans: 'total' | 'difference';
  /** A line is taken back of which part is committed: take back the rest, or leave it as it is. */
  readonly onPartlyCommitted: 'take-back-rest' | 'refuse';
}

export type ChangeOutcome = 'applied' | 'partly-applied' | 'unchanged' | 'too-late' | 'refused';

export interface LineChange {
  /** Key of the order's line; of an added line its key in the next version; null when it is no line of the order. */
  readonly line: string | null;
  /** Of the change's line; null for a line taken back because a replacement leaves it out. */
  readonly index: number | null;
  readonly action: LineAction;
  readonly outcome: ChangeOutcome;
  /** The line as it stands after the change. */
  readonly ordered: Decimal;
  readonly shipped: Decimal;
  /** One sentence for people, and for the partner where the message has room. */
  readonly message: string;
}

export interface ChangePlan {
  /** The next version of the order; the same order when nothing of the change applies. */
  readonly order: Order;
  readonly applies: boolean;
  readonly lines: readonly LineChange[];
  /** Keys of lines whose open quantity must be promised anew. */
  readonly reopened: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

interface Planning {
  readonly order: Order;
  readonly state: OrderState;
  readonly policy: ChangePolicy;
  readonly closed: boolean;
}

interface Step {
  readonly change: LineChange;
  /** The line in the next version; null: it is gone. Undefined: it stays as it is. */
  readonly next: OrderLine | null | undefined;
  readonly finding: Finding | null;
}

/**
 * What becomes of a change. Takes the order as it stands, its state, the buyer's change and what was agreed; gives the next version and,
 * per line, whether it applies and why not. Decides nothing about supply: `reopened` lines are promised anew by rules or a back office.
 */
export function planChange(order: Order, state: OrderState, change: OrderChange, policy: ChangePolicy): ChangePlan {
  if (state.status === 'cancelled' || state.status === 'rejected') {
    const message = `Order ${state.number} is ${state.status}: there is nothing to change.`;
    const findings = [finding('state/not-allowed', '', message, { found: state.status })];
    return { order, applies: false, lines: [], reopened: new Set(), findings };
  }
  const planning: Planning = {
    order,
    state,
    policy,
    closed: state.status === 'shipped' || state.status === 'invoiced',
  };
  const steps = stepsOf(planning, change);
  const next = new Map(
    steps.flatMap(({ change: { line }, next }) => (line === null || next === undefined ? [] : [[line, next]])),
  );
  const kept = keyedLines(order).flatMap(({ key, line }) => {
    const after = next.get(key);
    next.delete(key);
    return after === null ? [] : [after ?? line];
  });
  const added = [...next.values()].filter((line) => line !== null);
  const lines = steps.map((step) => step.change);
  const applies =
    lines.some(({ outcome }) => outcome === 'applied' || outcome === 'partly-applied') || isHeaderOnly(change);
  const reopened = new Set(
    steps.flatMap(({ change: { line }, next }) => (line === null || next == null ? [] : [line])),
  );
  const findings = steps.flatMap((step) => step.finding ?? []);
  return {
    order: applies ? { ...amendedHeader(order, change, hasShipped(state)), lines: [...kept, ...added] } : order,
    applies,
    lines,
    reopened,
    findings,
  };
}

const isHeaderOnly = ({ lines, purpose }: OrderChange): boolean =>
  (lines ?? []).length === 0 && purpose.code !== 'cancel' && purpose.code !== 'replace';

function stepsOf(planning: Planning, change: OrderChange): readonly Step[] {
  const { order } = planning;
  const keyed = keyedLines(order);
  if (change.purpose.code === 'cancel') return keyed.map((line) => takeBack(planning, line, null));
  const named = new Set<string>();
  const steps = (change.lines ?? []).map((line, index): Step => {
    const target = targetOf(keyed, line);
    const action = actionOf(change, line, target);
    if (target === undefined)
      return action === 'add' ? add(planning, line, index, named) : unknown(planning, line, index, action);
    if (named.has(target.key))
      return refuse(planning, target, index, action, `Line ${target.key} is changed twice in one change.`);
    named.add(target.key);
    return amend(planning, target, line, index, action);
  });
  if (change.purpose.code !== 'replace') return steps;
  // A replacement lists the order as it shall be: what it leaves out is taken back.
  return [...steps, ...keyed.filter(({ key }) => !named.has(key)).map((line) => takeBack(planning, line, null))];
}

/** By its number; without one, by its products when only one line has them. */
function targetOf(keyed: readonly KeyedLine[], { number, products = [] }: OrderChangeLine): KeyedLine | undefined {
  if (number !== undefined)
    return keyed.find(({ key }) => key === number) ?? keyed.find(({ line }) => line.number === number);
  const same = keyed.filter(({ line }) =>
    products.some(({ scheme, value }) =>
      (line.products ?? []).some((own) => own.value === value && own.scheme?.original === scheme?.original),
    ),
  );
  return same.length === 1 ? same[0] : undefined;
}

function actionOf(change: OrderChange, { action }: OrderChangeLine, target: KeyedLine | undefined): LineAction {
  const code = action?.code as LineAction | undefined;
  if (change.purpose.code === 'replace') return code === 'delete' ? 'delete' : target === undefined ? 'add' : 'change';
  return code ?? (target === undefined ? 'add' : 'change');
}

const stateOf = ({ state }: Planning, key: string): LineState => {
  const found = state.lines.find(({ line }) => line === key);
  if (found === undefined) throw new RangeError(`order ${state.number} has no state of line ${key}`);
  return found;
};

const told = (planning: Planning, { key }: KeyedLine, index: number | null, action: LineAction) => {
  const { ordered, shipped } = stateOf(planning, key);
  return { line: key, index, action, ordered, shipped };
};

function refuse(planning: Planning, keyed: KeyedLine, index: number | null, action: LineAction, message: string): Step {
  const at = index === null ? '' : `lines[${index}]`;
  return {
    change: { ...told(planning, keyed, index, action), outcome: 'refused', message },
    next: undefined,
    finding: finding('change/line-invalid', at, message),
  };
}

/** "6 of 10 have left": why the buyer's word comes too late. */
function committedOf(planning: Planning, { key }: KeyedLine): string {
  const { shipped, picked, ordered } = stateOf(planning, key);
  const left = `${shipped} of ${ordered} have left`;
  if (compareDecimals(shipped, '0') <= 0) return `${picked} of ${ordered} are picked`;
  return compareDecimals(picked, shipped) > 0 ? `${left}, ${picked} are picked` : left;
}

function tooLate(planning: Planning, keyed: KeyedLine, index: number | null, action: LineAction): Step {
  const { shipped } = stateOf(planning, keyed.key);
  const message = `Line ${keyed.key} can no longer be changed: ${committedOf(planning, keyed)}.`;
  return {
    change: { ...told(planning, keyed, index, action), outcome: 'too-late', message },
    next: undefined,
    finding: finding('state/too-late', index === null ? '' : `lines[${index}]`, message, { found: shipped }),
  };
}

/** Down to what is committed: gone when that is nothing. */
function takeBack(planning: Planning, keyed: KeyedLine, index: number | null): Step {
  const line = stateOf(planning, keyed.key);
  const committed = line.picked;
  if (compareDecimals(committed, '0') <= 0) {
    const message = `Line ${keyed.key} is taken back.`;
    const change = { ...told(planning, keyed, index, 'delete'), ordered: '0', outcome: 'applied' as const, message };
    return { change, next: null, finding: null };
  }
  if (compareDecimals(committed, line.ordered) >= 0 || planning.policy.onPartlyCommitted === 'refuse') {
    return tooLate(planning, keyed, index, 'delete');
  }
  return lowerTo(planning, keyed, index, 'delete', keyed.line);
}

/** Part of what was to be taken back is committed: the line keeps that much. */
function lowerTo(
  planning: Planning,
  keyed: KeyedLine,
  index: number | null,
  action: LineAction,
  line: OrderLine,
): Step {
  const committed = stateOf(planning, keyed.key).picked;
  const message = `Line ${keyed.key} can no longer be less than ${committed}: ${committedOf(planning, keyed)}.`;
  return {
    change: { ...told(planning, keyed, index, action), ordered: committed, outcome: 'partly-applied', message },
    next: { ...line, quantity: { ...line.quantity, value: committed } },
    finding: null,
  };
}

function add(planning: Planning, line: OrderChangeLine, index: number, named: Set<string>): Step {
  const key = line.number ?? `#${planning.order.lines.length + index + 1}`;
  const base = { line: null, index, action: 'add' as const, ordered: '0', shipped: '0' };
  const refusal = (outcome: 'refused' | 'too-late', message: string): Step => ({
    change: { ...base, outcome, message },
    next: undefined,
    finding: finding(outcome === 'too-late' ? 'state/too-late' : 'change/line-invalid', `lines[${index}]`, message),
  });
  if (planning.closed)
    return refusal('too-late', `No line can be added: all of order ${planning.state.number} has left.`);
  if (named.has(key)) return refusal('refused', `Line ${key} is added twice.`);
  const quantity = line.quantity?.value;
  if (quantity === undefined || !isHoldable(quantity) || compareDecimals(quantity, '0') <= 0) {
    return refusal('refused', `The added line ${key} orders ${quantity ?? 'no quantity'}: it must be more than zero.`);
  }
  named.add(key);
  const message = `Line ${key} is added.`;
  return {
    change: { ...base, line: key, ordered: quantity, outcome: 'applied', message },
    next: amendedLine({ number: key }, line, 'add', quantity),
    finding: null,
  };
}

function unknown({ state }: Planning, line: OrderChangeLine, index: number, action: LineAction): Step {
  const message = `Order ${state.number} has no line ${line.number ?? 'with these products'} to ${action}.`;
  return {
    change: { line: null, index, action, ordered: '0', shipped: '0', outcome: 'refused', message },
    next: undefined,
    finding: finding('change/unknown-line', `lines[${index}].number`, message, { found: line.number ?? null }),
  };
}

function amend(planning: Planning, keyed: KeyedLine, line: OrderChangeLine, index: number, action: LineAction): Step {
  const other = action === 'delete' ? contradicting(keyed.line.products, line.products) : undefined;
  if (other !== undefined)
    return refuse(planning, keyed, index, action, `Line ${keyed.key}: ${otherProduct(keyed.line, other.value)}`);
  if (action === 'delete') return takeBack(planning, keyed, index);
  if (action === 'add')
    return refuse(planning, keyed, index, action, `Line ${keyed.key} is there already: it cannot be added.`);
  const state = stateOf(planning, keyed.key);
  const committed = state.picked;
  const want = wanted(keyed.line, line, action, planning.policy, committed);
  if (want.kind === 'unclear') return refuse(planning, keyed, index, action, `Line ${keyed.key}: ${want.message}`);
  if (want.kind === 'nothing') {
    const message = `Line ${keyed.key} stays as it is.`;
    return {
      change: { ...told(planning, keyed, index, action), outcome: 'unchanged', message },
      next: undefined,
      finding: null,
    };
  }
  const open = subtractDecimals(state.ordered, committed);
  const isCommitted = compareDecimals(committed, '0') > 0;
  const allCommitted = isCommitted && compareDecimals(open, '0') <= 0;
  const more = compareDecimals(want.quantity, state.ordered) > 0;
  const late = (want.price || want.products || want.unit) && isCommitted;
  if (late || (more && planning.closed) || (want.dates && allCommitted && !more))
    return tooLate(planning, keyed, index, action);
  const next = amendedLine(keyed.line, line, action, want.quantity);
  if (compareDecimals(want.quantity, committed) < 0) {
    const refused = allCommitted || planning.policy.onPartlyCommitted === 'refuse';
    return refused ? tooLate(planning, keyed, index, action) : lowerTo(planning, keyed, index, action, next);
  }
  const message = sameDecimal(want.quantity, state.ordered)
    ? `Line ${keyed.key} is changed.`
    : `Line ${keyed.key} is now ${want.quantity}, it was ${state.ordered}.`;
  const change = {
    ...told(planning, keyed, index, action),
    ordered: want.quantity,
    outcome: 'applied' as const,
    message,
  };
  return { change, next, finding: null };
}
