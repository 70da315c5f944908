import {
  addDecimals,
  type Decimal,
  divideDecimals,
  isZeroDecimal,
  multiplyDecimals,
  negateDecimal,
  roundDecimal,
  subtractDecimals,
  sumDecimals,
} from '../core/decimal.ts';
import { minorUnitPlaces } from '../core/money.ts';
import type { Invoice, InvoiceLine } from './invoice.ts';
import type { Charge, Price, Quantity, Tax } from './parts.ts';

/*
 * The sums of an invoice, made the same way whether we write it or check a partner's.
 *
 *   line     quantity × price ÷ per, its own allowances and charges on top     (EDIFACT MOA 203)
 *   lines    the sum of those                                                   (MOA 79)
 *   charges  header charges less header allowances; negative when those outweigh (MOA 131)
 *   taxable  lines + charges                                                     (MOA 125)
 *   tax      all taxes that are not exempt                                       (MOA 176)
 *   due      taxable + tax                                                       (TDS01, MOA 77)
 *
 * An allowance or charge whose handling settles it elsewhere (bill back, credit to the account, information only) is told but not summed.
 */

/** How a partner rounds: each amount of a line, charge and tax, or only the totals; to so many places. */
export interface Rounding {
  readonly each: 'line' | 'total';
  readonly places: number;
  /** Header taxes: taxes of their own beside those of the lines (X12), or the lines' taxes summed up again (EDIFACT). Absent: `own`. */
  readonly headerTaxes?: 'own' | 'summary';
}

/** Each line to the minor unit of the currency; two places when there is none: what X12's N2 elements can say. */
export const roundingOf = (currency: string | undefined, each: Rounding['each'] = 'line'): Rounding => ({
  each,
  places: currency === undefined ? 2 : minorUnitPlaces(currency),
});

export interface InvoiceTotals {
  readonly lines: Decimal;
  readonly charges: Decimal;
  readonly taxable: Decimal;
  readonly tax: Decimal;
  readonly due: Decimal;
  /** Present only when the terms give a discount. */
  readonly discountable?: Decimal;
  readonly discounted?: Decimal;
  readonly discount?: Decimal;
}

/** What totals are made from: an invoice whose totals may not be known yet. A stated `discountable` is believed. */
export type Totalled = Pick<Invoice, 'lines' | 'charges' | 'taxes' | 'terms'> & {
  readonly totals?: { readonly discountable?: Decimal };
};

/** Places kept where a division does not end: far below any cent, whatever it is multiplied by. */
const DIVISION_PLACES = 30;

/** Handlings that settle an allowance or charge outside this invoice, or not at all (X12 331, EDIFACT 4471). */
const SETTLED_ELSEWHERE: ReadonlySet<string> = new Set([
  'bill-back',
  'vendor-check',
  'credit-account',
  'paid-by-vendor',
  'optional',
  'issued-by-supplier',
  'issued-by-reseller',
  'denied',
  'cancelled',
  'amount-wanted',
  'information-only',
  'tax-not-payable',
  'accrual-fund',
  'flat-fund',
  'collect',
  'prepaid',
]);

/** Quantity × price ÷ per, exact to thirty places, not rounded: the rounding is the invoice's. A `per` of zero counts as one. */
export function extension(quantity: Decimal, price: Price): Decimal {
  const product = multiplyDecimals(quantity, price.amount);
  const per = price.per ?? '1';
  return isZeroDecimal(per) ? product : divideDecimals(product, per, DIVISION_PLACES);
}

const ALLOWANCES: ReadonlySet<string> = new Set(['allowance', 'line-allowance']);
const CHARGES: ReadonlySet<string> = new Set(['charge', 'line-charge']);
const isAllowance = ({ kind }: Charge): boolean => ALLOWANCES.has(kind.code ?? '');

/** Whether an allowance or charge belongs in the sum: it is one of the two, and is settled here. */
export const counts = (charge: Charge): boolean =>
  (isAllowance(charge) || CHARGES.has(charge.kind.code ?? '')) && !SETTLED_ELSEWHERE.has(charge.handling?.code ?? '');

/**
 * The amount of one allowance or charge, not rounded: as stated, else percent of `base`, else rate × quantity (its own, else the line's).
 * Nothing stated is zero. The kind says whether it is taken off; a minus that was sent is taken at its word and turns that round.
 */
export function chargeAmount(charge: Charge, base: Decimal, quantity?: Quantity): Decimal {
  if (charge.amount !== undefined) return charge.amount;
  if (charge.percent !== undefined) {
    return divideDecimals(multiplyDecimals(base, charge.percent), '100', DIVISION_PLACES);
  }
  if (charge.rate === undefined) return '0';
  return multiplyDecimals(charge.rate, charge.quantity?.value ?? quantity?.value ?? '1');
}

