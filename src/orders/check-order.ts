import { compareDecimals, type Decimal, isDecimal, isNegativeDecimal } from '../core/decimal.ts';
import type { Order } from '../documents/order.ts';
import { type Finding, finding } from './finding.ts';
import { keyedLines } from './lines.ts';
import { isBasisUnknown } from './price.ts';

/** Digits before and after the point that a quantity or price may have: X12 R elements hold 17 at most, EDIFACT n..15. */
const digitsMax = { before: 17, after: 10 };

/** Whether a number is one our tables and the partners' can hold. */
export function isHoldable(value: Decimal): boolean {
  if (!isDecimal(value)) return false;
  const [before = '', after = ''] = value.replace('-', '').split('.');
  return before.replace(/^0+/, '').length <= digitsMax.before && after.length <= digitsMax.after;
}

/**
 * What is wrong with an order on its own, before anything is looked up; everything at once, in line order.
 * Errors keep a line (or, for a line number used twice, the order) from being promised.
 */
export function checkOrder(order: Order): readonly Finding[] {
  if (order.lines.length === 0) {
    return [finding('order/no-lines', 'lines', `Order ${order.number} has no lines.`)];
  }
  const firstWith = new Map<string, number>();
  return keyedLines(order).flatMap(({ key, line, index }) => {
    const path = `lines[${index}]`;
    const findings: Finding[] = [];
    const first = line.number === undefined ? undefined : firstWith.get(line.number);
    if (first !== undefined) {
      const message = `Line number ${line.number} stands on lines ${first + 1} and ${index + 1} of order ${order.number}.`;
      findings.push(finding('line/duplicate-number', `${path}.number`, message, { found: line.number ?? null }));
    } else if (line.number !== undefined) firstWith.set(line.number, index);
    const quantity = line.quantity?.value;
    if (quantity === undefined) {
      findings.push(finding('line/quantity-missing', `${path}.quantity`, `Line ${key} orders no quantity.`));
    } else if (!isHoldable(quantity)) {
      const message = `The quantity ${quantity} of line ${key} is not a number we can hold.`;
      findings.push(finding('line/quantity-malformed', `${path}.quantity.value`, message, { found: quantity }));
    } else if (compareDecimals(quantity, '0') <= 0) {
      const message = `Line ${key} orders ${quantity}: a quantity must be more than zero.`;
      findings.push(finding('line/quantity-not-positive', `${path}.quantity.value`, message, { found: quantity }));
    }
    const price = line.price?.amount;
    if (price !== undefined && (!isHoldable(price) || isNegativeDecimal(price))) {
      const message = `The price ${price} of line ${key} is no price.`;
      findings.push(finding('line/price-malformed', `${path}.price.amount`, message, { found: price }));
    }
    if (line.price !== undefined && isBasisUnknown(line.price)) {
      const found = line.price.basis?.original ?? null;
      const message = `The price of line ${key} is given by ${found}, which we do not know: it may be for more than one.`;
      const more = { found, severity: 'warning' as const };
      findings.push(finding('line/price-basis-unknown', `${path}.price.basis`, message, more));
    }
    if ((line.products ?? []).length === 0) {
      findings.push(finding('line/product-missing', `${path}.products`, `Line ${key} names no product.`));
    }
    return findings;
  });
}
