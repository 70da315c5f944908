import { COMPONENTS, CONTROLS, FLAG_BITS, NON_DIGITS, RELEASES, STRUCTURE } from './byte-classes.ts';
import { dayExists, formattedDateFault } from './check-dates.ts';
import { keepsNote } from './check-notes.ts';
import type { SegmentDefinition, SyntaxNote } from './standards/definitions.ts';
import {
  ALPHABETIC,
  type CompositeShape,
  DATE,
  INTEGER,
  NUMERIC,
  TEXT,
  TIME,
  type ValueShape,
} from './standards/shapes.ts';
import type { SyntaxName } from './transaction.ts';
import type { Rows, SegmentView } from './view.ts';

/*
 * The check of right segments: over the flat index and the transaction's text, making nothing. It says only that a segment is right; one of which
 * it is not sure is left to check-elements.ts, which is slower and finds the words. So it may be unsure of whatever is rare (blanks in front,
 * repetitions), and must never be sure of what check-elements.ts would tell. Reading and validating, it took generated 850s
 * from 50 to 72 MB/s and ORDERS from 36 to 52.
 */

const BLANK = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;
const COMMA = 0x2c;
const bitMax = 31;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Whether the segment surely has no mistake of elements, codes or notes. */
export function isSurelyRight(view: SegmentView, definition: SegmentDefinition, syntax: SyntaxName): boolean {
  const { shape } = definition;
  const { values, composites } = shape;
  const { rows, first, elementCount } = view;
  const { text, ends } = rows;
  if (elementCount === 0 || elementCount > values.length) return false;
  // Characters of several bytes are counted by the slower check.
  const refused = rows.codec === null ? 0 : CONTROLS;
  const release = rows.delimiters.release ?? -1;
  let from = ((ends[first] as number) >> FLAG_BITS) + 1;
  let present = 0;
  let packed = 0;
  for (let index = 0; index < elementCount; index++) {
    packed = ends[first + index + 1] as number;
    const to = packed >> FLAG_BITS;
    if (from < to) {
      if ((packed & refused) !== 0) return false;
      const value = values[index];
      if (value != null) {
        if ((packed & STRUCTURE) === 0) {
          if (!isRightValue(text, from, to, packed, value)) return false;
        } else if ((packed & STRUCTURE) !== RELEASES || !isRightReleased(text, from, to, release, value)) return false;
      } else {
        const composite = composites[index];
        if (composite == null || (packed & STRUCTURE & ~(COMPONENTS | RELEASES)) !== 0) return false;
        if (!isRightComposite(rows, from, to, packed, composite, syntax)) return false;
      }
      if (index < bitMax) present |= 1 << index;
    } else if (index === elementCount - 1) return false;
    from = to + 1;
  }
  if (present !== shape.rightPresence) {
    const { mandatory, notes } = definition;
    if ((present & mandatory) !== mandatory || !keepsNotes(notes, present)) return false;
    shape.rightPresence = present;
  }
  const { formatted } = definition;
  return formatted === 0 || formatted > elementCount || view.value(formatted) === ''
    ? true
    : formattedDateFault(syntax, view.value(formatted - 1), view.value(formatted)) === null;
}

function keepsNotes(notes: readonly SyntaxNote[], present: number): boolean {
  for (let index = 0; index < notes.length; index++) {
    const note = notes[index];
    if (note !== undefined && !keepsNote(note, present)) return false;
  }
  return true;
}

/**
 * One composite without repetitions, character by character up to each separator. Packing a part's code and sorting its digits in the same pass
 * gained nothing: ORDERS stayed at 50 MB/s.
 */
function isRightComposite(
  rows: Rows,
  from: number,
  to: number,
  flags: number,
  { parts, notes, mandatory, formatted }: CompositeShape,
  syntax: SyntaxName,
): boolean {
  const { text } = rows;
  const separator = rows.delimiters.component;
  const release = (flags & RELEASES) === 0 ? -1 : (rows.delimiters.release ?? -1);
  let released = false;
  let present = 0;
  let part = 0;
  let start = from;
  // Where C507's parts begin: 2380 is the second, 2379 the third.
  let second = to;
  let third = to;
  for (let at = from; at <= to; at++) {
    if (at < to) {
      const code = text.charCodeAt(at);
      if (code === release) {
        released = true;
        at++;
        continue;
      }
      if (code !== separator) continue;
    }
    const shape = parts[part];
    if (shape === undefined) return false;
    if (at > start) {
      if (released) {
        if (!isRightReleased(text, start, at, release, shape)) return false;
      } else if (!isRightValue(text, start, at, flags, shape)) return false;
      released = false;
      present |= 1 << part;
    } else if (at === to) return false; // a separator too many at the end
    part++;
    start = at + 1;
    if (part === 1) second = start;
    else if (part === 2) third = start;
  }
  if ((present & mandatory) !== mandatory || !keepsNotes(notes, present)) return false;
  if (!formatted || (present & MOMENT) === 0) return true;
  // 2380 without 2379.
  if ((present & FORM) === 0) return false;
  return isRightMoment(text, second, third - 1, third, to, syntax);
}

