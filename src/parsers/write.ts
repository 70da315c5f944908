import { FailureError } from '../core/failure.ts';
import type { OutboundEnvelope, OutboundTransaction, WriteOptions } from './draft.ts';
import type { SegmentSink } from './sink.ts';

/** The header and trailer of one transaction, as its syntax writes them. */
export interface TransactionFrame {
  header(transaction: OutboundTransaction): readonly (string | readonly string[])[];
  readonly startTag: string;
  readonly endTag: string;
}

/**
 * Writes the transactions between their headers and trailers, chunk by chunk, and returns how many there were.
 * Counts and references are the writer's, so that no draft can get them wrong.
 */
export function* writeTransactions(
  sink: SegmentSink,
  frame: TransactionFrame,
  transactions: Iterable<OutboundTransaction>,
  options: WriteOptions,
): Generator<Uint8Array, number> {
  let count = 0;
  for (const transaction of transactions) {
    const { controlNumber, draft } = transaction;
    let segmentNumber = 0;
    const next = (tag: string) => {
      segmentNumber++;
      sink.place.segmentNumber = segmentNumber;
      options.onSegment?.({ controlNumber, segmentNumber, tag, byteOffset: sink.byteOffset });
    };
    sink.place.controlNumber = controlNumber;
    next(frame.startTag);
    sink.segment({ tag: frame.startTag, elements: frame.header(transaction) });
    for (const segment of draft.segments) {
      next(segment.tag);
      sink.segment(segment);
      yield* sink.chunks();
    }
    next(frame.endTag);
    sink.segment({ tag: frame.endTag, elements: [String(segmentNumber), controlNumber] });
    sink.place.controlNumber = null;
    sink.place.segmentNumber = null;
    count++;
  }
  return count;
}

/** Refuses an envelope that could not be read back: what is wrong with it is a matter of configuration, not of data. */
export function requireEnvelope(ok: boolean, what: string): asserts ok {
  if (!ok) throw new FailureError('config-invalid', `The interchange cannot be written: ${what}.`);
}

/** Dates and times as every envelope needs them. */
export function requireMoment({ date, time }: OutboundEnvelope): void {
  requireEnvelope(/^\d{8}$/.test(date), `date ${JSON.stringify(date)} is not YYYYMMDD`);
  requireEnvelope(/^\d{4}(?:\d\d)?$/.test(time), `time ${JSON.stringify(time)} is not HHMM or HHMMSS`);
}
