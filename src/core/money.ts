import { type Decimal, isDecimal, multiplyDecimals, roundDecimal } from './decimal.ts';

/*
 * Money  whole minor units as a bigint, with an ISO 4217 currency. Sums are exact; a float is refused by the type and at run time.
 *        Minor units are the currency's own (JPY 0, USD 2, KWD 3); what an EDI element implies (N2) is the element's business.
 */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

const THREE_PLACES = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);
const NO_PLACES = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));

/** How many decimal places a currency has (ISO 4217); two when it is not known to differ. */
export const minorUnitPlaces = (currency: string): number =>
  THREE_PLACES.has(currency) ? 3 : NO_PLACES.has(currency) ? 0 : 2;

/** Money from an exact decimal, rounded half up to the currency's minor unit. Throws RangeError on anything but a decimal string. */
export function moneyOf(amount: Decimal, currency: string): Money {
  if (typeof amount !== 'string' || !isDecimal(amount)) throw new RangeError(`not a decimal: ${String(amount)}`);
  const places = minorUnitPlaces(currency);
  const scaled = roundDecimal(multiplyDecimals(amount, `1${'0'.repeat(places)}`), 0);
  return { minor: BigInt(scaled), currency };
}

/** The amount as a decimal with all its places: {minor: 1250n, USD} → "12.50". */
export function amountOf({ minor, currency }: Money): Decimal {
  const places = minorUnitPlaces(currency);
  if (places === 0) return minor.toString();
  const digits = (minor < 0n ? -minor : minor).toString().padStart(places + 1, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** a + b; throws RangeError when the currencies differ, for that sum means nothing. */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} and ${b.currency} do not add up`);
  return { minor: a.minor + b.minor, currency: a.currency };
}
