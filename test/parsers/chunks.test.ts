import { describe, expect, test } from 'vitest';
import { createReader } from '../../src/parsers/index.ts';
import type { ReaderState } from '../../src/parsers/transaction.ts';
import { type EventData, envelopeFixtures, eventAsData, readChunks } from './reading.ts';

const oneByteChunks = (bytes: Uint8Array) => Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
// Compared as text: deep equality over 2,000 cuttings of each fixture takes minutes, a string comparison seconds.
const asText = (events: readonly EventData[]) => JSON.stringify(events);

describe.each(envelopeFixtures)('$name', ({ name, bytes }) => {
  const whole = readChunks([bytes]).map(eventAsData);

  test('reads as its golden file says', async () => {
    const lines = whole.map((event) => JSON.stringify(event)).join('\n');
    await expect(`${lines}\n`).toMatchFileSnapshot(`../../${name.replace(/\.edi$/, '.events.ndjson')}`);
  });

  test('is the same however it is cut in two', () => {
    const expected = asText(whole);
    for (let at = 1; at < bytes.length; at++) {
      const cut = readChunks([bytes.subarray(0, at), bytes.subarray(at)]).map(eventAsData);
      if (asText(cut) !== expected) expect(cut, `cut at ${at}`).toEqual(whole);
    }
  });

  test('is the same byte by byte, and from a buffer that is reused', () => {
    expect(readChunks(oneByteChunks(bytes)).map(eventAsData)).toEqual(whole);
    const shared = new Uint8Array(1);
    const reader = createReader();
    const events: EventData[] = [];
    for (const byte of bytes) {
      shared[0] = byte;
      events.push(...reader.push(shared).map(eventAsData));
    }
    events.push(...reader.end().map(eventAsData));
    expect(events).toEqual(whole);
  });

  test('goes on from the state after any event', () => {
    let state: ReaderState | undefined;
    const events: EventData[] = [];
    for (;;) {
      const reader = createReader(state === undefined ? {} : { state });
      const rest = bytes.subarray(state?.byteOffset ?? 0);
      const next = reader.read(rest).next();
      if (next.done) {
        events.push(...reader.end().map(eventAsData));
        break;
      }
      events.push(eventAsData(next.value));
      state = JSON.parse(JSON.stringify(reader.state()));
    }
    expect(events).toEqual(whole);
  });
});
