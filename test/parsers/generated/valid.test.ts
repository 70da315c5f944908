import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rewriteFile } from '../../../src/parsers/index.ts';
import { textOf } from '../envelopes.ts';
import { brief, judge } from '../judging.ts';
import { readChunks, transactionsOf } from '../reading.ts';
import { Dice } from './dice.ts';
import { messages } from './tables.ts';
import { makeTransaction } from './transaction.ts';
import { interchangeOf } from './wire.ts';

// 4 of each here, some 350 interchanges in all; FUZZ_RUNS asks for more.
const numRuns = Math.max(4, Math.ceil(Number(process.env.FUZZ_RUNS ?? 0) / 20));

describe.each(['x12', 'edifact'] as const)('%s generated from the published tables', (syntax) => {
  test.each(messages.filter((one) => one.syntax === syntax).map((one) => [one.version, one.name, one] as const))(
    '%s %s has no problem and is written back byte for byte',
    (_version, _name, message) => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const dice = new Dice(seed);
          const count = dice.between(1, 3);
          const made = Array.from({ length: count }, (_none, at) => makeTransaction(message, dice, `000${at + 1}`));
          const { bytes } = interchangeOf(message, made);
          const events = readChunks([bytes]);
          expect(judge(events).map(brief), bytes.toString('latin1')).toEqual([]);
          const read = transactionsOf(events).map(({ segments }) => segments.map(({ tag }) => tag));
          expect(read).toEqual(made.map((segments) => segments.map(({ tag }) => tag)));
          expect(textOf(rewriteFile([bytes]))).toBe(bytes.toString('latin1'));
        }),
        { numRuns, seed: 850 },
      );
    },
  );
});
