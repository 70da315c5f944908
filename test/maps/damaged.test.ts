import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateDocument } from '../../src/documents/validate.ts';
import { agreementOf, mapNamed } from './base-maps.ts';
import { fixturePath, MAP_NAMES, type MapName, placedFrom, stemsOf } from './fixtures.ts';

/*
 * What partners send is rarely what a fixture holds. However a transaction is damaged, reading and writing give values and Problems, never a
 * throw, and a document that is given is one the schema knows.
 */
type Damage = (segments: string[], at: number, element: number) => void;

const DAMAGES: Readonly<Record<string, Damage>> = {
  'leave a segment out': (segments, at) => segments.splice(at, 1),
  'repeat a segment': (segments, at) => segments.splice(at, 0, segments[at] ?? ''),
  'move a segment to the end': (segments, at) => segments.push(...segments.splice(at, 1)),
  'swap two segments': (segments, at) => segments.splice(at, 2, ...segments.slice(at, at + 2).toReversed()),
  'empty an element': inElement(() => ''),
  'fill an element with blanks': inElement(() => '   '),
  'put words where a code was': inElement(() => 'NO SUCH THING'),
  'put a date that does not exist': inElement(() => '20261399'),
  'put a number too long to count': inElement(() => '9'.repeat(70)),
  'put a minus before': inElement((text) => `-${text}`),
  'put a point before': inElement((text) => `.${text}`),
  'make it long': inElement((text) => `${text}${'X'.repeat(300)}`),
};

function inElement(change: (text: string) => string): Damage {
  return (segments, at, element) => {
    const parts = (segments[at] ?? '').split(/([*+:])/);
    const index = 2 * (1 + (element % Math.max((parts.length - 1) / 2, 1)));
    if (parts[index] !== undefined) parts[index] = change(parts[index]);
    segments[at] = parts.join('');
  };
}

interface Hit {
  readonly damage: string;
  readonly at: number;
  readonly element: number;
}

function damaged(map: MapName, stem: string, hits: readonly Hit[]): Uint8Array {
  const text = readFileSync(fixturePath(map, `${stem}.edi`), 'latin1');
  const terminator = map.startsWith('x12') ? '~\n' : "'\n";
  const all = text.split(terminator);
  const first = all.findIndex((segment) => /^(ST|UNH)[*+]/.test(segment)) + 1;
  const last = all.findIndex((segment) => /^(SE|UNT)[*+]/.test(segment));
  const body = all.slice(first, last);
  for (const { damage, at, element } of hits) DAMAGES[damage]?.(body, at % Math.max(body.length, 1), element);
  return Buffer.from([...all.slice(0, first), ...body, ...all.slice(last)].join(terminator), 'latin1');
}

const hits = fc.array(
  fc.record({ damage: fc.constantFrom(...Object.keys(DAMAGES)), at: fc.nat(200), element: fc.nat(30) }),
  { minLength: 1, maxLength: 6 },
);

describe('however a transaction is damaged', () => {
  test.each(MAP_NAMES)(
    '%s',
    (map) => {
      const example = fc.constantFrom(...stemsOf(map));
      fc.assert(
        fc.property(example, hits, (stem, wounds) => {
          const { placed } = placedFrom(damaged(map, stem, wounds));
          const agreement = agreementOf(placed);
          const { document, problems } = mapNamed(map).read(placed, agreement);
          if (document === null) {
            expect(problems.filter(({ severity }) => severity === 'error')).not.toEqual([]);
            return;
          }
          const check = validateDocument(mapNamed(map).document, document);
          expect(check.valid ? [] : check.faults).toEqual([]);
          const { draft, unwritten } = mapNamed(map).write(document, agreement);
          expect(draft.segments.length + unwritten.length).toBeGreaterThan(0);
        }),
        { numRuns: 200 },
      );
    },
    30_000,
  );
});
