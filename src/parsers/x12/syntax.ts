import { positionAt } from '../../core/position.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { CR, decodeBytes, FLAG_BITS, headerBeginsAt, isDigits, isLetterOrDigit, LF, SPACE } from '../byte-classes.ts';
import type { Opening } from '../envelope.ts';
import { isaBytesMax } from '../limits.ts';
import { TagTable } from '../tag-table.ts';
import type { Delimiters } from '../transaction.ts';
import { Rows, type SegmentView } from '../view.ts';
import type { Window } from '../window.ts';

/*
 * ISA is 106 bytes, its terminator included; each element begins behind a separator at a known index:
 *   ISA*00*..........*00*..........*ZZ*...............*ZZ*...............*yymmdd*hhmm*U*00401*000000001*0*P*:~
 *   3   6            17 20         31  34             50  53             69     76   81 83   89        99 101 103
 *   ISA11 (82) is the repetition separator from 00402 on; ISA16 (104) the component separator; 105 the terminator.
 */
const SEPARATORS = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103] as const;
const isaBytes = 106;

/** ISA at `at` (ASC X12.5), fixed width or, leniently, by counting its sixteen separators. */
export function openIsa(window: Window, at: number, strict: boolean): Opening | 'more' | 'malformed' | null {
  const { bytes, length, atEnd } = window;
  if (bytes[at] !== 0x49) return null;
  if (at + 4 > length) return atEnd ? null : 'more';
  if (!headerBeginsAt(bytes, at, length) || bytes[at + 3] === SPACE) return null;
  if (at + isaBytes > length && !atEnd) return 'more';
  const separator = bytes[at + 3] ?? 0;
  const fixed = at + isaBytes <= length && SEPARATORS.every((index) => bytes[at + index] === separator);
  if (fixed) {
    const leftOut = lacksComponentSeparator(window, at);
    if (leftOut === 'more') return 'more';
    return leftOut ? openingWithoutComponents(window, at) : opening(window, at, SEPARATORS, []);
  }
  if (strict) return null;
  const separators = countedSeparators(window, at, separator);
  if (separators === 'more' || separators === null) return separators ?? 'malformed';
  const unpadded = problem('interchange/header-unpadded', positionAt(window.base + at, { tag: 'ISA' }), {
    message: `ISA has ${(separators[15] ?? 0) + 3} bytes instead of ${isaBytes}: it was read by counting its separators.`,
    severity: 'warning',
  });
  return opening(window, at, separators, [unpadded]);
}

function countedSeparators(window: Window, at: number, separator: number): number[] | 'more' | null {
  const { bytes, length, atEnd } = window;
  const found: number[] = [];
  const stop = Math.min(length, at + isaBytesMax);
  for (let index = at + 3; index < stop; index++) {
    if (bytes[index] !== separator) continue;
    found.push(index - at);
    if (found.length < 16) continue;
    if (index + 3 <= length) return isPlausible(window, at, found) ? found : null;
    return atEnd ? null : 'more';
  }
  return stop === at + isaBytesMax || atEnd ? null : 'more';
}

/** Sixteen separators alone are soon found: ISA12 must be a version, and neither delimiter behind it a letter or digit. */
function isPlausible({ bytes }: Window, at: number, separators: readonly number[]): boolean {
  const [from, to, last] = [separators[10] ?? 0, separators[11] ?? 0, separators[15] ?? 0];
  const isVersion = to - from === 2 && separators[12] === to + 6 && isDigits(bytes, at + to + 1, at + to + 6);
  return isVersion && !isLetterOrDigit(bytes[at + last + 1]) && !isLetterOrDigit(bytes[at + last + 2]);
}

/** The segment behind ISA is looked through no further than this: GS has some 60 bytes. */
const secondSegmentBytesMax = 256;

/**
 * ISA16 was left out: what stands at its place is the terminator, and a line break behind it. The same byte before the line break of the segment that
 * follows tells it; a component separator never ends one.
 */
