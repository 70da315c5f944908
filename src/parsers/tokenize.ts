import {
  ANY_DATA,
  CR,
  classifyBytes,
  ELEMENT,
  FLAG_BITS,
  headerBeginsAt,
  LF,
  LINE_BREAKS,
  Noise,
  RELEASES,
  SPACE,
  TERMINATOR,
  tagCodeAt,
  tagStandsAt,
} from './byte-classes.ts';
import {
  serviceSegmentBytesMax,
  transactionBytesMax,
  transactionElementsMax,
  transactionSegmentsMax,
} from './limits.ts';
import { type BinaryData, SegmentIndex } from './segment-index.ts';
import type { TagTable } from './tag-table.ts';
import type { Token } from './token.ts';
import type { Delimiters, SyntaxName } from './transaction.ts';
import type { Rows } from './view.ts';
import { releasedAt, Window } from './window.ts';

/*
 * One pass over the bytes serves both syntaxes: a 256-entry class table (one load and one branch per byte; release and repetition cost
 * nothing when absent) and a flat index, one Int32 per element: its end, and in the low six bits what stands inside it.
 * Nothing but bytes is carried over a chunk edge: an unfinished segment stays in the window and its scan goes on where it stopped,
 * never behind a release character whose partner has not come. So any cutting of the same bytes gives the same segments, and one-byte
 * chunks cost one look at each byte, not a rescan.
 */

export class Tokenizer {
  readonly window: Window;
  /** Where the next byte to look at stands; all places here are indexes into the window. */
  scan = 0;
  segmentStart = 0;
  segmentEnd = 0;
  readonly index = new SegmentIndex();
  /** `tagCode` of the completed segment; 0 when it is longer than three bytes, or overlong. */
  tag = 0;
  overlong = false;
  /** The completed segment had no terminator: the file ended instead. */
  unterminated = false;
  /** In what is held or completed: offset of the first binary data whose declared length led nowhere, of a line break, of a tag behind blanks; or -1. */
  binaryMismatch = -1;
  lineBreak = -1;
  padding = -1;
  /** Keep the completed segment and all that follow, until `letGo` or `rewind`. */
  holding = false;

  readonly #tags: TagTable;
  readonly #classes = new Uint8Array(256);
  #delimiters: Delimiters | null = null;
  #terminator = 0;
  #release = -1;
  #binary = false;
  #headerExpected = false;
  /** Bytes from here on are kept: the held transaction, or the segment in progress. Ends are counted from here. */
  #keep = 0;
  #open = false;
  #first = 0;
  #flags = 0;
  #need = 0;
  #skipping = false;
  readonly #noise = new Noise();

  constructor(base: number, tags: TagTable) {
    this.window = new Window(base);
    this.#tags = tags;
  }

