import { COMPONENTS, CR, FLAG_BITS, LF, LINE_BREAKS, RELEASES, REPETITIONS, STRUCTURE } from './byte-classes.ts';
import type { CharacterSet } from './character-sets.ts';
import { wrapBytesMax } from './limits.ts';
import type { TagTable } from './tag-table.ts';
import type { Delimiters, Segment } from './transaction.ts';

/**
 * Segments cut loose from the window: their text, decoded once, and the tokenizer's flat index over it. Values are slices of that text,
 * so a kept value pins its own transaction's text and nothing else; `copyOf` cuts that tie too.
 * Measured (npm run bench -- read, 2 cores, busy): every segment an object 140 MB/s, every value a string 93; 1 GB at 134 MB/s in 107 MB.
 */
export class Rows {
  readonly text: string;
  readonly byteOffset: number;
  readonly delimiters: Delimiters;
  /**
   * Per element, tags included: its end in `text` << 6 | what stands inside it. Behind them, per segment: its start and the index of its first
   * end. Other transactions may stand before and behind.
   */
  readonly ends: Int32Array;
  readonly count: number;
  readonly isAscii: boolean;
  /** Turns a value's bytes into its characters, where a character may take several; null where `text` has them already. */
  readonly codec: CharacterSet | null;
  /** The bytes, one character each: `text` before it was decoded. */
  readonly #bytes: string;
  /** Where the segments' own cells begin in `ends`. */
  readonly #segments: number;
  readonly #tags: TagTable;
  // The parts of one element at a time: checks go element by element, and a bound of one keeps hostile elements cheap.
  #partsOf = -1;
  #partCount = 0;
  #repetitionCount = 0;
  readonly #partStarts: number[] = [];
  readonly #partEnds: number[] = [];
  readonly #repetitionFirsts: number[] = [];

  constructor(
    text: string,
    byteOffset: number,
    delimiters: Delimiters,
    ends: Int32Array,
    segments: number,
    count: number,
    tags: TagTable,
    isAscii: boolean,
    set: CharacterSet | null = null,
  ) {
    this.#bytes = text;
    this.isAscii = isAscii;
    this.codec = set?.multibyte === true ? set : null;
    // A set of one byte a character leaves every place where it is, so the whole is decoded at once.
    this.text = set === null || set.multibyte ? text : set.decode(text);
    this.byteOffset = byteOffset;
    this.delimiters = delimiters;
    this.ends = ends;
    this.count = count;
    this.#segments = segments;
    this.#tags = tags;
  }

