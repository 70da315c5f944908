import { readdirSync, readFileSync } from 'node:fs';
import { createReader } from '../../src/parsers/index.ts';
import type { ReadEvent, Reader, Segment } from '../../src/parsers/transaction.ts';

/** One segment as data: everything a view tells, places included. */
export function segmentAsData(segment: Segment) {
  const elements = [];
  for (let element = 1; element <= segment.elementCount; element++) {
    const repetitions = [];
    for (let repetition = 1; repetition <= segment.repetitionCount(element); repetition++) {
      const components = [];
      for (let component = 1; component <= segment.componentCount(element, repetition); component++) {
        const at = segment.byteOffsetOf(element, component, repetition);
        components.push([segment.value(element, component, repetition), at]);
      }
      repetitions.push(components);
    }
    elements.push(repetitions);
  }
  return { tag: segment.tag, number: segment.number, byteOffset: segment.byteOffset, elements };
}

/** An event as data. */
export function eventAsData(event: ReadEvent) {
  if (event.kind === 'transaction') {
    const { message, version, association, controlNumber, byteOffset, byteLength, segments, problems } =
      event.transaction;
    const facts = { message, version, association, controlNumber, byteOffset, byteLength, problems };
    return { kind: event.kind, ...facts, segments: segments.map(segmentAsData) };
  }
  if (event.kind === 'stray') return event;
  return { ...event, segment: event.segment === null ? null : segmentAsData(event.segment) };
}
export type EventData = ReturnType<typeof eventAsData>;

/** Everything a reader yields for these chunks. */
export function readChunks(chunks: readonly Uint8Array[], reader: Reader = createReader()): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (const chunk of chunks) events.push(...reader.push(chunk));
  events.push(...reader.end());
  return events;
}

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
export const readText = (text: string): ReadEvent[] => readChunks([bytesOf(text)]);

export const problemsOf = (events: readonly ReadEvent[]) =>
  events.flatMap((event) => (event.kind === 'transaction' ? event.transaction.problems : event.problems));

export const transactionsOf = (events: readonly ReadEvent[]) =>
  events.flatMap((event) => (event.kind === 'transaction' ? [event.transaction] : []));

const folders = ['fixtures/x12/envelope', 'fixtures/edifact/envelope'];

/** Every envelope fixture: its path and bytes. */
export const envelopeFixtures = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.edi'))
    .map((name) => ({ name: `${folder}/${name}`, bytes: readFileSync(`${folder}/${name}`) })),
);
