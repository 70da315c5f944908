import {
  absoluteDecimal,
  compareDecimals,
  type Decimal,
  isZeroDecimal,
  multiplyDecimals,
  subtractDecimals,
} from '../core/decimal.ts';
import type { Price } from '../documents/parts.ts';

/** How far a price may differ: both bounds hold, so the stricter decides. Amount is per unit. */
export interface PriceTolerance {
  readonly percent: Decimal;
  readonly amount: Decimal;
}

/** Units a price is for; one when not said, and when said to be zero. */
export const perOf = (price: Price): Decimal => (price.per === undefined || isZeroDecimal(price.per) ? '1' : price.per);

/** Whether a price says what it is for in a code we don't know: then it may be for one, or for any number of units. */
export const isBasisUnknown = ({ basis }: Price): boolean => basis !== undefined && basis.code === undefined;

/**
 * Whether a price is ours within the tolerance. Compared without dividing (theirs for 3 units, ours for 1: both times 3),
 * so that no rounding decides.
 */
export function priceAgrees(theirs: Price, ours: Decimal, tolerance: PriceTolerance): boolean {
  const per = perOf(theirs);
  const oursForPer = multiplyDecimals(ours, per);
  const difference = absoluteDecimal(subtractDecimals(theirs.amount, oursForPer));
  const percentOk =
    compareDecimals(
      multiplyDecimals(difference, '100'),
      multiplyDecimals(tolerance.percent, absoluteDecimal(oursForPer)),
    ) <= 0;
  const amountOk = compareDecimals(difference, multiplyDecimals(tolerance.amount, per)) <= 0;
  return percentOk && amountOk;
}

/** Our price in the basis they asked in: theirs per 100 is answered per 100. */
export const inTheirBasis = (ours: Decimal, theirs: Price | undefined): Price => {
  if (theirs === undefined) return { amount: ours };
  return { ...theirs, amount: multiplyDecimals(ours, perOf(theirs)) };
};
