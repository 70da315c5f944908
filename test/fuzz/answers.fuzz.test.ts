import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answered, BASES, changed, placesOf, VALUES } from '../cli/answered.ts';

/* An answer is written, judged and read by a second reader, 20 times the work of a run elsewhere: 100 of 2,000, and of the pairs every tenth. */
const numRuns = Math.ceil(Number(process.env.FUZZ_RUNS ?? 6_000) / 20);
const stride = process.env.FUZZ_RUNS === undefined ? 1 : 10;

describe.each(Object.keys(BASES))('answers to %s', (name) => {
  const base = BASES[name] ?? '';
  const places = placesOf(base);

  test('every value at every place of a header is answered so that a translator takes it, or not at all', async () => {
    const faults: unknown[] = [];
    for (const [at, place] of places.entries()) {
      for (const [index, value] of VALUES.entries()) {
        if ((at + index) % stride !== 0) continue;
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
