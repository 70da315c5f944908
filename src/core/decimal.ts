import Big from 'big.js';

/*
 * Decimal  an exact decimal number as text: "12.50", "-3", ".5" read, "0.5" written. Never a float:
 *          0.1 + 0.2 must be 0.3, and trailing zeros a partner sent must be able to go back.
 */
export type Decimal = string;

// Strict mode refuses JavaScript numbers in every operation: a float cannot slip in through arithmetic.
const Exact = Big();
Exact.strict = true;
Exact.DP = 40;
Exact.RM = 1;
Exact.PE = 1_000;
Exact.NE = -1_000;

const DECIMAL = /^-?(?:\d{1,60}(?:\.\d{0,40})?|\.\d{1,40})$/;

/** Whether the text is a plain decimal: optional minus, digits, at most one point; no exponent, no plus, no blanks. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text);

// A product or a sum of legal decimals is longer than what may be sent, and must be a legal operand of the next step.
const OPERAND = /^-?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})$/;

function big(value: Decimal): Big {
  if (typeof value !== 'string' || !OPERAND.test(value)) throw new RangeError(`not a decimal: ${String(value)}`);
  return new Exact(value);
}

const text = (value: Big): Decimal => value.toFixed();

export const addDecimals = (...values: readonly Decimal[]): Decimal => sumDecimals(values);
/** The sum of a list of any length, where spreading it over arguments would overflow the stack. */
export const sumDecimals = (values: readonly Decimal[]): Decimal =>
  text(values.reduce((sum, value) => sum.plus(big(value)), new Exact('0')));
export const subtractDecimals = (a: Decimal, b: Decimal): Decimal => text(big(a).minus(big(b)));
export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => text(big(a).times(big(b)));
/** a ÷ b to `places` decimals, half up; RangeError when b is zero. */
export function divideDecimals(a: Decimal, b: Decimal, places: number): Decimal {
  if (big(b).eq('0')) throw new RangeError('division by zero');
  return text(big(a).div(big(b)).round(places, Exact.roundHalfUp));
}
/** Half up, away from zero on a tie: what partners' systems do. */
export const roundDecimal = (value: Decimal, places: number): Decimal =>
  big(value).round(places, Exact.roundHalfUp).toFixed(places);
export const negateDecimal = (value: Decimal): Decimal => text(big(value).times('-1'));
export const absoluteDecimal = (value: Decimal): Decimal => text(big(value).abs());
/** -1, 0 or 1. */
export const compareDecimals = (a: Decimal, b: Decimal): -1 | 0 | 1 => big(a).cmp(big(b));
export const sameDecimal = (a: Decimal, b: Decimal): boolean => big(a).eq(big(b));
export const isZeroDecimal = (value: Decimal): boolean => big(value).eq('0');
export const isNegativeDecimal = (value: Decimal): boolean => big(value).lt('0');
export const minDecimal = (a: Decimal, b: Decimal): Decimal => (compareDecimals(a, b) <= 0 ? a : b);
/** Without superfluous zeros, point or minus: "1.50" → "1.5", "-0" → "0". */
export const normalDecimal = (value: Decimal): Decimal => {
  const plain = text(big(value));
  return plain === '-0' ? '0' : plain;
};
