import {
  addDecimals,
  compareDecimals,
  type Decimal,
  minDecimal,
  sameDecimal,
  subtractDecimals,
  sumDecimals,
} from '../core/decimal.ts';
import { addDays, compareLocalDates, type LocalDate } from '../core/local-date.ts';
import type { OrderLine } from '../documents/order.ts';
import { isHoldable } from './check-order.ts';
import { dayOf, dayOfKind, laterOf } from './dates.ts';
import type { LinePromiseMade } from './decision.ts';
import type { Deciding, DecisionPolicy } from './decision-policy.ts';
import { type Finding, finding } from './finding.ts';
import type { ItemView } from './items.ts';
import type { KeyedLine } from './lines.ts';
import { type Place, sumOf, take } from './stock.ts';
import { LAST_DATES, type LineStatus, REQUESTED_DATES } from './words.ts';

/** A part of a line wanted on a day: a delivery of its schedule, or the whole. */
interface Demand {
  readonly quantity: Decimal;
  readonly on: LocalDate | null;
}

function demandsOf({ order }: Deciding, line: OrderLine, ordered: Decimal): readonly Demand[] {
  const schedule = (line.schedule ?? []).filter(
    ({ quantity }) => isHoldable(quantity) && compareDecimals(quantity, '0') > 0,
  );
  const scheduled = sumDecimals(schedule.map(({ quantity }) => quantity));
  // A schedule that does not add up to the line says nothing sure about any day.
  if (schedule.length > 0 && sameDecimal(scheduled, ordered)) {
    return schedule.map(({ quantity, on }) => ({ quantity, on: dayOf(on) }));
  }
  return [{ quantity: ordered, on: dayOfKind(REQUESTED_DATES, line.dates, order.dates) }];
}

export interface Supply {
  readonly promises: readonly LinePromiseMade[];
  readonly taken: readonly Place[];
  readonly left: readonly Place[];
  readonly findings: readonly Finding[];
}

/**
 * What of a line can be promised and when: from the free stock now, the rest as the policy says. The promises add up to the ordered quantity.
 * `left` is the free stock after this line.
 */
export function supplyLine(
  deciding: Deciding,
  keyed: KeyedLine,
  item: ItemView,
  free: readonly Place[],
  priceChanged: boolean,
): Supply {
  const { policy, today, order } = deciding;
  const { line, index, key } = keyed;
  const ordered = line.quantity?.value ?? '0';
  const last = dayOfKind(LAST_DATES, line.dates, order.dates);
  const short = compareDecimals(sumOf(free), ordered) < 0;
  if (short && policy.onShortage === 'reject-line') {
    const reason = `Only ${sumOf(free)} of ${ordered} are in stock, and the line is not split.`;
    return { promises: [promise('rejected', ordered, null, reason)], taken: [], left: free, findings: [] };
  }
  const promises: LinePromiseMade[] = [];
  const taken: Place[] = [];
  const findings: Finding[] = [];
  let left = free;
  for (const demand of demandsOf(deciding, line, ordered)) {
    const now = minDecimal(sumOf(left), demand.quantity);
    const rest = subtractDecimals(demand.quantity, now);
    const late = demand.on !== null && compareLocalDates(demand.on, today) < 0;
    if (late) {
      const message = `Line ${key} was wanted on ${demand.on}, before today, ${today}.`;
      findings.push(
        finding('line/date-passed', `lines[${index}].dates`, message, { found: demand.on, severity: 'warning' }),
      );
    }
    if (compareDecimals(now, '0') > 0) {
      const step = take(left, now);
      taken.push(...step.taken);
      left = step.left;
      const status = statusNow({ priceChanged, late, short: compareDecimals(rest, '0') > 0, policy });
      promises.push(promise(status, now, late ? today : demand.on, null));
    }
    if (compareDecimals(rest, '0') > 0) promises.push(promiseRest(deciding, item, demand, rest, last));
  }
  return { promises, taken: mergePlaces(taken), left, findings };
}

/** Price before quantity before date: the change that costs the buyer most is the one the line is answered with. */
function statusNow(now: { priceChanged: boolean; late: boolean; short: boolean; policy: DecisionPolicy }): LineStatus {
  if (now.priceChanged) return 'price-changed';
  if (now.short && now.policy.onShortage === 'cut') return 'quantity-changed';
  return now.late ? 'rescheduled' : 'accepted';
}

function promiseRest(
  { policy, today }: Deciding,
  item: ItemView,
  demand: Demand,
  rest: Decimal,
  last: LocalDate | null,
): LinePromiseMade {
  if (policy.onShortage !== 'backorder') return promise('rejected', rest, null, 'Not in stock.');
  const ready = addDays(today, item.leadTimeDays ?? policy.defaultLeadTimeDays);
  const on = demand.on === null ? ready : laterOf(ready, demand.on);
  if (last !== null && compareLocalDates(on, last) > 0) {
    return promise('rejected', rest, null, `Not in stock before ${on}, and ${last} is the last day they take it.`);
  }
  return promise('backordered', rest, on, `Not in stock; leaves on ${on}.`);
}

const promise = (
  status: LineStatus,
  quantity: Decimal,
  on: LocalDate | null,
  reason: string | null,
): LinePromiseMade => ({
  status,
  quantity,
  on,
  price: null,
  products: null,
  reason,
});

/** One reservation per location, however many deliveries of a schedule took from it. */
function mergePlaces(places: readonly Place[]): readonly Place[] {
  const byLocation = new Map<string, Decimal>();
  for (const { location, quantity } of places) {
    byLocation.set(location, addDecimals(byLocation.get(location) ?? '0', quantity));
  }
  return [...byLocation].map(([location, quantity]) => ({ location, quantity }));
}
