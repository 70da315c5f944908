import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import {
  type ControlNumberLevel,
  controlNumberKey,
  controlNumberRange,
  controlNumberRule,
  formatControlNumber,
  nextControlNumbers,
} from '../../src/partners/control-numbers.ts';

const pair = (syntax: 'x12' | 'edifact', usage: 'test' | 'production' = 'production') => ({
  ours: { syntax, qualifier: 'ZZ', id: 'ACME' },
  theirs: { syntax, qualifier: '08', id: '611' },
  usage,
});
const rangeOf = (syntax: 'x12' | 'edifact', level: ControlNumberLevel) => controlNumberRange(pair(syntax), level);

test.each<['x12' | 'edifact', ControlNumberLevel, number, string]>([
  ['x12', 'interchange', 1, '000000001'],
  ['x12', 'interchange', 999_999_999, '999999999'],
  ['x12', 'group', 1, '1'],
  ['x12', 'group', 999_999_999, '999999999'],
  ['x12', 'transaction', 1, '0001'],
  ['x12', 'transaction', 9_999, '9999'],
  ['x12', 'transaction', 10_000, '10000'],
  ['edifact', 'interchange', 1, '1'],
  ['edifact', 'interchange', 99_999_999_999_999, '99999999999999'],
])('%s %s %i is written %s', (syntax, level, number, text) =>
  expect(formatControlNumber(syntax, level, number)).toBe(text),
);

test.each<['x12' | 'edifact', ControlNumberLevel, number]>([
  ['x12', 'interchange', 0],
  ['x12', 'interchange', 1_000_000_000],
  ['x12', 'group', -1],
  ['x12', 'transaction', 1.5],
  ['edifact', 'interchange', 100_000_000_000_000],
])('%s %s %d is none', (syntax, level, number) =>
  expect(() => formatControlNumber(syntax, level, number)).toThrow(RangeError),
);

describe('what comes next', () => {
  test('counts from one, in order', () => {
    expect(nextControlNumbers(rangeOf('x12', 'interchange'), 0)).toEqual([1]);
    expect(nextControlNumbers(rangeOf('x12', 'group'), 41, 3)).toEqual([42, 43, 44]);
  });

  test.each([
    ['interchange', 999_999_999, 1],
    ['interchange', 999_999_998, 2],
    ['group', 999_999_999, 1],
  ] as const)('%s after %i, %i of them: the range is used up', (level, last, count) => {
    const take = () => nextControlNumbers(rangeOf('x12', level), last, count);
    expect(take).toThrow(FailureError);
    expect(take).toThrow(expect.objectContaining({ kind: 'control-numbers-exhausted' }));
  });

  test('the last number may be taken', () =>
    expect(nextControlNumbers(rangeOf('x12', 'interchange'), 999_999_998)).toEqual([999_999_999]));

  test('transactions begin again: they are unique within their group only', () =>
    expect(nextControlNumbers(rangeOf('x12', 'transaction'), 999_999_998, 3)).toEqual([999_999_999, 1, 2]));

  test.each([-1, 0.5, 1_000_000_000, Number.NaN])('after %d nothing can be counted', (last) =>
    expect(() => nextControlNumbers(rangeOf('x12', 'interchange'), last)).toThrow(RangeError),
  );

  test('no number comes twice, however many are taken at a time, and each fits its place', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('x12' as const, 'edifact' as const),
        fc.constantFrom('interchange' as const, 'group' as const, 'transaction' as const),
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 }),
        fc.nat(1_000_000),
        (syntax, level, counts, start) => {
          let last = start;
          const taken = counts.flatMap((count) => {
            const numbers = nextControlNumbers(rangeOf(syntax, level), last, count);
            last = numbers.at(-1) ?? last;
            return numbers;
          });
          const { numberMax } = controlNumberRule(syntax, level);
          expect(new Set(taken).size).toBe(taken.length);
          for (const number of taken) expect(formatControlNumber(syntax, level, number)).toMatch(/^\d{1,14}$/);
          expect(Math.max(start, ...taken)).toBeLessThanOrEqual(numberMax);
        },
      ),
    ));
});

test('a range belongs to a pair of identities, a usage and a level', () => {
  const keys = new Set(
    (['x12', 'edifact'] as const).flatMap((syntax) =>
      (['test', 'production'] as const).flatMap((usage) =>
        (['interchange', 'group', 'transaction'] as const).map((level) =>
          controlNumberKey(controlNumberRange(pair(syntax, usage), level)),
        ),
      ),
    ),
  );
  expect(keys.size).toBe(12);
  expect(keys).toContain('x12:ZZ:ACME|x12:08:611|production|interchange');
});

test('two pairs never share a key, whatever stands in their ids', () =>
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('|', ':', 'a'), maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('|', ':', 'a'), maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('|', ':', 'a'), maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('|', ':', 'a'), maxLength: 5 }),
      (a, b, c, d) => {
        const key = (ours: string, theirs: string) =>
          controlNumberKey({
            ...rangeOf('x12', 'group'),
            ours: { syntax: 'x12', qualifier: 'ZZ', id: ours },
            theirs: { syntax: 'x12', qualifier: 'ZZ', id: theirs },
          });
        expect(key(a, b) === key(c, d)).toBe(a === c && b === d);
      },
    ),
  ));
