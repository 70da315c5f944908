import { dateFault, timeFault } from './check-dates.ts';
import type { ElementDefinition } from './standards/definitions.ts';
import type { Delimiters } from './transaction.ts';

/*
 * One value against its element: characters, length, date, code. Character by character, no regular expression: partner input is hostile,
 * and a loop over codes is also what is fastest on values of four characters.
 */
export type ValueFault = 'character' | 'mark' | 'short' | 'long' | 'date' | 'time' | 'code';

const MINUS = 0x2d;
const POINT = 0x2e;
const COMMA = 0x2c;

/**
 * What is wrong with a value that is present and not blank, or null. The first fault only: a code that is too long is not also told as no code.
 * Signs and decimal marks do not count towards a length (traps 13, 14, 45). `foreignMark`: the one that numbers of this interchange may not have.
 */
export function valueFault(element: ElementDefinition, value: string, foreignMark = 0): ValueFault | null {
  const { type, codes } = element;
  let length = value.length;
  switch (type) {
    // The commonest first: a switch over texts is tried in order.
    case 'AN':
    case 'ID':
    case 'an':
      if (!isPrintable(value)) return 'character';
      break;
    case 'R':
    case 'N':
      length = type === 'R' ? realDigits(value) : integerDigits(value);
      if (length < 0) return 'character';
      break;
    case 'n':
      length = numericDigits(value);
      if (length < 0) return 'character';
      if (foreignMark !== 0 && value.indexOf(foreignMark === COMMA ? ',' : '.') >= 0) return 'mark';
      break;
    case 'a':
      if (!isAlphabetic(value)) return 'character';
      break;
    case 'B':
      break;
    default:
      if (!isPrintable(value)) return 'character';
  }
  if (length > element.max) return 'long';
  if (length < element.min) return 'short';
  if (codes !== null) return codes.has(value) ? null : 'code';
  if (type === 'DT') return dateFault(value);
  if (type === 'TM') return timeFault(value);
  return null;
}

/** Of point and comma the one that UNA did not name; 0 where either may stand (syntax 4, or no UNA), or UNA names neither. */
export function foreignMarkOf({ marksAsNamed, decimalMark }: Delimiters): number {
  if (marksAsNamed !== true) return 0;
  return decimalMark === POINT ? COMMA : decimalMark === COMMA ? POINT : 0;
}

/** Whether a value is nothing but blanks: it counts as absent (trap 11). */
export function isBlank(value: string): boolean {
  for (let at = 0; at < value.length; at++) if (value.charCodeAt(at) !== 0x20) return false;
  return true;
}

/** No control characters; which letters a character set has is the envelope's matter. */
function isPrintable(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
}

function isAlphabetic(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === 0x7f || isDigit(code)) return false;
  }
  return true;
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

/** Digits of an X12 R: minus first, at most one point, at least one digit (".5", "1." and "-0" occur); -1 when it is none. */
function realDigits(value: string): number {
  let digits = 0;
  let points = 0;
  for (let at = value.charCodeAt(0) === MINUS ? 1 : 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (isDigit(code)) digits++;
    else if (code === POINT && points === 0) points = 1;
    else return -1;
  }
  return digits === 0 ? -1 : digits;
}

/** Digits of an X12 Nn: minus first, no point; -1 when it is none. */
function integerDigits(value: string): number {
  const from = value.charCodeAt(0) === MINUS ? 1 : 0;
  for (let at = from; at < value.length; at++) if (!isDigit(value.charCodeAt(at))) return -1;
  return value.length > from ? value.length - from : -1;
}

/** Digits of an EDIFACT n: minus first, one mark (point or comma), digits on both its sides; -1 when it is none. */
function numericDigits(value: string): number {
  const from = value.charCodeAt(0) === MINUS ? 1 : 0;
  let digits = 0;
  let mark = -1;
  for (let at = from; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (isDigit(code)) digits++;
    else if ((code === POINT || code === COMMA) && mark < 0 && at > from && at < value.length - 1) mark = at;
    else return -1;
  }
  return digits === 0 ? -1 : digits;
}
