import { describe, expect, test } from 'vitest';
import { addMoney, amountOf, moneyOf } from '../../src/core/money.ts';

describe('money', () => {
  test.each`
    amount      | currency | minor    | back
    ${'12.5'}   | ${'USD'} | ${1250n} | ${'12.50'}
    ${'-0.05'}  | ${'EUR'} | ${-5n}   | ${'-0.05'}
    ${'1500'}   | ${'JPY'} | ${1500n} | ${'1500'}
    ${'1.2345'} | ${'KWD'} | ${1235n} | ${'1.235'}
    ${'0'}      | ${'USD'} | ${0n}    | ${'0.00'}
  `('$amount $currency is $minor minor units', ({ amount, currency, minor, back }) => {
    const money = moneyOf(amount, currency);
    expect(money).toEqual({ minor, currency });
    expect(amountOf(money)).toBe(back);
  });

  test('a float is refused', () =>
    // @ts-expect-error the type refuses it first
    expect(() => moneyOf(12.5, 'USD')).toThrow('not a decimal'));

  test('currencies do not mix', () =>
    expect(() => addMoney(moneyOf('1', 'USD'), moneyOf('1', 'EUR'))).toThrow('USD and EUR do not add up'));
});
