import { positionAt } from '../../core/position.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { decodeBytes, headerBeginsAt, isLetterOrDigit, SPACE } from '../byte-classes.ts';
import type { Opening } from '../envelope.ts';
import { unaGapBytesMax } from '../limits.ts';
import type { Delimiters } from '../transaction.ts';
import type { Window } from '../window.ts';

/* UNA, 9 characters:  U N A  :  +  .  ?  *  '
 *             index   0 1 2  3  4  5  6  7  8   3 component, 4 element, 5 decimal, 6 release (blank: none), 7 repetition (v4), 8 terminator */
const unaBytes = 9;

/** What UNB brings without UNA (ISO 9735): the printable set of level A. */
export const DEFAULT_DELIMITERS: Delimiters = Object.freeze({
  element: 0x2b,
  component: 0x3a,
  repetition: null,
  release: 0x3f,
  terminator: 0x27,
  decimalMark: 0x2e,
});

/** Level B of syntax 1 to 3: IS3, IS1 and IS4, control characters that never stand in data, so that nothing is released. */
const CONTROL_DELIMITERS: Delimiters = Object.freeze({
  element: 0x1d,
  component: 0x1f,
  repetition: null,
  release: null,
  terminator: 0x1c,
  decimalMark: 0x2e,
});

/** Repetition separator of syntax 4 when no UNA names another. */
export const DEFAULT_REPETITION = 0x2a;

/** UNA and UNB, or UNB alone, at `at`. The formal separators of UNOB are rare: the byte behind UNB tells. */
export function openUnaOrUnb(window: Window, at: number, strict: boolean): Opening | 'more' | 'malformed' | null {
  const { bytes, length, atEnd, base } = window;
  if (bytes[at] !== 0x55) return null;
  if (at + 4 > length) return atEnd ? null : 'more';
  if (!headerBeginsAt(bytes, at, length)) return null;
  if (bytes[at + 2] === 0x42) {
    const unb = unbAt(window, at);
    if (unb !== true) return unb;
    const delimiters = bytes[at + 3] === CONTROL_DELIMITERS.element ? CONTROL_DELIMITERS : DEFAULT_DELIMITERS;
    if (bytes[at + 3] !== delimiters.element) return 'malformed';
    return { delimiters, byteOffset: base + at, serviceAdvice: null, segment: null, next: at, problems: [] };
  }
  if (at + unaBytes > length) return atEnd ? 'malformed' : 'more';
  const next = behindLineBreaks(window, at + unaBytes);
  if (next === at + unaBytes + unaGapBytesMax) return 'malformed';
  if (next + 4 > length) return atEnd ? 'malformed' : 'more';
  const named = unaDelimiters(bytes, at);
  const problems = clashes(named, base + at);
  // A UNA that cannot be meant, before a UNB as it is without one: what follows is most likely written so too.
  const delimiters = problems.length > 0 && bytes[next + 3] === DEFAULT_DELIMITERS.element ? DEFAULT_DELIMITERS : named;
  if (bytes[next] !== 0x55 || bytes[next + 1] !== 0x4e || bytes[next + 2] !== 0x42) return 'malformed';
  if (bytes[next + 3] !== delimiters.element) return 'malformed';
  if (strict && problems.length > 0) return 'malformed';
  const serviceAdvice = decodeBytes(bytes, at, at + unaBytes);
  return { delimiters, byteOffset: base + at, serviceAdvice, segment: null, next, problems };
}

/** Whether "UNB+UN…" or "UNB+KEC…" stands at `at`: every syntax identifier begins so. */
function unbAt({ bytes, length, atEnd }: Window, at: number): true | 'more' | 'malformed' {
  if (at + 6 > length) return atEnd ? 'malformed' : 'more';
  const [first, second] = [bytes[at + 4], bytes[at + 5]];
  const named = (first === 0x55 && second === 0x4e) || (first === 0x4b && second === 0x45);
  return named ? true : 'malformed';
}

function behindLineBreaks({ bytes, length }: Window, from: number): number {
  let at = from;
  while (at < length && at < from + unaGapBytesMax && (bytes[at] ?? 0) <= SPACE) at++;
  return at;
}

const orNone = (byte: number): number | null => (byte === SPACE ? null : byte);

const unaDelimiters = (bytes: Uint8Array, at: number): Delimiters => ({
  component: bytes[at + 3] ?? 0,
  element: bytes[at + 4] ?? 0,
  decimalMark: bytes[at + 5] ?? 0,
  release: orNone(bytes[at + 6] ?? 0),
  // Reserved in syntax 1 to 3, whatever stands there: UNB tells the version, and only then may it separate.
  repetition: null,
  terminator: bytes[at + 8] ?? 0,
});

function clashes(delimiters: Delimiters, byteOffset: number): Problem[] {
  const { element, component, release, terminator } = delimiters;
  const used = [element, component, terminator, ...(release === null ? [] : [release])];
  if (new Set(used).size === used.length && !used.some(isLetterOrDigit)) return [];
  const found = String.fromCharCode(...used);
  return [problem('interchange/delimiters-invalid', positionAt(byteOffset, { tag: 'UNA' }), { found })];
}

/** The delimiters once UNB has told the syntax version: only version 4 repeats, and only before it does UNA's decimal mark count. */
export function ofSyntax({ delimiters, serviceAdvice }: Opening, syntaxVersion: string): Delimiters {
  // Below syntax 4 the mark is the one UNA names, and from there on UNA's is ignored (ISO 9735-1, trap 45).
  if (syntaxVersion !== '4') return serviceAdvice === null ? delimiters : { ...delimiters, marksAsNamed: true };
  const named = serviceAdvice === null ? DEFAULT_REPETITION : serviceAdvice.charCodeAt(7);
  const { element, component, release, terminator } = delimiters;
  const usable =
    named !== SPACE && !isLetterOrDigit(named) && ![element, component, release, terminator].includes(named);
  return usable ? { ...delimiters, repetition: named } : delimiters;
}
