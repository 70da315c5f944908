import { compareDecimals, type Decimal, isNegativeDecimal } from '../core/decimal.ts';
import type { LocalDate } from '../core/local-date.ts';
import type { Order, OrderLine } from '../documents/order.ts';
import type { Price } from '../documents/parts.ts';
import { checkOrder, isHoldable } from './check-order.ts';

import { type Hold, type LineDecision, type OrderDecision, type Reservation, verdictOf } from './decision.ts';
import type { Deciding, DecisionPolicy } from './decision-policy.ts';
import { type Finding, finding } from './finding.ts';
import { findItem, type ItemIndex, type ItemView } from './items.ts';
import { type KeyedLine, keyedLines } from './lines.ts';
import { inTheirBasis, isBasisUnknown, priceAgrees } from './price.ts';
import { type FreeStock, freeOf, type Place } from './stock.ts';
import { supplyLine } from './supply.ts';
import type { LineStatus } from './words.ts';

/*
 * How the built-in rules decide an order. Per line, in this order:
 *
 *   no usable quantity → rejected          product unknown → unknown item        other unit than the item's → wrong unit
 *   part of a piece → a hold               a price that is none (negative, too long) → a hold
 *   a price outside the tolerance, by a basis we do not know → a hold
 *   price outside the tolerance → our price, or a hold, or theirs, by policy
 *   enough free stock → accepted (price changed, rescheduled)                    too little → backorder, cut or reject, by policy
 *
 * A hold leaves the proposal standing for a person to see, and reserves nothing.
 */

interface LineOutcome {
  readonly decision: LineDecision;
  readonly holds: readonly Hold[];
  readonly taken: readonly Place[];
  readonly left: readonly Place[];
  readonly findings: readonly Finding[];
}

/**
 * Decides an order by the built-in rules. Takes the order, the items with what is free of each, the agreement's policy, and today
 * where the company is; gives promises that add up to every line's quantity, the stock to reserve, the holds, and every finding at once.
 * The same input gives the same decision: lines are served in their order, locations in the order of the item.
 */
export function decideByRules(order: Order, items: ItemIndex, policy: DecisionPolicy, today: LocalDate): OrderDecision {
  const deciding = { order, policy, today };
  const findings: Finding[] = [...checkOrder(order)];
  const holds: Hold[] = holdsOfOrder(order, findings);
  const reservations: Reservation[] = [];
  const lines: LineDecision[] = [];
  const free = new Map<string, readonly Place[]>();
  for (const keyed of keyedLines(order)) {
    const outcome = decideLine(deciding, keyed, items, free);
    const { item } = outcome.decision;
    lines.push(outcome.decision);
    holds.push(...outcome.holds);
    findings.push(...outcome.findings);
    if (item === null || outcome.taken.length === 0) continue;
    free.set(item, outcome.left);
    reservations.push(...outcome.taken.map((place) => ({ line: keyed.key, item, ...place })));
  }
  const held = holds.length > 0;
  return { verdict: held ? 'held' : verdictOf(lines), lines, holds, reservations: held ? [] : reservations, findings };
}

function holdsOfOrder(order: Order, findings: readonly Finding[]): Hold[] {
  return findings
    .filter(({ code }) => code === 'line/duplicate-number')
    .map(({ message, found }) => ({
      reason: 'duplicate-line-number' as const,
      line: found,
      message: `${message} A shipment could not say which of them it fills in order ${order.number}.`,
    }));
}

function decideLine(deciding: Deciding, keyed: KeyedLine, items: ItemIndex, free: FreeStock): LineOutcome {
  const { key, line, index } = keyed;
  const quantity = line.quantity?.value;
  if (quantity === undefined || !isHoldable(quantity) || compareDecimals(quantity, '0') <= 0) {
    return refuseLine(keyed, 'rejected', 'The quantity is missing or is not more than zero.');
  }
  const match = findItem(line.products, items);
  if (match.kind === 'unknown') {
    const ids = (line.products ?? []).map(({ value }) => value).join(', ');
    const message = `Line ${key} asks for ${ids === '' ? 'no named product' : ids}, which we do not sell.`;
    const unknown = finding('line/product-unknown', `lines[${index}].products`, message, {
      found: ids === '' ? null : ids,
    });
    return refuseLine(keyed, 'unknown-item', message, [unknown]);
  }
  if (match.kind === 'ambiguous') {
    const message = `The product ids of line ${key} name different items: ${match.items.map(({ id }) => id).join(', ')}.`;
    const ambiguous = finding('line/product-ambiguous', `lines[${index}].products`, message);
    return holdLine(keyed, { reason: 'ambiguous-product', line: key, message }, ambiguous);
  }
  const { item } = match;
  if (!sameUnit(line, item)) {
    const found = line.quantity?.unit?.code ?? line.quantity?.unit?.original ?? null;
    const message = `Line ${key} orders in ${found}; item ${item.id} is sold in ${item.unit}.`;
    const differs = finding('line/unit-differs', `lines[${index}].quantity.unit`, message, {
      found,
      expected: item.unit,
    });
    return refuseLine(keyed, 'wrong-unit', message, [differs]);
  }
  if (unitWord(item.unit) === 'each' && !isWhole(quantity)) {
    const message = `Line ${key} orders ${quantity} of ${item.id}, which is sold by the piece.`;
    const fractional = finding('line/quantity-fractional', `lines[${index}].quantity.value`, message, {
      found: quantity,
    });
    return holdLine(keyed, { reason: 'quantity', line: key, message }, fractional);
  }
  const price = decidePrice(deciding, keyed, item);
  const supply = supplyLine(deciding, keyed, item, freeOf(free, item), price.changed);
  return {
    decision: { line: key, ordered: quantity, price: price.price, item: item.id, promises: supply.promises },
    holds: price.holds,
    taken: supply.taken,
    left: supply.left,
    findings: [...price.findings, ...supply.findings],
  };
}