  /** The same segments in another character set; null: byte by byte. */
  decodedAs(set: CharacterSet | null): Rows {
    const { byteOffset, delimiters, ends, count } = this;
    return new Rows(this.#bytes, byteOffset, delimiters, ends, this.#segments, count, this.#tags, this.isAscii, set);
  }

  /** All of it as it came. */
  bytes(): Uint8Array {
    return Buffer.from(this.#bytes, 'latin1');
  }

  segment(index: number): SegmentView {
    const cell = this.#segments + 2 * index;
    const start = this.ends[cell] ?? 0;
    const first = this.ends[cell + 1] ?? 0;
    const packed = this.ends[first] ?? 0;
    const next = index + 1 < this.count ? (this.ends[cell + 3] ?? 0) : this.#segments;
    const { text } = this;
    const end = packed >> FLAG_BITS;
    const tag =
      (packed & STRUCTURE) === 0
        ? this.#tags.tag(text, start, end)
        : this.#tags.intern(this.#plainTag(text.slice(start, end)));
    return new SegmentView(this, tag, index + 1, start, first, next - first - 1);
  }

  /** Number of the segment that holds this place in the RawFile. */
  numberAt(byteOffset: number): number {
    const place = byteOffset - this.byteOffset;
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[this.#segments + 2 * middle] ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  segments(): Segment[] {
    const { count } = this;
    const segments: Segment[] = new Array(count);
    for (let index = 0; index < count; index++) segments[index] = this.segment(index);
    return segments;
  }

  /** Wrapped lines cut tags too, and ISO 9735 syntax 1 to 3 allows explicit nesting behind the tag ("LIN:1:2"). */
  #plainTag(tag: string): string {
    const component = tag.indexOf(String.fromCharCode(this.delimiters.component));
    return (component < 0 ? tag : tag.slice(0, component)).replaceAll('\r', '').replaceAll('\n', '');
  }

  /** Index of a part of the element that ends at `ends[index]`, or -1; its parts are then in `partStart` and `partEnd`. */
  part(index: number, component: number, repetition: number): number {
    if (this.#partsOf !== index) this.#split(index);
    if (component < 1 || repetition < 1 || repetition > this.#repetitionCount) return -1;
    const part = (this.#repetitionFirsts[repetition - 1] ?? 0) + component - 1;
    return part < this.#beyond(repetition) ? part : -1;
  }

  partStart(part: number): number {
    return this.#partStarts[part] ?? 0;
  }

  partEnd(part: number): number {
    return this.#partEnds[part] ?? 0;
  }

  repetitions(index: number): number {
    if (this.#partsOf !== index) this.#split(index);
    return this.#repetitionCount;
  }

  components(index: number, repetition: number): number {
    if (this.#partsOf !== index) this.#split(index);
    if (repetition < 1 || repetition > this.#repetitionCount) return 0;
    return this.#beyond(repetition) - (this.#repetitionFirsts[repetition - 1] ?? 0);
  }

  /** One past the last part of a repetition. */
  #beyond(repetition: number): number {
    return repetition < this.#repetitionCount ? (this.#repetitionFirsts[repetition] ?? 0) : this.#partCount;
  }

  #split(index: number): void {
    const { text } = this;
    const { component, repetition, release } = this.delimiters;
    const end = (this.ends[index] ?? 0) >> FLAG_BITS;
    let start = ((this.ends[index - 1] ?? 0) >> FLAG_BITS) + 1;
    let parts = 0;
    let repetitions = 1;
    this.#repetitionFirsts[0] = 0;
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === component || code === repetition) {
        this.#partStarts[parts] = start;
        this.#partEnds[parts++] = at;
        if (code === repetition) this.#repetitionFirsts[repetitions++] = parts;
        start = at + 1;
      } else if (code === release) at = this.releasedAt(at, end);
    }
    this.#partStarts[parts] = start;
    this.#partEnds[parts++] = end;
    this.#partCount = parts;
    this.#repetitionCount = repetitions;
    this.#partsOf = index;
  }

  /** Where the character released by the release character at `at` stands: line breaks between the two come from wrapping. */
  releasedAt(at: number, end: number): number {
    const stop = at + 1 + wrapBytesMax;
    let next = at + 1;
    while (next < end && next < stop && this.#isBreak(this.text.charCodeAt(next))) next++;
    return next === stop ? at + 1 : next;
  }

  #isBreak(code: number): boolean {
    return (code === CR || code === LF) && code !== this.delimiters.terminator && code !== this.delimiters.element;
  }

  /** Text without release characters and the line breaks of wrapping. */
  plain(start: number, end: number): string {
    const { text, delimiters } = this;
    let plain = '';
    let from = start;
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === delimiters.release) {
        plain += text.slice(from, at);
        from = this.releasedAt(at, end);
        at = from;
      } else if (this.#isBreak(code)) {
        plain += text.slice(from, at);
        from = at + 1;
      }
    }
    return plain + text.slice(from, end);
  }
}

/** A view over one row: nothing is made until it is asked for. */
export class SegmentView implements Segment {
  readonly tag: string;
  readonly number: number;
  readonly elementCount: number;
  /** The row itself, for checks that read the index: the ends of tag and elements stand in `rows.ends` from `first` on. */
  readonly rows: Rows;
  readonly first: number;
  readonly #start: number;

  constructor(rows: Rows, tag: string, number: number, start: number, first: number, elementCount: number) {
    this.tag = tag;
    this.number = number;
    this.elementCount = elementCount;
    this.rows = rows;
    this.#start = start;
    this.first = first;
  }

  get byteOffset(): number {
    return this.rows.byteOffset + this.#start;
  }

  /** One past the last data byte, in the RawFile: where the terminator stands. */
  get byteEnd(): number {
    const rows = this.rows;
    return rows.byteOffset + ((rows.ends[this.first + this.elementCount] ?? 0) >> FLAG_BITS);
  }

  value(element: number, component = 1, repetition = 1): string {
    if (element < 1 || element > this.elementCount) return '';
    const rows = this.rows;
    const index = this.first + element;
    const packed = rows.ends[index] as number;
    let start = ((rows.ends[index - 1] as number) >> FLAG_BITS) + 1;
    let end = packed >> FLAG_BITS;
    if ((packed & (COMPONENTS | REPETITIONS)) !== 0) {
      const part = rows.part(index, component, repetition);
      if (part < 0) return '';
      start = rows.partStart(part);
      end = rows.partEnd(part);
    } else if (component !== 1 || repetition !== 1) return '';
    const value = (packed & (RELEASES | LINE_BREAKS)) !== 0 ? rows.plain(start, end) : rows.text.slice(start, end);
    return rows.codec === null ? value : rows.codec.decode(value);
  }

  /** Whether a character stands in any of its elements, released or not. */
  holds(code: number): boolean {
    const { text, ends } = this.rows;
    const end = (ends[this.first + this.elementCount] as number) >> FLAG_BITS;
    for (let at = (ends[this.first] as number) >> FLAG_BITS; at < end; at++)
      if (text.charCodeAt(at) === code) return true;
    return false;
  }

  repetitionCount(element: number): number {
    const packed = this.#packed(element);
    if (packed < 0) return 0;
    return (packed & REPETITIONS) === 0 ? 1 : this.rows.repetitions(this.first + element);
  }

  componentCount(element: number, repetition = 1): number {
    const packed = this.#packed(element);
    if (packed < 0) return 0;
    if ((packed & (COMPONENTS | REPETITIONS)) === 0) return repetition === 1 ? 1 : 0;
    return this.rows.components(this.first + element, repetition);
  }

  byteOffsetOf(element: number, component = 1, repetition = 1): number {
    const packed = this.#packed(element);
    if (packed < 0) return this.byteEnd;
    const rows = this.rows;
    const index = this.first + element;
    if ((packed & (COMPONENTS | REPETITIONS)) === 0) {
      if (component !== 1 || repetition !== 1) return this.byteEnd;
      return rows.byteOffset + ((rows.ends[index - 1] ?? 0) >> FLAG_BITS) + 1;
    }
    const part = rows.part(index, component, repetition);
    return part < 0 ? this.byteEnd : rows.byteOffset + rows.partStart(part);
  }

  /** The packed end of an element that is there and not empty, or -1. */
  #packed(element: number): number {
    if (element < 1 || element > this.elementCount) return -1;
    const { ends } = this.rows;
    const packed = ends[this.first + element] ?? 0;
    return packed >> FLAG_BITS === ((ends[this.first + element - 1] ?? 0) >> FLAG_BITS) + 1 ? -1 : packed;
  }
}