/** The amount of one tax, not rounded: nothing when exempt, as stated, else rate (a percent: 7.25) of its own base or of `base`. */
export function taxAmount(tax: Tax, base: Decimal): Decimal {
  if (tax.amount !== undefined) return tax.amount;
  if (tax.exemption !== undefined || tax.rate === undefined) return '0';
  return divideDecimals(multiplyDecimals(tax.base ?? base, tax.rate), '100', DIVISION_PLACES);
}

type Round = (amount: Decimal) => Decimal;

/** Each amount rounded where the policy says so, else left exact. */
const roundEach =
  (rounding: Rounding): Round =>
  (amount) =>
    rounding.each === 'line' ? roundDecimal(amount, rounding.places) : amount;

interface Summed {
  readonly amount: Decimal;
  readonly tax: Decimal;
}

function sumCharges(charges: readonly Charge[] | undefined, base: Decimal, round: Round, quantity?: Quantity): Summed {
  const counted = (charges ?? []).filter(counts).map((charge) => {
    const amount = round(chargeAmount(charge, base, quantity));
    const tax = sumTaxes(charge.taxes, amount, round);
    return isAllowance(charge) ? { amount: negateDecimal(amount), tax: negateDecimal(tax) } : { amount, tax };
  });
  return {
    amount: sumDecimals(counted.map((one) => one.amount)),
    tax: sumDecimals(counted.map((one) => one.tax)),
  };
}

const sumTaxes = (taxes: readonly Tax[] | undefined, base: Decimal, round: Round): Decimal =>
  sumDecimals((taxes ?? []).map((tax) => round(taxAmount(tax, base))));

function sumLine(line: InvoiceLine, round: Round): Summed {
  const { quantity, price } = line;
  // A line without quantity and price can only be believed.
  if (quantity === undefined || price === undefined) {
    const amount = round(line.amount ?? '0');
    return { amount, tax: sumTaxes(line.taxes, amount, round) };
  }
  const goods = round(extension(quantity.value, price));
  const charges = sumCharges(line.charges, goods, round, quantity);
  const amount = addDecimals(goods, charges.amount);
  return { amount, tax: addDecimals(charges.tax, sumTaxes(line.taxes, amount, round)) };
}

/** A line's amount with its own allowances and charges, rounded to `places` either way: what stands on the line. */
export const lineAmount = (line: InvoiceLine, rounding: Rounding): Decimal =>
  roundDecimal(sumLine(line, roundEach(rounding)).amount, rounding.places);

/**
 * All totals of an invoice, or of one about to be written. Takes what was agreed about rounding; gives decimals with exactly `places` places.
 * Amounts are as in the document: never negative for a credit, whose kind says which way they go.
 */
export function invoiceTotals(invoice: Totalled, rounding: Rounding): InvoiceTotals {
  const round = roundEach(rounding);
  const final = (amount: Decimal) => roundDecimal(amount, rounding.places);
  const lines = invoice.lines.map((line) => sumLine(line, round));
  const goods = sumDecimals(lines.map((line) => line.amount));
  const charges = sumCharges(invoice.charges, goods, round);
  const taxable = addDecimals(goods, charges.amount);
  const headerTax = sumTaxes(invoice.taxes, taxable, round);
  const repeated = rounding.headerTaxes === 'summary' && (invoice.taxes ?? []).length > 0;
  const tax = repeated ? headerTax : addDecimals(headerTax, charges.tax, sumDecimals(lines.map((line) => line.tax)));
  const due = final(addDecimals(taxable, tax));
  return {
    lines: final(goods),
    charges: final(charges.amount),
    taxable: final(taxable),
    tax: final(tax),
    due,
    ...discountOf(invoice, due, rounding.places),
  };
}

/** The largest discount any of the terms gives for paying early, with what it is taken from and what then remains. */
function discountOf(
  { terms, totals }: Totalled,
  due: Decimal,
  places: number,
): Pick<InvoiceTotals, 'discountable' | 'discounted' | 'discount'> {
  const discountable = roundDecimal(totals?.discountable ?? due, places);
  const offers = (terms ?? []).flatMap(({ kind, discountAmount, discountPercent }) => {
    if (kind?.code === 'no-discount') return [];
    if (discountAmount !== undefined) return [roundDecimal(discountAmount, places)];
    if (discountPercent === undefined || isZeroDecimal(discountPercent)) return [];
    return [
      roundDecimal(divideDecimals(multiplyDecimals(discountable, discountPercent), '100', DIVISION_PLACES), places),
    ];
  });
  if (offers.length === 0) return {};
  const discount = offers.reduce((best, offer) => (subtractDecimals(offer, best).startsWith('-') ? best : offer));
  return { discountable, discount, discounted: roundDecimal(subtractDecimals(due, discount), places) };
}
