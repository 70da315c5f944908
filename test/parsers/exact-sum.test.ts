import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameDecimal, sumDecimals } from '../../src/core/decimal.ts';
import { ExactSum, isDigits } from '../../src/parsers/exact-sum.ts';

const sumOf = (values: readonly string[]): string => {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.total();
};

test.each`
  values                                                 | total
  ${[]}                                                  | ${'0'}
  ${['1', '2']}                                          | ${'3'}
  ${['0.1', '0.2']}                                      | ${'0.3'}
  ${['5.', '-5']}                                        | ${'0'}
  ${['-0.5', '.25']}                                     | ${'-0.25'}
  ${['99999999999999', '1']}                             | ${'100000000000000'}
  ${Array.from({ length: 200 }, () => '99999999999999')} | ${'19999999999999800'}
  ${['9007199254740993', '0.01']}                        | ${'9007199254740993.01'}
`('$values', ({ values, total }) => {
  expect(sumOf(values)).toBe(total);
});

test('the same as decimals give, in any order and size', () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.nat(6))
    .map(([minus, whole, places]) => {
      const digits = String(whole).padStart(places + 1, '0');
      const at = digits.length - places;
      return `${minus ? '-' : ''}${digits.slice(0, at)}${places === 0 ? '' : `.${digits.slice(at)}`}`;
    });
  fc.assert(
    fc.property(fc.array(decimal, { maxLength: 20 }), (values) => {
      expect(sameDecimal(sumOf(values), sumDecimals(values))).toBe(true);
    }),
  );
});

test('a copy goes its own way', () => {
  const sum = new ExactSum();
  sum.add('1.5');
  const copy = sum.copy();
  copy.add('1');
  expect([sum.total(), copy.total()]).toEqual(['1.5', '2.5']);
});

test.each(['', '-1', '1.5', '1a', '123456789012345', '１'])('"%s" is not digits alone', (text) => {
  expect(isDigits(text)).toBe(false);
});
