import { compareDecimals, subtractDecimals, sumDecimals } from '../core/decimal.ts';
import type { Order, OrderLine } from '../documents/order.ts';
import type { OrderChange, OrderChangeLine } from '../documents/order-change.ts';
import type { LinePromise, OrderResponse, OrderResponseLine } from '../documents/order-response.ts';
import type { DatedEntry, FreeText, Quantity } from '../documents/parts.ts';
import type { ChangePlan, LineChange } from './change.ts';
import { dayOfKind } from './dates.ts';
import type { LinePromiseMade, OrderDecision } from './decision.ts';
import { linesByKey } from './lines.ts';
import { type ResponseContext, responseHeader, responsePromise } from './order-response.ts';
import type { OrderVerdict } from './words.ts';

/**
 * The answer to a change: its number echoed, and of every line it names what became of it. Takes the order before the change, the change,
 * the plan, and the decision over the next version (null when nothing was decided: the order waits, or nothing applied).
 */
export function toChangeResponse(
  before: Order,
  change: OrderChange,
  plan: ChangePlan,
  decision: OrderDecision | null,
  context: ResponseContext,
): OrderResponse {
  const lines = plan.lines.map((line) => answeredLine(before, change, plan, decision, line));
  return {
    ...responseHeader(plan.order, context),
    purpose: { code: 'change' },
    verdict: { code: changeVerdict(plan, decision) },
    ...(change.number !== undefined && { change: change.number }),
    ...(change.request !== undefined && { request: change.request }),
    ...(plan.lines.length === 0 &&
      plan.findings.length > 0 && {
        texts: plan.findings.map(({ message }) => note(before.number, message)),
      }),
    lines,
  };
}

/** The answer to a change of an order that never came: refused, with nothing but the change itself to repeat. */
export function toUnknownOrderResponse(change: OrderChange, context: ResponseContext): OrderResponse {
  const { orderNumber, lines: _lines, changedOn: _changedOn, reason: _reason, ...header } = change;
  return {
    ...responseHeader({ ...header, number: orderNumber, lines: [] }, context),
    purpose: { code: 'change' },
    verdict: { code: 'rejected' },
    ...(change.number !== undefined && { change: change.number }),
    ...(change.request !== undefined && { request: change.request }),
    texts: [note(orderNumber, `There is no order ${orderNumber} to change.`)],
    lines: [],
  };
}

/**
 * A sentence, with what it is about: a text of an 865 wants a reference (N902). An FTX has room for three characters of it (4441), and SAP numbers
 * its lines 000010: what is longer would leave the whole answer unwritten, and the sentence names it anyway.
 */
const note = (reference: string, text: string): FreeText => ({
  kind: { code: 'note' },
  reference: reference.length <= 3 ? reference : 'CHG',
  text,
});

/** Accepted when all of the change counts as asked, rejected when none of it does. */
export function changeVerdict(plan: ChangePlan, decision: OrderDecision | null): OrderVerdict {
  if (!plan.applies) return 'rejected';
  const promised = new Map((decision?.lines ?? []).map(({ line, promises }) => [line, promises]));
  const asAsked = plan.lines.every(
    ({ outcome, line }) =>
      outcome === 'unchanged' ||
      (outcome === 'applied' && (promised.get(line ?? '') ?? []).every(({ status }) => status === 'accepted')),
  );
  return asAsked ? 'accepted' : 'accepted-with-changes';
}

function answeredLine(
  before: Order,
  change: OrderChange,
  plan: ChangePlan,
  decision: OrderDecision | null,
  { line: key, index, action, outcome, ordered, shipped, message }: LineChange,
): OrderResponseLine {
  const asked = index === null ? undefined : change.lines?.[index];
  const line = linesByKey(plan.order).get(key ?? '')?.line ?? linesByKey(before).get(key ?? '')?.line ?? asked;
  const unit = line?.quantity?.unit;
  const withUnit = (value: string) => ({ value, ...(unit !== undefined && { unit }) });
  const decided = decision?.lines.find((one) => one.line === key);
  const price = decided?.price ?? line?.price;
  const left = subtractDecimals(ordered, shipped);
  const days = daysOf(outcome, line, asked);
  return {
    ...(line?.number !== undefined && { number: line.number }),
    action: asked?.action ?? { code: action },
    quantity: withUnit(ordered),
    left: withUnit(compareDecimals(left, '0') > 0 ? left : '0'),
    shipped: withUnit(shipped),
    ...(price !== undefined && price !== null && { price }),
    ...(line?.products !== undefined && { products: line.products }),
    ...promisesOf(outcome, action, withUnit(ordered), decided, days.dates),
    ...days,
    ...(LESS_THAN_ASKED.has(outcome) && { texts: [note(key ?? before.number, message)] }),
  };
}

