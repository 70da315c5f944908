import {
  addDecimals,
  type Decimal,
  divideDecimals,
  isZeroDecimal,
  minDecimal,
  multiplyDecimals,
  roundDecimal,
  subtractDecimals,
} from '../core/decimal.ts';
import type { Charge, Quantity, Tax } from '../documents/parts.ts';
import { chargeAmount, taxAmount } from '../documents/totals.ts';
import type { LineState } from './order-state.ts';

/** Header charges of an order that belong on an invoice: percents on every one, made anew for what is billed; all else on the first. */
export const headerCharges = (charges: readonly Charge[] | undefined, first: boolean): readonly Charge[] =>
  (charges ?? [])
    .filter(({ percent }) => first || percent !== undefined)
    .map((charge) => (charge.percent === undefined ? charge : madeAnew(charge)));

/** An amount made from a percent or a rate was made for the whole order: it is left out, to be made for what is billed. */
function madeAnew({ amount: _amount, ...rest }: Charge): Charge {
  return rest;
}

/**
 * A line's charges for the part an invoice bills. Percents and rates per unit are made anew. Anything else is for the line as ordered and is
 * shared by quantity, cumulatively: what all invoices up to this one should bear less what those before it bore, so that no cent is lost
 * or billed twice; beyond the ordered quantity nothing is added.
 */
export function chargesForLine(
  charges: readonly Charge[] | undefined,
  state: LineState,
  billed: Quantity,
  goods: Decimal,
  places: number,
): Charge[] {
  return (charges ?? []).map((charge) => {
    if (charge.percent !== undefined || (charge.rate !== undefined && charge.quantity === undefined)) {
      const anew = madeAnew(charge);
      return { ...anew, amount: roundDecimal(chargeAmount(anew, goods, billed), places) };
    }
    const whole = chargeAmount(charge, goods);
    if (isZeroDecimal(state.ordered)) return { ...charge, amount: roundDecimal(whole, places) };
    const upTo = (quantity: Decimal) => {
      const within = minDecimal(quantity, state.ordered);
      return roundDecimal(divideDecimals(multiplyDecimals(whole, within), state.ordered, 20), places);
    };
    const share = subtractDecimals(upTo(addDecimals(state.invoiced, billed.value)), upTo(state.invoiced));
    const { rate: _rate, quantity: _quantity, ...told } = charge;
    return { ...told, amount: roundDecimal(share, places) };
  });
}

/** Header charges with their amounts told, on top of `goods`. */
export const statedCharges = (charges: readonly Charge[], goods: Decimal, places: number): Charge[] =>
  charges.map((charge) => ({ ...charge, amount: roundDecimal(chargeAmount(charge, goods), places) }));

/** Taxes with their amounts and what they are taken from told. An exempt one says so and nothing else. */
export const statedTaxes = (taxes: readonly Tax[], base: Decimal, places: number): Tax[] =>
  taxes.map((tax) => {
    if (tax.exemption !== undefined) return tax;
    const from = tax.base ?? base;
    return {
      ...tax,
      ...(tax.rate !== undefined && { base: from }),
      amount: roundDecimal(taxAmount(tax, base), places),
    };
  });
