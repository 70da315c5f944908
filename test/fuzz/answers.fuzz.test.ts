import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answered, BASES, changed, placesOf, VALUES } from '../cli/answered.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

describe.each(Object.keys(BASES))('answers to %s', (name) => {
  const base = BASES[name] ?? '';
  const places = placesOf(base);

  test('every value at every place of a header is answered so that a translator takes it, or not at all', async () => {
    const faults: unknown[] = [];
    for (const place of places) {
      for (const value of VALUES) {
        const { fault } = await answered(changed(base, [{ ...place, value }]));
        if (fault !== null) faults.push({ place, value, fault });
      }
    }
    expect(faults).toEqual([]);
  });

  test(`so are ${numRuns} headers with anything in several places`, async () => {
    const value = fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'binary-ascii', maxLength: 40 }));
    const change = fc.record({ place: fc.constantFrom(...places), value });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (drawn) => {
        const text = changed(
          base,
          drawn.map(({ place, value: to }) => ({ ...place, value: to })),
        );
        expect((await answered(text)).fault).toBeNull();
      }),
      { numRuns },
    );
  });
});