/** What did not come of it as it was asked: the sentence that says so goes with the answer. */
const LESS_THAN_ASKED: ReadonlySet<LineChange['outcome']> = new Set(['too-late', 'refused', 'partly-applied']);

/** The days the line now stands at, when the change named any: a yes that leaves the day out leaves the buyer to guess to what. */
function daysOf(
  outcome: LineChange['outcome'],
  line: OrderLine | OrderChangeLine | undefined,
  asked: OrderChangeLine | undefined,
): Pick<OrderResponseLine, 'dates' | 'schedule'> {
  if (line === undefined || outcome === 'too-late' || outcome === 'refused') return {};
  return {
    ...(asked?.dates !== undefined && line.dates !== undefined && { dates: line.dates }),
    ...(asked?.schedule !== undefined && line.schedule !== undefined && { schedule: line.schedule }),
  };
}

/** What a day that was asked for is when it is promised as asked. */
const PROMISED_AS: readonly (readonly [asked: string, promised: string])[] = [
  ['ship-requested', 'ship-scheduled'],
  ['delivery-requested', 'delivery-scheduled'],
];

/** The day a yes without one of its own is for: the one that was asked. */
function dayPromised(dates: readonly DatedEntry[]): LinePromise['date'] {
  for (const [asked, promised] of PROMISED_AS) {
    const on = dayOfKind([asked], dates);
    if (on !== null) return { kind: { code: promised }, on };
  }
  return undefined;
}

function promisesOf(
  outcome: LineChange['outcome'],
  action: LineChange['action'],
  ordered: Quantity,
  decided: OrderDecision['lines'][number] | undefined,
  dates: readonly DatedEntry[] = [],
): Pick<OrderResponseLine, 'promises'> {
  const unit = ordered.unit === undefined ? {} : { unit: ordered.unit };
  if (outcome === 'too-late' || outcome === 'refused') {
    return {
      promises: [{ status: { code: 'rejected' }, quantity: ordered.value, ...unit, reason: { code: outcome } }],
    };
  }
  if (action === 'delete' && outcome === 'applied') {
    return { promises: [{ status: { code: 'deleted' }, quantity: '0', ...unit }] };
  }
  // While nobody has decided the order nothing of it is promised, and what was not decided is not answered.
  if (decided === undefined) return {};
  const asked = dayPromised(dates);
  return {
    promises: together(decided.promises).map((made) => {
      if (made.status !== 'accepted') return responsePromise(made, ordered);
      // So many as could no longer be taken back are not what was asked: a buyer's system that reads yes believes in its own number.
      const status = outcome === 'partly-applied' ? 'quantity-changed' : made.status;
      const promise = responsePromise({ ...made, status }, ordered);
      return { ...promise, ...(promise.date === undefined && asked !== undefined && { date: asked }) };
    }),
  };
}

/**
 * Parts of which the same is said are one: what is committed keeps its promise, and the rest is promised anew, often just as it was. An ORDRSP has
 * room for one status of a line and one backordered part, so the two would not go into it. A part that says no day (what has left says none)
 * goes with one that does.
 */
function together(promises: readonly LinePromiseMade[]): readonly LinePromiseMade[] {
  const told: LinePromiseMade[] = [];
  for (const promise of promises) {
    const index = told.findIndex((one) => saysTheSame(one, promise));
    const same = told[index];
    if (same === undefined) told.push(promise);
    else
      told[index] = {
        ...same,
        on: same.on ?? promise.on,
        price: same.price ?? promise.price,
        products: same.products ?? promise.products,
        quantity: sumDecimals([same.quantity, promise.quantity]),
      };
  }
  return told;
}

function saysTheSame(a: LinePromiseMade, b: LinePromiseMade): boolean {
  const fits = (x: unknown, y: unknown) => x === null || y === null || JSON.stringify(x) === JSON.stringify(y);
  return a.status === b.status && fits(a.on, b.on) && fits(a.price, b.price) && fits(a.products, b.products);
}