/** The second and third part of C507. */
const MOMENT = 2;
const FORM = 4;

/** A date whose form is told behind it, nearly always 102, CCYYMMDD. */
function isRightMoment(
  text: string,
  from: number,
  to: number,
  formatFrom: number,
  formatTo: number,
  syntax: SyntaxName,
): boolean {
  const is102 =
    formatTo - formatFrom === 3 &&
    text.charCodeAt(formatFrom) === 0x31 &&
    text.charCodeAt(formatFrom + 1) === 0x30 &&
    text.charCodeAt(formatFrom + 2) === 0x32;
  if (is102 && syntax === 'edifact' && to - from === 8) return isRightDate(text, from, to);
  return formattedDateFault(syntax, text.slice(formatFrom, formatTo), text.slice(from, to)) === null;
}

/** A text with release characters in it, each of which counts for nothing and what it releases for one; numbers and codes have none to release. */
function isRightReleased(text: string, from: number, to: number, release: number, shape: ValueShape): boolean {
  if (shape.kind !== TEXT || shape.isCoded || text.charCodeAt(from) === BLANK) return false;
  let length = 0;
  for (let at = from; at < to; at++) {
    let code = text.charCodeAt(at);
    if (code === release) code = text.charCodeAt(++at);
    if (code < BLANK || code === 0x7f) return false;
    length++;
  }
  return length >= shape.min && length <= shape.max && text.charCodeAt(from + 1) !== BLANK;
}

/** One value in its text. `flags` may tell of more than this value: they are of the whole element. */
function isRightValue(text: string, from: number, to: number, flags: number, shape: ValueShape): boolean {
  const length = (flags & shape.refused) === 0 ? to - from : lengthOf(text, from, to, shape.kind);
  if (length < shape.min || length > shape.max) return false;
  // A value of nothing but blanks is an absent one: left to the slower check, as all that begin with one.
  if ((flags & NON_DIGITS) !== 0 && text.charCodeAt(from) === BLANK) return false;
  if (shape.isPlain) return true;
  switch (shape.kind) {
    case DATE:
      return !shape.isCoded && isRightDate(text, from, to);
    case TIME:
      return !shape.isCoded && isRightTime(text, from, to);
    case ALPHABETIC:
      return isAlphabetic(text, from, to) && (!shape.isCoded || shape.hasCode(text, from, to));
    default:
      return shape.hasCode(text, from, to);
  }
}

/** Length of a text, digits of a number; -1 when its characters are wrong. */
const lengthOf = (text: string, from: number, to: number, kind: number): number =>
  kind !== TEXT ? digitsOf(text, from, to, kind) : isPrintable(text, from, to) ? to - from : -1;

function isPrintable(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code < BLANK || code === 0x7f) return false;
  }
  return true;
}

function isAlphabetic(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code < BLANK || code === 0x7f || isDigit(code)) return false;
  }
  return true;
}

/** Digits of a number with at most one minus in front and one decimal mark between two digits; -1 when it is none or written otherwise. */
function digitsOf(text: string, from: number, to: number, kind: number): number {
  const first = text.charCodeAt(from) === MINUS ? from + 1 : from;
  let digits = 0;
  let marks = 0;
  for (let at = first; at < to; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) digits++;
    else {
      const isMark = code === POINT ? kind !== INTEGER : code === COMMA && kind === NUMERIC;
      if (!isMark || ++marks > 1 || at === first || at === to - 1) return -1;
    }
  }
  return digits === 0 ? -1 : digits;
}

/** Two digits as a number; NaN when they are none, which fails every comparison. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + (ones - 48) : Number.NaN;
}

/** CCYYMMDD or YYMMDD. */
function isRightDate(text: string, from: number, to: number): boolean {
  if (to - from !== 8 && to - from !== 6) return false;
  const year = two(text, to - 6) + 100 * (to - from === 8 ? two(text, from) : 20);
  const month = two(text, to - 4);
  const day = two(text, to - 2);
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && dayExists(year, month, day);
}

/** HHMM and HHMMSS; tenths are left to the slower check. */
function isRightTime(text: string, from: number, to: number): boolean {
  if (to - from !== 4 && to - from !== 6) return false;
  return two(text, from) <= 23 && two(text, from + 2) <= 59 && (to - from === 4 || two(text, from + 4) <= 59);
}
