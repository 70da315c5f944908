import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgreementValues } from '../../src/mappers/index.ts';
import { comparable } from './comparable.ts';
import { documentsOf } from './documents-of.ts';
import { bytesOf, placedOf } from './wire.ts';
import { EXAMPLES, type ExampleName, exampleMap } from './world.ts';

const AGREEMENT = { currency: 'USD', adxSign: 'keep', creditSign: 'keep' };
const shaped = (shape: string) => ({ ...AGREEMENT, shipNotice: { shape } });
const CASES: (readonly [ExampleName, string, AgreementValues])[] = EXAMPLES.flatMap(
  (name): [ExampleName, string, AgreementValues][] =>
    name === '4-ship-notice'
      ? ['0001', '0002', '0004'].map((shape) => [name, ` as ${shape}`, shaped(shape)])
      : [[name, '', AGREEMENT]],
);

const STANDARDS_OWN: ReadonlySet<string> = new Set([
  'map/element-missing',
  'map/segment-missing',
  'map/note-violated',
  'map/balance-differs',
]);

describe('document → bytes → document is identity', () => {
  test.each(CASES)('%s%s', (name, _shape, agreement) => {
    const map = exampleMap(name);
    let written = 0;
    fc.assert(
      fc.property(documentsOf(map, agreement), (document) => {
        const writing = map.write(document, agreement);
        // What the standard wants beyond the map is another test's: a segment without its mandatory element still comes back as it went.
        fc.pre(writing.problems.every(({ message }) => !message.includes('would open its group without')));
        const wrong = writing.problems.filter(({ code }) => !STANDARDS_OWN.has(code));
        expect(wrong.map(({ message }) => message)).toEqual([]);
        expect(writing.unwritten).toEqual([]);
        written++;
        const reading = map.read(placedOf(bytesOf(writing.draft)), agreement);
        expect(comparable(reading.document)).toEqual(comparable(document));
      }),
      { numRuns: 60 },
    );
    expect(written).toBeGreaterThan(0);
  });
});
