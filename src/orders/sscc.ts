/*
 * SSCC-18 (GS1 General Specifications, 3.3.1): extension digit, GS1 company prefix, serial, check digit.
 *
 *   1  0614141  123456789  7        17 digits without the last; the longer the prefix, the shorter the serial
 */

/** The check digit of any GS1 number: weights 3, 1, 3… from the right, up to the next ten (GS1 General Specifications, 7.9). */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    sum += Number(digits.charAt(digits.length - 1 - index)) * (index % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}

/** Whether these are eighteen digits whose last is right. */
export const isSscc = (text: string): boolean =>
  /^\d{18}$/.test(text) && checkDigit(text.slice(0, 17)) === text.charAt(17);

const isPrefix = (prefix: string): boolean => /^\d{7,12}$/.test(prefix);

/** How many serials one prefix and extension digit hold; GS1 prefixes have 7 to 12 digits. RangeError for anything else. */
export function serialCapacity(prefix: string): number {
  if (!isPrefix(prefix)) throw new RangeError(`not a GS1 company prefix: ${prefix}`);
  return 10 ** (16 - prefix.length);
}

/**
 * The SSCC of a serial. Takes the extension digit (0–9, ours to choose), the GS1 company prefix and a serial from 0.
 * RangeError when one is out of range: serials come from our own counter, which must stop at `serialCapacity`, for a number may not
 * come back within a year of leaving.
 */
export function ssccOf(extension: number, prefix: string, serial: number): string {
  if (!Number.isInteger(extension) || extension < 0 || extension > 9) {
    throw new RangeError(`not an extension digit: ${extension}`);
  }
  if (!Number.isInteger(serial) || serial < 0 || serial >= serialCapacity(prefix)) {
    throw new RangeError(`serial ${serial} does not fit prefix ${prefix}`);
  }
  const digits = `${extension}${prefix}${String(serial).padStart(16 - prefix.length, '0')}`;
  return `${digits}${checkDigit(digits)}`;
}
