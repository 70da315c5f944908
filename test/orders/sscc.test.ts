import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDigit, isSscc, serialCapacity, ssccOf } from '../../src/orders/sscc.ts';

test.each`
  digits                 | check
  ${'10614141123456789'} | ${'7'}
  ${'00614141123456789'} | ${'0'}
  ${'400638133393'}      | ${'1'}
  ${'1061414100041'}     | ${'5'}
  ${'03600029145'}       | ${'2'}
`('the check digit of $digits is $check', ({ digits, check }) => expect(checkDigit(digits)).toBe(check));

test.each`
  extension | prefix            | serial         | sscc
  ${1}      | ${'0614141'}      | ${123_456_789} | ${'106141411234567897'}
  ${0}      | ${'0614141'}      | ${123_456_789} | ${'006141411234567890'}
  ${9}      | ${'0614141'}      | ${0}           | ${'906141410000000008'}
  ${3}      | ${'952123456789'} | ${9999}        | ${'395212345678999998'}
`('$extension $prefix $serial is $sscc', ({ extension, prefix, serial, sscc }) => {
  expect(ssccOf(extension, prefix, serial)).toBe(sscc);
  expect(isSscc(sscc)).toBe(true);
});

test.each`
  prefix            | capacity
  ${'0614141'}      | ${1_000_000_000}
  ${'952123456789'} | ${10_000}
`('$prefix holds $capacity serials, and not one more', ({ prefix, capacity }) => {
  expect(serialCapacity(prefix)).toBe(capacity);
  expect(() => ssccOf(0, prefix, capacity)).toThrow(RangeError);
});

test.each([
  [10, '0614141', 1],
  [-1, '0614141', 1],
  [0, '061414', 1],
  [0, '0614141234567', 1],
  [0, '06141x1', 1],
  [0, '0614141', -1],
  [0, '0614141', 1.5],
])('%s %s %s is refused', (extension, prefix, serial) =>
  expect(() => ssccOf(extension, prefix, serial)).toThrow(RangeError),
);

test('one wrong digit is always caught, and so is a swap of neighbours that do not differ by five', () => {
  const anySscc = fc.integer({ min: 0, max: 999_999_999 }).map((serial) => ssccOf(1, '0614141', serial));
  fc.assert(
    fc.property(anySscc, fc.nat({ max: 17 }), fc.integer({ min: 1, max: 9 }), (sscc, index, by) => {
      const wrong = String((Number(sscc.charAt(index)) + by) % 10);
      expect(isSscc(`${sscc.slice(0, index)}${wrong}${sscc.slice(index + 1)}`)).toBe(false);
      if (index === 17) return;
      const [a, b] = [sscc.charAt(index), sscc.charAt(index + 1)];
      const caught = a !== b && Math.abs(Number(a) - Number(b)) !== 5;
      if (caught) expect(isSscc(`${sscc.slice(0, index)}${b}${a}${sscc.slice(index + 2)}`)).toBe(false);
    }),
  );
});
