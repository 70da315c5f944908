import type { Delimiters, SyntaxName } from './transaction.ts';

/**
 * What an element holds, as bits: packed into the low six of its end, which leaves 25 for the place, just what 32 MB need. The first two are of
 * data: gathering them while the bytes pass anyway costs reading 3 % (187 to 180 MB/s), and spares the checks a look at most characters.
 */
export const NON_DIGITS = 1;
export const CONTROLS = 2;
export const ANY_DATA = NON_DIGITS | CONTROLS;
export const COMPONENTS = 4;
export const REPETITIONS = 8;
export const RELEASES = 16;
export const LINE_BREAKS = 32;
export const FLAG_BITS = 6;
/** More than data: the text is not the value as it stands. */
export const STRUCTURE = COMPONENTS | REPETITIONS | RELEASES | LINE_BREAKS;
export const ELEMENT = 64;
export const TERMINATOR = 128;

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;

/** What each byte means between two segments of an interchange: below `COMPONENTS` it is data. `table` is overwritten. */
export function classifyBytes(table: Uint8Array, delimiters: Delimiters, syntax: SyntaxName): void {
  // Beyond ASCII too: what a set allows there is looked at, character by character.
  table.fill(NON_DIGITS | CONTROLS);
  table.fill(NON_DIGITS, SPACE, 0x7f);
  table.fill(0, 0x30, 0x3a);
  if (syntax === 'edifact') {
    // No EDIFACT character set has line breaks (ISO 9735 annex A): inside a segment they come from wrapping at 80 columns.
    table[CR] = LINE_BREAKS;
    table[LF] = LINE_BREAKS;
  }
  table[delimiters.component] = COMPONENTS;
  if (delimiters.repetition !== null) table[delimiters.repetition] = REPETITIONS;
  if (delimiters.release !== null) table[delimiters.release] = RELEASES;
  table[delimiters.element] = ELEMENT;
  table[delimiters.terminator] = TERMINATOR;
}

export const isLetterOrDigit = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));

/** A tag of two or three bytes as one number, so that the hot path compares numbers. */
export const tagCode = (tag: string): number =>
  (tag.charCodeAt(0) << 16) | (tag.charCodeAt(1) << 8) | (tag.length > 2 ? tag.charCodeAt(2) : 0);

/** Whether "ISA", "UNA" or "UNB" and a byte that is no letter or digit stand at `at`: no other segment may begin so. */
export function headerBeginsAt(bytes: Uint8Array, at: number, length: number): boolean {
  if (at + 4 > length) return false;
  const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  const named = (a === 0x49 && b === 0x53 && c === 0x41) || (a === 0x55 && b === 0x4e && (c === 0x41 || c === 0x42));
  return named && !isLetterOrDigit(bytes[at + 3]);
}

/** A copy of latin1 text that pins nothing: V8 keeps a slice of 13 characters or more as a view into its whole string. */
export const copyOf = (text: string): string =>
  text.length < 13 ? text : Buffer.from(text, 'latin1').toString('latin1');

/**
 * The one place where bytes become text. Latin-1: every byte is one character, so places in the text are places in the file,
 * and a whole transaction is decoded at 7 GB/s and sliced, where decoding element by element reaches 61 MB/s.
 */
export const decodeBytes = (bytes: Buffer, start: number, end: number): string => bytes.toString('latin1', start, end);

/** Twice the size, up to `max`; what was there stays. */
export function grown(array: Int32Array<ArrayBuffer>, max: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.min(2 * array.length, max));
  larger.set(array);
  return larger;
}

/** `tagCode` of the bytes in [start, end); 0 when they are not two or three. `wrapped`: line breaks among them do not count. */
export function tagCodeAt(bytes: Uint8Array, start: number, end: number, wrapped: boolean): number {
  if (!wrapped) {
    const length = end - start;
    if (length !== 2 && length !== 3) return 0;
    return ((bytes[start] ?? 0) << 16) | ((bytes[start + 1] ?? 0) << 8) | (length === 3 ? (bytes[start + 2] ?? 0) : 0);
  }
  const kept = bytes.subarray(start, Math.min(end, start + 64)).filter((byte) => byte !== CR && byte !== LF);
  return tagCodeAt(kept, 0, kept.length, false);
}

/** Whether this tag and an element separator stand at `start`. */
export function tagStandsAt(
  tag: string,
  { bytes, length }: { readonly bytes: Uint8Array; readonly length: number },
  start: number,
  classes: Uint8Array,
): boolean {
  const end = start + tag.length;
  if (tag === '' || end >= length) return false;
  return tagCodeAt(bytes, start, end, false) === tagCode(tag) && classes[bytes[end] ?? 0] === ELEMENT;
}

/** Whether [from, to) is one to nine digits. */
export function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from || to - from > 9) return false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}

/**
 * Behind what may stand before a tag: nothing up to a blank can be data there (line breaks, padding, NUL, Ctrl-Z), but a control
 * character may be a delimiter. Where the terminator is a line break, an empty line is no segment either.
 */
function behindNoise(bytes: Uint8Array, from: number, length: number, classes: Uint8Array): number {
  let at = from;
  while (at < length) {
    const byte = bytes[at] ?? 0;
    if (byte > SPACE) break;
    if ((classes[byte] ?? 0) > LINE_BREAKS && byte !== LF && byte !== CR) break;
    at++;
  }
  return at;
}

/** What stands before tags, passed over; it may come in pieces, so what was seen of it counts until the segment begins. */
export class Noise {
  #padded = false;

  /** Index behind it. */
  pass(bytes: Uint8Array, from: number, length: number, classes: Uint8Array): number {
    const to = behindNoise(bytes, from, length, classes);
    for (let at = from; at < to && !this.#padded; at++) this.#padded = bytes[at] !== LF && bytes[at] !== CR;
    return to;
  }

  /** Whether there was more than line breaks since it was asked last. */
  takePadding(): boolean {
    const padded = this.#padded;
    this.#padded = false;
    return padded;
  }
}
