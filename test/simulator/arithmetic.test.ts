import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amountText,
  centsOf,
  difference,
  extensionCents,
  gs1CheckDigit,
  isSscc,
  sameNumber,
  sumOf,
} from '../../src/simulator/arithmetic.ts';

describe('cents', () => {
  test.each`
    amount        | cents
    ${'12.50'}    | ${1250n}
    ${'12.5'}     | ${1250n}
    ${'12'}       | ${1200n}
    ${'.5'}       | ${50n}
    ${'-3.10'}    | ${-310n}
    ${'12.50000'} | ${1250n}
  `('$amount is $cents cents', ({ amount, cents }) => expect(centsOf(amount)).toBe(cents));

  test.each(['12.505', '', '1e3', '1,000', '.', '-'])('%j is no amount in cents', (amount) =>
    expect(() => centsOf(amount)).toThrow(RangeError),
  );

  test.each`
    quantity | price       | cents
    ${'12'}  | ${'12.50'}  | ${15_000n}
    ${'36'}  | ${'9.99'}   | ${35_964n}
    ${'3'}   | ${'0.335'}  | ${101n}
    ${'1'}   | ${'0.005'}  | ${1n}
    ${'1'}   | ${'0.004'}  | ${0n}
    ${'2.5'} | ${'1'}      | ${250n}
    ${'1'}   | ${'-0.005'} | ${-1n}
  `('$quantity at $price is $cents', ({ quantity, price, cents }) =>
    expect(extensionCents(quantity, price)).toBe(cents),
  );

  test('an amount reads back as its cents', () =>
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), (cents) => {
        expect(centsOf(amountText(cents))).toBe(cents);
      }),
    ));
});

describe('numbers', () => {
  test.each`
    a            | b          | same
    ${'10'}      | ${'10.00'} | ${true}
    ${'.5'}      | ${'0.50'}  | ${true}
    ${'10'}      | ${'10.01'} | ${false}
    ${'TEN'}     | ${'10'}    | ${false}
    ${undefined} | ${'10'}    | ${false}
  `('$a and $b: $same', ({ a, b, same }) => expect(sameNumber(a, b)).toBe(same));

  test('sums and differences are exact', () => {
    expect(sumOf(['0.1', '0.2', '60', '-0.30'])).toBe('60.00');
    expect(difference('100', '60')).toBe('40');
    expect(difference('1', '-0.5')).toBe('1.5');
    expect(sumOf([])).toBe('0');
  });
});

describe('SSCC', () => {
  // The GS1 check digit of numbers others published.
  test.each`
    body                   | digit
    ${'10614141123456789'} | ${'7'}
    ${'00614141123456789'} | ${'0'}
    ${'400638133393'}      | ${'1'}
    ${'03600029145'}       | ${'2'}
  `('$body ends in $digit', ({ body, digit }) => expect(gs1CheckDigit(body)).toBe(digit));

  test('any one wrong digit is found', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^\d{17}$/), fc.nat(17), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const sscc = body + gs1CheckDigit(body);
        const wrong = [...sscc]
          .map((digit, index) => (index === at ? String((Number(digit) + by) % 10) : digit))
          .join('');
        expect(isSscc(sscc)).toBe(true);
        expect(isSscc(wrong)).toBe(false);
      }),
    ));
});