function lacksComponentSeparator({ bytes, length, atEnd }: Window, at: number): boolean | 'more' {
  const [component, terminator] = [bytes[at + 104], bytes[at + 105]];
  if (terminator !== LF && terminator !== CR) return false;
  const stop = Math.min(length, at + isaBytes + secondSegmentBytesMax);
  let from = at + isaBytes;
  while (from < stop && (bytes[from] === LF || bytes[from] === CR)) from++;
  for (let index = from; index < stop; index++) {
    if (bytes[index] === LF || bytes[index] === CR) return index > from && bytes[index - 1] === component;
  }
  return stop === length && !atEnd ? 'more' : false;
}

/** Nothing separates components then: IS1 of X12.5 stands for it, a control character no value may have. */
const noComponentSeparator = 0x1f;

function openingWithoutComponents(window: Window, at: number): Opening {
  const { bytes, base } = window;
  const whole = opening(window, at, SEPARATORS, []);
  const terminator = bytes[at + 104] ?? 0;
  const delimiters = { ...whole.delimiters, component: noComponentSeparator, terminator };
  const shown = String.fromCharCode(terminator);
  const leftOut = problem('interchange/field-invalid', positionAt(base + at + 104, { tag: 'ISA', elementNumber: 16 }), {
    message: `ISA16, the component separator, was left out: "${shown}" ends every segment, and is read as the terminator.`,
    found: '',
    expected: 'a component separator',
  });
  // As if it had been there: what is written from it can be read.
  const text = `${decodeBytes(bytes, at, at + 104)}${String.fromCharCode(noComponentSeparator)}`;
  const segment = isaView(text, base + at, delimiters, SEPARATORS);
  return { ...whole, delimiters, segment, next: at + 105, problems: [leftOut, ...clashes(delimiters, base + at)] };
}

function opening(window: Window, at: number, separators: readonly number[], problems: readonly Problem[]): Opening {
  const { bytes, base } = window;
  const last = at + (separators[15] ?? 0);
  const text = decodeBytes(bytes, at, last + 2);
  const field = (element: number) => text.slice((separators[element - 1] ?? 0) + 1, separators[element]);
  const repetition = text.charCodeAt((separators[10] ?? 0) + 1);
  // A 'U' left over from 00401 is not a separator, and neither is a blank.
  const repeats =
    field(12) >= '00402' && field(11).length === 1 && !isLetterOrDigit(repetition) && repetition !== SPACE;
  const delimiters: Delimiters = {
    element: bytes[at + 3] ?? 0,
    component: bytes[last + 1] ?? 0,
    repetition: repeats ? repetition : null,
    release: null,
    terminator: bytes[last + 2] ?? 0,
    decimalMark: 0x2e,
  };
  return {
    delimiters,
    byteOffset: base + at,
    serviceAdvice: null,
    segment: isaView(text, base + at, delimiters, separators),
    next: last + 3,
    problems: [...problems, ...clashes(delimiters, base + at)],
  };
}

/** ISA holds its own delimiters as data, so its elements are taken by their places and never split further. */
function isaView(text: string, byteOffset: number, delimiters: Delimiters, separators: readonly number[]): SegmentView {
  const ends = [...separators, text.length].map((end) => end << FLAG_BITS);
  const cells = Int32Array.from([...ends, 0, 0]);
  return new Rows(text, byteOffset, delimiters, cells, ends.length, 1, new TagTable(), false).segment(0);
}

function clashes({ element, component, repetition, terminator }: Delimiters, byteOffset: number): Problem[] {
  const used = [element, component, terminator, ...(repetition === null ? [] : [repetition])];
  if (new Set(used).size === used.length && !used.some(isLetterOrDigit)) return [];
  const found = String.fromCharCode(...used);
  return [problem('interchange/delimiters-invalid', positionAt(byteOffset, { tag: 'ISA' }), { found })];
}
