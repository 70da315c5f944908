import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openStandards } from '../../src/library/standards.ts';
import type { SyntaxName } from '../../src/parsers/transaction.ts';
import { validate } from '../../src/parsers/validate.ts';
import { chances, generateTransaction } from './standards/generate.ts';
import { edifact, x12 } from './transactions.ts';

const standards = openStandards();
const versions: readonly (readonly [SyntaxName, string])[] = [
  ['x12', '004010'],
  ['x12', '004030'],
  ['x12', '005010'],
  ['edifact', 'D96A'],
  ['edifact', 'D01B'],
];
const tables = versions.flatMap(([syntax, version]) =>
  (standards.version(syntax, version)?.messages ?? []).flatMap(
    (message) => standards.table(syntax, version, message) ?? [],
  ),
);

describe('what the tables allow has no problem', () => {
  test.each(tables.map((table) => [`${table.version} ${table.message}`, table] as const))('%s', (_, table) => {
    let made = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const text = generateTransaction(table, chances(seed));
        if (text === null) return;
        made++;
        const transaction = table.functionalId === null ? edifact(text) : x12(text, table.version);
        const { problems, verdict } = validate(transaction, table);
        expect(
          // A date without its form is allowed, and told.
          problems
            .filter(({ code, severity }) => code !== 'element/missing' || severity === 'error')
            .map(({ message, at }) => `${at.segmentNumber} ${message}`),
          text,
        ).toEqual([]);
        expect(verdict).toBe('accepted');
      }),
      { numRuns: 30 },
    );
    expect(made, 'the generator gave up each time').toBeGreaterThan(0);
  });
});
