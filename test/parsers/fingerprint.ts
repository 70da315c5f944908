import { createReader } from '../../src/parsers/index.ts';
import type { ReadEvent, Segment } from '../../src/parsers/transaction.ts';
import { SegmentView } from '../../src/parsers/view.ts';

/*
 * What a reader yields, folded into one number: reading a file once for each of its bytes leaves no time to make data of every value.
 * A view's values follow from its text, its delimiters and its index alone, so that these are folded, not the values.
 */
class Fold {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;

  number(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ (value + (this.#low >>> 7)), 0x85ebca6b);
  }

  text(value: string): void {
    this.number(value.length);
    for (let at = 0; at < value.length; at++) this.number(value.charCodeAt(at));
  }

  segment(segment: Segment): void {
    this.text(segment.tag);
    this.number(segment.number);
    this.number(segment.byteOffset);
    this.number(segment.elementCount);
    if (!(segment instanceof SegmentView)) throw new Error('no view');
    const { rows, first, elementCount } = segment;
    for (let index = first; index <= first + elementCount; index++) this.number(rows.ends[index] ?? -1);
  }

  event(event: ReadEvent): void {
    this.text(event.kind);
    if (event.kind !== 'transaction') {
      const { segment = null, ...facts } = { segment: null, ...event };
      this.text(JSON.stringify(facts));
      if (segment !== null) {
        this.segment(segment);
        if (segment instanceof SegmentView) this.text(segment.rows.text);
      }
      return;
    }
    const { segments, problems, message, version, association, controlNumber, byteOffset, byteLength } =
      event.transaction;
    this.text(JSON.stringify([message, version, association, controlNumber, byteOffset, byteLength, problems]));
    for (const segment of segments) this.segment(segment);
    const [first] = segments;
    if (first instanceof SegmentView) this.text(first.rows.text);
  }

  get value(): string {
    return `${this.#low >>> 0}:${this.#high >>> 0}`;
  }
}

/** One number for all that is read from these chunks: segments, offsets and problems. */
export function fingerprint(chunks: Iterable<Uint8Array>): string {
  const reader = createReader();
  const fold = new Fold();
  for (const chunk of chunks) for (const event of reader.read(chunk)) fold.event(event);
  for (const event of reader.end()) fold.event(event);
  return fold.value;
}