/** One of something: X12 says each where EDIFACT says piece (PCE). */
const SINGLES: ReadonlySet<string> = new Set(['each', 'piece']);
const unitWord = (word: string): string => (SINGLES.has(word.toLowerCase()) ? 'each' : word.toLowerCase());

const isWhole = (quantity: Decimal): boolean => /^\d+(\.0*)?$/.test(quantity);

const sameUnit = ({ quantity }: OrderLine, item: ItemView): boolean => {
  const unit = quantity?.unit;
  if (unit === undefined) return true;
  return [unit.code, unit.original].some((word) => word !== undefined && unitWord(word) === unitWord(item.unit));
};

function refuseLine(
  { key, line }: KeyedLine,
  status: LineStatus,
  reason: string,
  findings: readonly Finding[] = [],
): LineOutcome {
  const ordered = line.quantity?.value ?? '0';
  const promises = [{ status, quantity: ordered, on: null, price: null, products: null, reason }];
  const decision = { line: key, ordered, price: line.price ?? null, item: null, promises };
  return { decision, holds: [], taken: [], left: [], findings };
}

const holdLine = (keyed: KeyedLine, hold: Hold, found: Finding): LineOutcome => ({
  ...refuseLine(keyed, 'held', hold.message, [found]),
  holds: [hold],
});

interface DecidedPrice {
  readonly price: Price | null;
  readonly changed: boolean;
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
}

function decidePrice({ order, policy }: Deciding, { key, line, index }: KeyedLine, item: ItemView): DecidedPrice {
  const currency = order.currency ?? policy.currency;
  if (currency !== item.currency) {
    const message = `Order ${order.number} is in ${currency}; item ${item.id} is priced in ${item.currency}.`;
    const differs = finding('order/currency-differs', 'currency', message, {
      found: currency,
      expected: item.currency,
    });
    return {
      price: line.price ?? null,
      changed: false,
      holds: [{ reason: 'currency', line: key, message }],
      findings: [differs],
    };
  }
  const theirs = line.price;
  const usable = theirs !== undefined && isHoldable(theirs.amount) && !isNegativeDecimal(theirs.amount);
  if (theirs === undefined) return { price: { amount: item.price }, changed: false, holds: [], findings: [] };
  const tolerance = { percent: policy.priceTolerancePercent, amount: policy.priceToleranceAmount };
  if (usable && priceAgrees(theirs, item.price, tolerance))
    return { price: theirs, changed: false, holds: [], findings: [] };
  const ours = inTheirBasis(item.price, theirs);
  if (!usable) {
    // Whoever asks to be paid for what he buys has made a mistake somewhere, and perhaps not only there: no policy decides that.
    const message = `The price ${theirs.amount} of line ${key} is no price; ours is ${ours.amount}.`;
    return { price: ours, changed: true, holds: [{ reason: 'price', line: key, message }], findings: [] };
  }
  if (isBasisUnknown(theirs)) {
    const message = `Line ${key} asks for ${theirs.amount} by ${theirs.basis?.original}, which we do not know; ours is ${ours.amount} for one.`;
    return { price: ours, changed: true, holds: [{ reason: 'price', line: key, message }], findings: [] };
  }
  const message = `Line ${key} asks for ${theirs.amount}; our price is ${ours.amount}${theirs.per === undefined ? '' : ` per ${theirs.per}`}.`;
  const differs = finding('line/price-differs', `lines[${index}].price.amount`, message, {
    found: theirs.amount,
    expected: ours.amount,
    severity: 'warning',
  });
  if (policy.onPriceMismatch === 'hold') {
    return { price: ours, changed: true, holds: [{ reason: 'price', line: key, message }], findings: [differs] };
  }
  if (policy.onPriceMismatch === 'accept-theirs') {
    return { price: theirs, changed: false, holds: [], findings: [differs] };
  }
  return { price: ours, changed: true, holds: [], findings: [differs] };
}
