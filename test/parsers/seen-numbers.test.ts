import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeenNumbers } from '../../src/parsers/seen-numbers.ts';

const number = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((value) => String(value).padStart(4, '0')),
  fc.integer({ min: 0, max: 30 }).map((value) => `M${value}`),
  fc.string({ maxLength: 3 }),
  fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
);

describe('control numbers seen', () => {
  test('answers as a set does, also from its state', () =>
    fc.assert(
      fc.property(fc.array(number, { maxLength: 300 }), fc.nat(300), (numbers, stopAt) => {
        let seen = new SeenNumbers();
        const all = new Set<string>();
        for (const [index, one] of numbers.entries()) {
          if (index === stopAt) seen = new SeenNumbers(JSON.parse(JSON.stringify(seen.state())));
          expect(seen.add(one), one).toBe(!all.has(one));
          all.add(one);
        }
      }),
    ));

  test('a hundred thousand that count upwards are one run', () => {
    const seen = new SeenNumbers();
    for (let value = 1; value <= 100_000; value++) seen.add(String(value).padStart(9, '0'));
    expect(seen.state()).toEqual({ runs: [['', 9, 1, 100_000]], odd: [] });
    expect(seen.add('000050000')).toBe(false);
    expect(seen.add('50000')).toBe(true);
  });
});
