import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as decimal from '../../src/core/decimal.ts';

describe('decimals are exact', () => {
  test.each`
    operation     | a         | b        | result
    ${'add'}      | ${'0.1'}  | ${'0.2'} | ${'0.3'}
    ${'subtract'} | ${'1'}    | ${'.9'}  | ${'0.1'}
    ${'multiply'} | ${'1.10'} | ${'3'}   | ${'3.3'}
  `('$a $operation $b = $result', ({ operation, a, b, result }) => {
    const operations = {
      add: decimal.addDecimals,
      subtract: decimal.subtractDecimals,
      multiply: decimal.multiplyDecimals,
    };
    expect(operations[operation as keyof typeof operations](a, b)).toBe(result);
  });

  test.each`
    value       | places | result
    ${'2.345'}  | ${2}   | ${'2.35'}
    ${'-2.345'} | ${2}   | ${'-2.35'}
    ${'2.344'}  | ${2}   | ${'2.34'}
    ${'5'}      | ${2}   | ${'5.00'}
  `('$value rounds to $result', ({ value, places, result }) =>
    expect(decimal.roundDecimal(value, places)).toBe(result),
  );

  test.each(['', '1e5', '+1', '1,5', ' 1', '--1', '.', '-', 'NaN', 'Infinity', '0x10'])('%j is no decimal', (text) => {
    expect(decimal.isDecimal(text)).toBe(false);
    expect(() => decimal.addDecimals(text, '1')).toThrow(RangeError);
  });

  test('a float is refused at run time too', () =>
    // @ts-expect-error the type refuses it first
    expect(() => decimal.addDecimals(0.1, '0.2')).toThrow(RangeError));

  test('division says so when there is nothing to divide by', () => {
    expect(decimal.divideDecimals('10', '3', 4)).toBe('3.3333');
    expect(() => decimal.divideDecimals('1', '0.00', 2)).toThrow('division by zero');
  });

  test('a sum does not depend on the order', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1 }), (cents) => {
        const values = cents.map(
          (c) => `${c < 0 ? '-' : ''}${Math.trunc(Math.abs(c) / 100)}.${String(Math.abs(c) % 100).padStart(2, '0')}`,
        );
        const sum = decimal.addDecimals(...values);
        expect(decimal.sameDecimal(sum, decimal.addDecimals(...values.toReversed()))).toBe(true);
        expect(decimal.multiplyDecimals(sum, '100')).toBe(String(cents.reduce((a, b) => a + b, 0)));
      }),
    ));
});
