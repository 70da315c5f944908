import { isAscii } from 'node:buffer';
import { decodeBytes, FLAG_BITS, grown, isDigits, tagCode, tagCodeAt } from './byte-classes.ts';
import { transactionElementsMax, transactionSegmentsMax } from './limits.ts';
import type { TagTable } from './tag-table.ts';
import type { Delimiters } from './transaction.ts';
import { Rows } from './view.ts';
import type { Window } from './window.ts';

const BIN = tagCode('BIN');
const BDS = tagCode('BDS');

/** 64 KB: some ten usual transactions. */
const sharedCells = 16 * 1024;

/**
 * The flat index over the segments held: one Int32 per element (its end << 6 | what stands inside), two per segment. An object per
 * segment instead costs a third of the speed and five times the memory. All places are counted from the first segment's first byte.
 */
export class SegmentIndex {
  ends = new Int32Array(4096);
  endCount = 0;
  segmentCount = 0;
  /** Ends of the segments that are complete: one that is cut off by the end of the file has some of its own behind them. */
  #completeEnds = 0;
  #starts = new Int32Array(1024);
  #firsts = new Int32Array(1024);
  /** What was cut loose stands here, one transaction behind another. */
  #cells = new Int32Array(0);
  #used = 0;

  clear(): void {
    this.endCount = 0;
    this.segmentCount = 0;
    this.#completeEnds = 0;
  }

  /** Makes room for another end; false when the limit is reached. */
  grow(): boolean {
    if (this.ends.length > transactionElementsMax) return false;
    this.ends = grown(this.ends, transactionElementsMax + 1);
    return true;
  }

  add(start: number, first: number, endCount: number): void {
    if (this.segmentCount === this.#starts.length) {
      this.#starts = grown(this.#starts, transactionSegmentsMax);
      this.#firsts = grown(this.#firsts, transactionSegmentsMax);
    }
    this.#starts[this.segmentCount] = start;
    this.#firsts[this.segmentCount++] = first;
    this.endCount = endCount;
    this.#completeEnds = endCount;
  }

  /** The segments (without the last `leaveOut`), cut loose from the window, in which they begin at `origin`. */
  rows(window: Window, origin: number, delimiters: Delimiters, tags: TagTable, leaveOut: number): Rows {
    const count = this.segmentCount - leaveOut;
    const endCount = leaveOut > 0 ? (this.#firsts[count] ?? 0) : this.#completeEnds;
    const lastEnd = (this.ends[endCount - 1] ?? 0) >> FLAG_BITS;
    const text = decodeBytes(window.bytes, origin, origin + lastEnd);
    const from = this.#room(endCount + 2 * count);
    const cells = this.#cells;
    const segments = from + endCount;
    // Copied by hand: `set` of a typed array costs more than these loops for a usual transaction.
    for (let index = 0; index < endCount; index++) cells[from + index] = this.ends[index] as number;
    for (let index = 0; index < count; index++) {
      cells[segments + 2 * index] = this.#starts[index] as number;
      cells[segments + 2 * index + 1] = from + (this.#firsts[index] as number);
    }
    const ascii = isAscii(window.bytes.subarray(origin, origin + lastEnd));
    return new Rows(text, window.base + origin, delimiters, cells, segments, count, tags, ascii);
  }

  /** Where so many cells are free. An array for each transaction alone took 3 % of reading and checking; a kept one pins 64 KB at most. */
  #room(cellCount: number): number {
    if (this.#used + cellCount > this.#cells.length) {
      this.#cells = new Int32Array(Math.max(cellCount, sharedCells));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += cellCount;
    return from;
  }

  /**
   * Where the data of BIN (BIN01 long) or BDS (BDS02 long) should end: it may contain every delimiter, so its declared length rules.
   * -1 when the length is not readable; null when the segment whose ends begin at `first` is neither.
   */
  binary(window: Window, origin: number, segmentStart: number, first: number, endCount: number): BinaryData | null {
    const { bytes } = window;
    const place = (index: number) => ((this.ends[index] ?? 0) >> FLAG_BITS) + origin;
    const tag = endCount > first ? tagCodeAt(bytes, segmentStart, place(first), false) : 0;
    const headEnds = tag === BIN ? 2 : tag === BDS ? 3 : 0;
    if (headEnds === 0 || endCount < first + headEnds) return null;
    const from = place(first + headEnds - 2) + 1;
    const to = place(first + headEnds - 1);
    const end = isDigits(bytes, from, to) ? to + 1 + Number(decodeBytes(bytes, from, to)) : -1;
    return { end, endCount: first + headEnds };
  }
}

/** Where binary data ends, and how many ends stand before that one. */
export interface BinaryData {
  readonly end: number;
  readonly endCount: number;
}
