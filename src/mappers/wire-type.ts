import { isDecimal } from '../core/decimal.ts';
import { isLocalDate } from '../core/local-date.ts';
import type { ElementDefinition } from '../parsers/standards/definitions.ts';

/*
 * How the tables' types become canonical text and back. Decimals stay text throughout: what was sent keeps its trailing zeros.
 *   N2  147360 ↔ 1473.60        R, n  1.50 ↔ 1.50 (a bare point gets its zero: .5 → 0.5)        DT  20261122, 261122 ↔ 2026-11-22
 */
export type Decode = (text: string) => string | undefined;

/** A decimal as people write it: digits on both sides of the point, no plus; undefined when the text is no number. */
export function plainDecimal(text: string): string | undefined {
  if (isPlain(text)) return text;
  if (!isDecimal(text)) return undefined;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  if (first >= 0x30 && last >= 0x30) return text;
  const negative = first === 0x2d;
  let digits = negative ? text.slice(1) : text;
  if (digits.startsWith('.')) digits = `0${digits}`;
  if (digits.endsWith('.')) digits = digits.slice(0, -1);
  return negative ? `-${digits}` : digits;
}

/** What nearly every sender sends: at most sixteen digits, one point among them. Told without a regular expression, which costs ten times as much. */
function isPlain(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > 17) return false;
  let points = 0;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x2e) points++;
    else if (code < 0x30 || code > 0x39) return false;
  }
  return points === 0 || (points === 1 && text.charCodeAt(0) !== 0x2e && text.charCodeAt(length - 1) !== 0x2e);
}

/** N2 and its like: the point is implied, never sent. */
export function impliedDecimal(text: string, places: number): string | undefined {
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  if (!/^\d{1,60}$/.test(digits)) return undefined;
  const padded = digits.padStart(places + 1, '0');
  const whole = places === 0 ? padded : padded.slice(0, -places);
  const start = leadingZeros(whole);
  return `${negative ? '-' : ''}${whole.slice(start)}${places === 0 ? '' : `.${padded.slice(-places)}`}`;
}

/** Zeros before the last digit. */
function leadingZeros(digits: string): number {
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 0x30) start++;
  return start;
}

/** The other way: exact or not at all; 1.005 does not go into an N2. */
export function withoutPoint(decimal: string, places: number): string | undefined {
  const plain = plainDecimal(decimal);
  if (plain === undefined) return undefined;
  const negative = plain.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? plain.slice(1) : plain).split('.');
  if (fraction.length > places && /[^0]/.test(fraction.slice(places))) return undefined;
  const digits = `${whole}${fraction.slice(0, places).padEnd(places, '0')}`;
  const text = digits.slice(leadingZeros(digits));
  return negative ? `-${text}` : text;
}

/** CCYYMMDD or YYMMDD as a local date; undefined when there is no such day. */
export function dateOf(text: string): string | undefined {
  if (text.length !== 8 && text.length !== 6) return undefined;
  const full = text.length === 8 ? text : `${centuryOf(text.slice(0, 2))}${text}`;
  if (!/^\d{8}$/.test(full)) return undefined;
  const month = full.slice(4, 6);
  const day = full.slice(6, 8);
  const date = `${full.slice(0, 4)}-${month}-${day}`;
  // Up to the 28th the digits alone are certain; the calendar is asked only about the rest, for asking costs microseconds.
  if (month >= '01' && month <= '12' && day >= '01' && day <= '28') return date;
  return isLocalDate(date) ? date : undefined;
}

/** Two-digit years, as X12 and EDIFACT partners have sent them since 1970: 70–99 are the last century's. */
const centuryOf = (year: string) => (year >= '70' ? '19' : '20');

/** A local date as CCYYMMDD, or YYMMDD where the element holds but six. */
export function dateText(date: string, length: number): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (match === null) return undefined;
  const [, year = '', month = '', day = ''] = match;
  if (length >= 8) return `${year}${month}${day}`;
  return centuryOf(year.slice(2)) === year.slice(0, 2) ? `${year.slice(2)}${month}${day}` : undefined;
}

/** How much of an element's length a text takes: signs and points are not counted in numbers (X12 R, N; EDIFACT n). */
export function lengthIn(type: ElementDefinition, text: string): number {
  if (type.type !== 'R' && type.type !== 'N' && type.type !== 'n') return text.length;
  let length = text.length;
  if (text.startsWith('-')) length--;
  return type.type === 'N' || !text.includes('.') ? length : length - 1;
}
