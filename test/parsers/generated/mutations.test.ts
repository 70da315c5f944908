import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../judging.ts';
import { readChunks } from '../reading.ts';
import { Dice } from './dice.ts';
import type { Expected, Mutant, Mutation } from './mutant.ts';
import * as counts from './mutate-counts.ts';
import * as places from './mutate-places.ts';
import * as segments from './mutate-segments.ts';
import * as tree from './mutate-tree.ts';
import * as values from './mutate-values.ts';
import { type Message, messages } from './tables.ts';
import { makeTransaction } from './transaction.ts';
import { interchangeOf, type Written } from './wire.ts';

const { insert: _helper, ...ofTree } = tree;
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...values,
  ...segments,
  ...ofTree,
  ...places,
  ...counts,
};

// Each mutation of each message once here, some 2,500 in all; FUZZ_RUNS asks for more.
const numRuns = Math.max(1, Math.ceil(Number(process.env.FUZZ_RUNS ?? 0) / 100));

/** Where the problem must be told, in bytes; undefined where no place is (a trailer that never came). */
function offsetOf({ tag, segment, element, component, repetition }: Expected, written: Written): number | undefined {
  if (segment === null) return tag === null || element === null ? undefined : written.trailers.get(`${tag} ${element}`);
  if (element === null) return written.segments[0]?.[segment - 1];
  const value = written.values.get(`0 ${segment} ${element} ${repetition ?? 1} ${component ?? 1}`);
  return value ?? written.ends.get(`0 ${segment}`);
}

/** What was found and what was to be found, side by side. */
function compare(message: Message, { made, expected, keepEnd, changes }: Mutant) {
  const kept = keepEnd === undefined ? null : { transaction: 0, segment: keepEnd };
  const written = interchangeOf(message, [made], changes, kept);
  const found = judge(readChunks([written.bytes])).map(({ code, severity, at, expected: wanted }) => ({
    code,
    severity,
    tag: at.tag,
    segment: at.segmentNumber,
    element: at.elementNumber,
    component: at.componentNumber,
    loop: at.loop,
    repetition: at.repetition,
    byteOffset: at.byteOffset,
    note: code.startsWith('note/') ? wanted : null,
  }));
  const byteOffset = offsetOf(expected, written) ?? found[0]?.byteOffset;
  const more = { repetition: expected.repetition ?? null, note: expected.note ?? null, byteOffset };
  return { found, wanted: [{ ...expected, ...more }], text: written.bytes.toString('latin1') };
}

const made = new Map<string, number>();

describe.each(Object.entries(MUTATIONS))('%s', (name, mutate) => {
  test.each(['x12', 'edifact'] as const)('%s: one problem, the expected one at its place', (syntax) => {
    for (const [index, message] of messages.entries()) {
      if (message.syntax !== syntax) continue;
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const dice = new Dice(seed);
          // Not every transaction has something of the kind: a few are tried.
          for (let round = 0; round < 4; round++) {
            const mutant = mutate(message, makeTransaction(message, dice, '0001'), dice);
            if (mutant === null) continue;
            const { found, wanted, text } = compare(message, mutant);
            expect(found, `${message.version} ${message.name}: ${text}`).toEqual(wanted);
            made.set(name, (made.get(name) ?? 0) + 1);
            return;
          }
        }),
        { numRuns, seed: 850 + index },
      );
    }
  });

  test('was made at all', () => expect(made.get(name) ?? 0).toBeGreaterThan(0));
});
