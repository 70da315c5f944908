import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameNumber } from '../../src/simulator/arithmetic.ts';
import { contentsOf, packed } from '../../src/simulator/packing.ts';

test.each([
  ['one carton', [{ line: '1', quantity: '24' }], ['carton:1=24']],
  [
    'a carton of two items',
    [
      { line: '1', quantity: '12' },
      { line: '2', quantity: '6' },
    ],
    ['carton:1=12,2=6'],
  ],
  [
    'two cartons, the second mixed',
    [
      { line: '1', quantity: '30' },
      { line: '2', quantity: '5' },
    ],
    ['carton:1=24', 'carton:1=6,2=5'],
  ],
  [
    'three cartons on a pallet',
    [{ line: '1', quantity: '60' }],
    ['pallet:', 'carton on P1:1=24', 'carton on P1:1=24', 'carton on P1:1=12'],
  ],
])('%s', (_name, parcels, expected) => {
  const told = packed(parcels).map(
    ({ kind, parent, contents }) =>
      `${kind}${parent === undefined ? '' : ` on ${parent}`}:${(contents ?? []).map(({ line, quantity }) => `${line}=${quantity}`).join(',')}`,
  );
  expect(told).toEqual(expected);
});

test('nothing is lost in packing, no carton is overfull, none is empty', () => {
  const parcels = fc.array(
    fc.record({ line: fc.constantFrom('1', '2', '3'), quantity: fc.integer({ min: 1, max: 300 }).map(String) }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(parcels, (some) => {
      const packs = packed(some);
      const wanted = new Map<string, number>();
      for (const { line, quantity } of some) wanted.set(line, (wanted.get(line) ?? 0) + Number(quantity));
      for (const [line, quantity] of wanted)
        expect(sameNumber(contentsOf(packs).get(line), String(quantity))).toBe(true);
      for (const { kind, contents } of packs) {
        const pieces = (contents ?? []).reduce((sum, { quantity }) => sum + Number(quantity), 0);
        expect(pieces).toBeLessThanOrEqual(24);
        if (kind === 'carton') expect(pieces).toBeGreaterThan(0);
      }
    }),
  );
});
