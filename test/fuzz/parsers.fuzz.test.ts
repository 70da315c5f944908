import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReader } from '../../src/parsers/index.ts';
import type { ReadEvent, ReaderState } from '../../src/parsers/transaction.ts';
import { envelopeFixtures, eventAsData, readChunks } from '../parsers/reading.ts';
import { mutated, mutation, PIECES } from './hostile.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

/** Whatever comes in: nothing is thrown, no more events than bytes, trailers are never believed when wrong, and cuts change nothing. */
function readSafely(bytes: Buffer, cutAt: number): void {
  const whole = readChunks([bytes]);
  expect(whole.length).toBeLessThanOrEqual(bytes.length + 1);
  for (const event of whole) {
    if (event.kind !== 'group-end' && event.kind !== 'interchange-end') continue;
    const wrong = event.claimed !== null && event.claimed !== event.counted;
    // The one wrong count that is let pass: IEA01 = 1 for an interchange that holds nothing but a TA1.
    const tolerated = event.kind === 'interchange-end' && event.counted === 0 && event.claimed === 1;
    if (wrong && !tolerated) expect(event.problems.map(({ code }) => code).join(' ')).toContain('count-mismatch');
  }
  const cut = readChunks([bytes.subarray(0, cutAt), bytes.subarray(cutAt)]);
  expect(cut.map(eventAsData)).toEqual(whole.map(eventAsData));
  resumeSafely(bytes, cutAt % (whole.length + 1), whole);
}

/** Stops after `count` events; a new reader goes on from the state, and yields the rest. */
function resumeSafely(bytes: Buffer, count: number, whole: readonly ReadEvent[]): void {
  const reader = createReader();
  const events = reader.read(bytes);
  for (let taken = 0; taken < count; taken++) if (events.next().done) return; // the rest only comes at the end of the file
  const state = JSON.parse(JSON.stringify(reader.state())) as ReaderState;
  const rest = readChunks([bytes.subarray(state.byteOffset)], createReader({ state }));
  expect(rest.map(eventAsData)).toEqual(whole.slice(count).map(eventAsData));
}

describe('mutated interchanges', () => {
  test(
    `${numRuns} of them are read without a throw, and the same however they are cut`,
    () =>
      fc.assert(
        fc.property(
          fc.constantFrom(...envelopeFixtures),
          fc.array(mutation, { minLength: 1, maxLength: 6 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          ({ bytes }, mutations, cutAt) => {
            const text = mutations.reduce(mutated, bytes.toString('latin1'));
            const hostile = Buffer.from(text, 'latin1');
            readSafely(hostile, Math.floor(cutAt * hostile.length));
          },
        ),
        { numRuns },
      ),
    600_000,
  );

  test(
    `${numRuns} byte strings of nothing in particular are read too`,
    () =>
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...PIECES, 'A', '1', 'REF'), { maxLength: 80 }),
          fc.nat(200),
          (pieces, cutAt) => {
            const bytes = Buffer.from(pieces.join(''), 'latin1');
            readSafely(bytes, Math.min(cutAt, bytes.length));
          },
        ),
        { numRuns },
      ),
    600_000,
  );
});
