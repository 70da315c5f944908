/*
 * The buyer's own sums, in whole cents and bigint. Deliberately not core/decimal and not documents/totals: a wrong sum of the gateway must
 * meet another way of counting, or it would agree with itself.
 */
const NUMBER = /^(-?)(\d*)(?:\.(\d*))?$/;

interface Exact {
  readonly digits: bigint;
  readonly places: number;
}

function exact(text: string): Exact {
  const [, sign, whole = '', fraction = ''] = NUMBER.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') throw new RangeError(`"${text}" is no plain decimal number`);
  return { digits: BigInt(`${sign}${whole}${fraction}`), places: fraction.length };
}

const tenTo = (places: number): bigint => 10n ** BigInt(places);

/** Away from zero on a tie. */
function dividedHalfUp(dividend: bigint, divisor: bigint): bigint {
  const size = dividend < 0n ? -dividend : dividend;
  const rounded = (size * 2n + divisor) / (divisor * 2n);
  return dividend < 0n ? -rounded : rounded;
}

/** Cents of an amount that has no more than two decimals; RangeError on finer ones: a buyer never rounds what was sent. */
export function centsOf(amount: string): bigint {
  const { digits, places } = exact(amount);
  if (places <= 2) return digits * tenTo(2 - places);
  if (digits % tenTo(places - 2) !== 0n) throw new RangeError(`"${amount}" is finer than a cent`);
  return digits / tenTo(places - 2);
}

/** Quantity × price, rounded half up to the cent. */
export function extensionCents(quantity: string, price: string): bigint {
  const [a, b] = [exact(quantity), exact(price)];
  const places = a.places + b.places;
  const product = a.digits * b.digits;
  return places <= 2 ? product * tenTo(2 - places) : dividedHalfUp(product, tenTo(places - 2));
}

/** 123450n → "1234.50". */
export function amountText(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Whether two decimals are the same number however written: "10" and "10.00". False when either is no number. */
export function sameNumber(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || !isNumber(a) || !isNumber(b)) return false;
  const [left, right] = [exact(a), exact(b)];
  return left.digits * tenTo(right.places) === right.digits * tenTo(left.places);
}

export const isNumber = (text: string): boolean => NUMBER.test(text) && /\d/.test(text);

/** Exact sum of decimals, with as many places as the finest. */
export function sumOf(numbers: readonly string[]): string {
  const all = numbers.map(exact);
  const places = all.reduce((most, one) => Math.max(most, one.places), 0);
  const digits = all.reduce((sum, one) => sum + one.digits * tenTo(places - one.places), 0n);
  if (places === 0) return digits.toString();
  const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -places)}.${text.slice(-places)}`;
}

/** a − b, exactly. */
export const difference = (a: string, b: string): string => sumOf([a, b.startsWith('-') ? b.slice(1) : `-${b}`]);

/** GS1 check digit of a number without it: from the right, weights 3, 1, 3, … (GS1 General Specifications, 7.9). */
export function gs1CheckDigit(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}

/** Eighteen digits whose last is the check digit of the others. */
export const isSscc = (text: string): boolean => /^\d{18}$/.test(text) && gs1CheckDigit(text.slice(0, 17)) === text[17];
