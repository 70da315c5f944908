import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answered, BASES, type Change, changed, placesOf, VALUES } from './answered.ts';

/* The long run, every value at every place and more of them together, is test/fuzz/answers.fuzz.test.ts. */
describe.each(Object.keys(BASES))('an answer of ours is one a translator takes: %s', (name) => {
  const base = BASES[name] ?? '';
  const places = placesOf(base);

  test('every place of a header with one value of many', async () => {
    expect((await answered(base)).fault).toBeNull();
    let written = 0;
    for (const [index, place] of places.entries()) {
      const value = VALUES[(index * 7) % VALUES.length] ?? '';
      const { answers, fault } = await answered(changed(base, [{ ...place, value }]));
      expect({ place, value, fault }).toEqual({ place, value, fault: null });
      written += answers;
    }
    expect(written).toBeGreaterThan(places.length / 2);
  });

  test('several of them at once', async () => {
    const change = fc.record({ place: fc.constantFrom(...places), value: fc.constantFrom(...VALUES) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (drawn) => {
        const changes: Change[] = drawn.map(({ place, value }) => ({ ...place, value }));
        expect((await answered(changed(base, changes))).fault).toBeNull();
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