  /** Takes up to `sliceBytes` more; the caller may reuse its buffer. */
  append(chunk: Uint8Array): void {
    const shift = this.window.append(chunk, this.#keep);
    this.scan -= shift;
    this.segmentStart -= shift;
    this.segmentEnd -= shift;
    this.#need -= shift;
    this.#keep = 0;
  }

  /** Sets what separates from here on. `headerNext`: the segment that follows is UNB itself. */
  setDelimiters(delimiters: Delimiters, syntax: SyntaxName, headerNext: boolean): void {
    classifyBytes(this.#classes, delimiters, syntax);
    this.#delimiters = delimiters;
    this.#terminator = delimiters.terminator;
    this.#release = delimiters.release ?? -1;
    this.#binary = syntax === 'x12';
    this.#headerExpected = headerNext;
  }

  /** Goes on at `at`, keeping nothing before it. */
  moveTo(at: number): void {
    this.scan = at;
    this.#keep = at;
    this.#open = false;
    this.#skipping = false;
    this.#need = 0;
    this.holding = false;
  }

  /** Forgets what is held, the completed segment included. */
  letGo(): void {
    this.moveTo(this.scan);
  }
  /** Forgets what is held, and gives the segment completed or in progress once more. */
  rewind(): void {
    this.moveTo(this.segmentStart);
  }

  /** The segments held (without the last `leaveOut`), or the one completed, cut loose from the window. */
  rows(leaveOut = 0): Rows {
    if (this.#delimiters === null) throw new Error('no delimiters yet');
    return this.index.rows(this.window, this.#keep, this.#delimiters, this.#tags, leaveOut);
  }

  /** Whether a segment is begun and not complete. */
  get partial(): boolean {
    return this.#open;
  }

  /** Whether the cut-off segment is one of this tag. */
  partialTagIs(tag: string): boolean {
    if (!this.#open || this.overlong) return false;
    return tagStandsAt(tag, this.window, this.segmentStart, this.#classes);
  }

  /** Takes the cut-off segment as if its terminator stood at the end of the file. */
  completeAtEnd(): void {
    let end = this.window.length;
    while (end > this.segmentStart && (this.window.bytes[end - 1] ?? 0) <= SPACE) end--;
    this.#finish(end, this.index.endCount, this.#flags, false);
    this.segmentEnd = this.window.length;
    this.scan = this.window.length;
    this.unterminated = true;
  }

  /** The next token. */
  next(): Token {
    if (!this.#open) {
      const begun = this.#begin();
      if (begun !== null) return begun;
    }
    if (this.#need > this.window.length && !this.window.atEnd) return 'more';
    return this.#skipping ? this.#skip() : this.#scanSegment();
  }

  #begin(): Token | null {
    const { bytes, length } = this.window;
    const at = this.#noise.pass(bytes, this.scan, length, this.#classes);
    this.scan = this.segmentStart = at;
    if (!this.holding) this.#keep = at;
    if (at === length) return 'more';
    const byte = bytes[at];
    if ((byte === 0x49 || byte === 0x55) && !this.#headerExpected) {
      if (at + 4 > length && !this.window.atEnd) return 'more';
      if (headerBeginsAt(bytes, at, length)) return 'header';
    }
    this.#headerExpected = false;
    this.#open = true;
    this.overlong = false;
    this.unterminated = false;
    this.#flags = 0;
    if (!this.holding) {
      this.index.clear();
      this.binaryMismatch = -1;
      this.lineBreak = -1;
      this.padding = -1;
    }
    if (this.#noise.takePadding() && this.padding < 0) this.padding = this.window.base + at;
    this.#first = this.index.endCount;
    return null;
  }

  #scanSegment(): Token {
    const { bytes, length } = this.window;
    const classes = this.#classes;
    const origin = this.#keep;
    const limit = origin + (this.holding ? transactionBytesMax : serviceSegmentBytesMax);
    const stop = Math.min(length, limit);
    const index = this.index;
    let ends = index.ends;
    let count = index.endCount;
    let flags = this.#flags;
    let at = this.scan;
    for (; at < stop; at++) {
      const kind = classes[bytes[at] as number] as number;
      if (kind < RELEASES) {
        flags |= kind;
        continue;
      }
      if (count === ends.length) {
        if (!index.grow()) break;
        ends = index.ends;
      }
      if (kind === ELEMENT) {
        ends[count++] = ((at - origin) << FLAG_BITS) | flags;
        flags = 0;
      } else if (kind === TERMINATOR) return this.#finish(at, count, flags, true);
      else {
        flags |= kind;
        if (kind === RELEASES) {
          const released = releasedAt(this.window, at, classes);
          if (released === -1) break;
          at = released;
        } else if (kind === LINE_BREAKS && this.lineBreak < 0) this.lineBreak = this.window.base + at;
      }
    }
    this.scan = at;
    index.endCount = count;
    this.#flags = flags;
    if (at >= limit || count > transactionElementsMax) return this.#overflow();
    return 'more';
  }

  #overflow(): Token {
    if (this.holding) return 'too-large';
    this.#skipping = true;
    this.overlong = true;
    return this.#skip();
  }

  /** Looks for the terminator of a segment too long to be one, keeping nothing of it. */
  #skip(): Token {
    const { bytes, length } = this.window;
    const classes = this.#classes;
    let at = this.scan;
    for (; at < length; at++) {
      const byte = bytes[at];
      if (byte === this.#terminator) {
        this.tag = 0;
        this.index.clear();
        this.segmentEnd = at + 1;
        this.moveTo(at + 1);
        return 'segment';
      }
      if (byte === this.#release) {
        const released = releasedAt(this.window, at, classes);
        if (released === -1) break;
        at = released;
      }
    }
    this.scan = at;
    this.#keep = at;
    return 'more';
  }

  #finish(terminatorAt: number, endCount: number, flags: number, mayBeBinary: boolean): Token {
    const { bytes } = this.window;
    const start = this.segmentStart;
    const origin = this.#keep;
    const index = this.index;
    if (index.segmentCount === transactionSegmentsMax) return this.#overflow();
    let count = endCount;
    let at = terminatorAt;
    let dataEnd = at;
    const binary = mayBeBinary && this.#binary && bytes[start] === 0x42 ? this.#binaryEnd(at, count) : null;
    if (binary === 'more') return 'more';
    if (binary !== null) {
      at = dataEnd = binary.end;
      count = binary.endCount;
    } else if (this.#terminator === LF && at > start && bytes[at - 1] === CR) dataEnd = at - 1;
    if (count === index.ends.length && !index.grow()) return this.#overflow();
    index.ends[count++] = ((dataEnd - origin) << FLAG_BITS) | (binary === null ? flags : ANY_DATA);
    index.add(start - origin, this.#first, count);
    const tagEnd = index.ends[this.#first] ?? 0;
    this.tag = tagCodeAt(bytes, start, origin + (tagEnd >> FLAG_BITS), (tagEnd & LINE_BREAKS) !== 0);
    this.segmentEnd = at + 1;
    this.scan = this.segmentEnd;
    this.#open = false;
    return 'segment';
  }

  /** Where binary data ends; null when there is none, or no terminator stands there: then the terminator found counts. */
  #binaryEnd(terminatorAt: number, endCount: number): BinaryData | 'more' | null {
    const { bytes, length, atEnd, base } = this.window;
    const binary = this.index.binary(this.window, this.#keep, this.segmentStart, this.#first, endCount);
    if (binary === null || binary.end === terminatorAt) return binary;
    const { end } = binary;
    const limit = this.#keep + (this.holding ? transactionBytesMax : serviceSegmentBytesMax);
    if (end > terminatorAt && end < limit) {
      if (end < length && bytes[end] === this.#terminator) return binary;
      if (end >= length && !atEnd) {
        this.#need = end + 1;
        this.scan = this.segmentStart;
        this.index.endCount = this.#first;
        this.#flags = 0;
        return 'more';
      }
    }
    if (this.binaryMismatch < 0) this.binaryMismatch = base + this.segmentStart;
    return null;
  }
}
