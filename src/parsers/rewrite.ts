import type { Envelope } from './envelope.ts';
import { createFileReader } from './read.ts';
import { SegmentSink } from './sink.ts';
import type { ReadEvent } from './transaction.ts';

/**
 * Writes what was read, segment by segment, from the values: for well-formed interchanges this gives back the bytes. Not kept:
 * line breaks between segments and (EDIFACT) inside them, bytes outside any interchange, release characters before what needs
 * none, explicit nesting behind a tag ("LIN:1"), segments that stand where none may, and a missing last terminator.
 */
export function* rewrite(envelopes: readonly Envelope[], chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const reader = createFileReader(envelopes);
  let sink: SegmentSink | null = null;
  for (const events of eventsOf(reader, chunks)) {
    for (const event of events) {
      if (event.kind === 'interchange') sink = sinkFor(event);
      if (sink === null) continue;
      copyEvent(sink, event);
      yield* sink.chunks(event.kind === 'interchange-end');
    }
  }
}

function* eventsOf(reader: ReturnType<typeof createFileReader>, chunks: Iterable<Uint8Array>) {
  for (const chunk of chunks) yield reader.push(chunk);
  yield reader.end();
}

type InterchangeEvent = Extract<ReadEvent, { kind: 'interchange' }>;

function sinkFor({ header, serviceAdvice }: InterchangeEvent): SegmentSink {
  const sink = new SegmentSink({ delimiters: header.delimiters, segmentSuffix: '', onDelimiterInData: 'refuse' });
  for (let index = 0; index < (serviceAdvice?.length ?? 0); index++) sink.raw(serviceAdvice?.charCodeAt(index) ?? 0);
  return sink;
}

function copyEvent(sink: SegmentSink, event: ReadEvent): void {
  if (event.kind === 'transaction') {
    // Byte by byte: what could not be decoded is given back too.
    for (const segment of event.transaction.decodedAs(null).segments) sink.copy(segment);
  } else if (event.kind !== 'stray' && event.segment !== null) sink.copy(event.segment);
}
