import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReader, parserNamed } from '../../src/parsers/index.ts';
import { isaBytesMax, problemCountMax } from '../../src/parsers/limits.ts';
import type { ReadEvent } from '../../src/parsers/transaction.ts';
import { fingerprint } from '../parsers/fingerprint.ts';
import { transactionProblems } from '../parsers/judging.ts';
import { confused, confusion, generated, mutated, mutation, PIECES } from './hostile.ts';
import { visitsOf } from './visits.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

const fixtures = readdirSync('fixtures', { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.edi'))
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));

/**
 * How often a byte may be looked at. Usual files: scanned once, decoded once, some tags and headers again (2 to 3). Worst known: garbage in
 * which every fourth byte could begin an ISA, each of which is read up to isaBytesMax before it turns out to be none; and where bytes come one
 * by one, it is read again with each, until so many have come.
 */
const visitsPerByteMax = { whole: 160, trickled: 600 };
const visitsMore = isaBytesMax ** 2 / 2 + 4096;
/** Two slices, doubled: what the window is when nothing is held. */
const capacityMax = 2 * 1024 * 1024;

const readAll = (chunks: Iterable<Uint8Array>): ReadEvent[] => {
  const reader = createReader();
  const events: ReadEvent[] = [];
  for (const chunk of chunks) events.push(...reader.read(chunk));
  events.push(...reader.end());
  return events;
};

const oneByOne = (bytes: Uint8Array) => Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));

/** Every layer on, for whatever bytes: nothing is thrown, work and memory stay within their bounds, places within the file. */
function survives(bytes: Buffer, cutAt: number): void {
  const cuttings = { whole: [bytes], trickled: oneByOne(bytes) } as const;
  for (const how of ['whole', 'trickled'] as const) {
    const { visits, capacity } = visitsOf(() => void readAll(cuttings[how]));
    const visitsMax = visitsPerByteMax[how] * bytes.length + visitsMore;
    expect(visits, bytes.toString('latin1')).toBeLessThanOrEqual(visitsMax);
    expect(capacity).toBeLessThanOrEqual(capacityMax);
  }
  for (const event of readAll([bytes])) {
    if (event.kind !== 'transaction') continue;
    const { transaction } = event;
    const problems = transactionProblems(transaction);
    expect(problems.length).toBeLessThanOrEqual(problemCountMax + transaction.problems.length + 2);
    for (const { at } of problems) {
      expect(at.byteOffset).toBeGreaterThanOrEqual(0);
      expect(at.byteOffset).toBeLessThanOrEqual(bytes.length);
    }
    parserNamed(transaction.syntax).readAcknowledgment(transaction);
  }
  expect(fingerprint([bytes.subarray(0, cutAt), bytes.subarray(cutAt)])).toBe(fingerprint([bytes]));
}

const place = fc.double({ min: 0, max: 1, noNaN: true });
const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 });
const asBytes = (text: string) => Buffer.from(text, 'latin1');

describe('all layers survive', () => {
  const cases: readonly [string, fc.Arbitrary<Buffer>][] = [
    [
      'mutated fixtures',
      fc
        .tuple(fc.constantFrom(...fixtures), mutations)
        .map(([bytes, all]) => asBytes(all.reduce(mutated, bytes.toString('latin1')))),
    ],
    [
      'mutated generated interchanges, acknowledgments among them',
      fc.tuple(generated, mutations).map(([bytes, all]) => asBytes(all.reduce(mutated, bytes.toString('latin1')))),
    ],
    [
      'confused delimiters',
      fc
        .tuple(fc.oneof(fc.constantFrom(...fixtures), generated), fc.array(confusion, { minLength: 1, maxLength: 4 }))
        .map(([bytes, changes]) => confused(bytes, changes)),
    ],
    [
      'pieces of nothing in particular',
      fc
        .array(fc.constantFrom(...PIECES, 'A', '1', 'REF', 'N1*ST*X~', "BGM+220+1'"), { maxLength: 80 })
        .map((all) => asBytes(all.join(''))),
    ],
  ];
  test.each(cases)(
    '%s',
    (_name, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, place, (bytes, at) => survives(bytes, Math.floor(at * bytes.length))),
        { numRuns },
      );
    },
    600_000,
  );
});

// Inputs that once broke something, or were made to, stay here for good.
const crashers = existsSync('fixtures/crashers') ? readdirSync('fixtures/crashers').sort() : [];
describe('crashers', () => {
  test.each(crashers)('%s', (name) => {
    const bytes = readFileSync(`fixtures/crashers/${name}`);
    for (let cutAt = 1; cutAt <= bytes.length; cutAt += 61) survives(bytes, cutAt);
  });
});

/** A quarter of a megabyte of the same few bytes, as it would come over a wire. */
test.each(['ISA', 'ISA*', 'ISA!ISA"ISA#ISA$ISA%', 'UNA:+', 'UNB+UNOC:3', '\0', "'", '?', 'A', 'I', '~\n'])(
  'a long run of %j costs no more per byte than any other',
  (piece) => {
    for (const head of ['', "UNB+UNOC:3+A+B+260115:1030+1'", "UNB+UNOC:3+A+B+260115:1030+1'UNH+1+ORDERS:D:96A:UN'"]) {
      const chunk = asBytes(piece.repeat(Math.ceil(65_536 / piece.length)));
      const chunks = [asBytes(head), ...Array.from({ length: 4 }, () => chunk)];
      const { visits, capacity } = visitsOf(() => void readAll(chunks));
      const given = chunks.reduce((sum, { length }) => sum + length, 0);
      expect(visits).toBeLessThanOrEqual(visitsPerByteMax.whole * given + visitsMore);
      // A message without an end is held until it is too large to be one.
      expect(capacity).toBeLessThanOrEqual(head.includes('UNH') ? 2 * given + capacityMax : capacityMax);
    }
  },
);
