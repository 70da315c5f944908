import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import type { Order } from '../../src/documents/order.ts';
import { comparable } from '../mappers/comparable.ts';
import { documentsOf } from '../mappers/documents-of.ts';
import { bytesOf, placedOf } from '../mappers/wire.ts';
import { mapNamed } from './base-maps.ts';
import { MAP_NAMES } from './fixtures.ts';

/*
 * The promise of the map language for every base map. Generated documents know nothing of codes that hang together (a percentage is of something,
 * a kind of terms goes with its days), so what comes back may say more than what went out, never less and never something else: and from then on
 * it stays as it is.
 */
const AGREEMENT = { currency: 'USD', adxSign: 'keep', creditSign: 'keep', shipNotice: { shape: '0001' } };

/** The same documents at every run, so that a change is judged by itself; FUZZ_RUNS asks for that many others. */
const RUNS =
  process.env.FUZZ_RUNS === undefined ? { numRuns: 30, seed: 20_261_125 } : { numRuns: Number(process.env.FUZZ_RUNS) };

/** What the standard wants beyond the map, and sums generated at random: another test's. */
const STANDARDS_OWN: ReadonlySet<string> = new Set([
  'map/element-missing',
  'map/segment-missing',
  'map/note-violated',
  'map/balance-differs',
]);

/**
 * A line's text of 005010 goes to MTX or to N9, whose code lists differ: one kind has two originals there, and a generated text may bring the
 * one of the other place; and those of one place come back before those of the other.
 */
function kinds(name: string, document: Document): Document {
  if (name !== 'x12/005010/850' || !('lines' in document)) return document;
  const lines = (document as Order).lines.map(({ texts, ...line }) => ({
    ...line,
    ...(texts !== undefined && {
      texts: texts
        .map(({ kind, ...text }) => ({ ...text, kind: kind?.code ?? kind?.original }))
        .toSorted((a, b) =>
          JSON.stringify(Object.entries(a).sort()).localeCompare(JSON.stringify(Object.entries(b).sort())),
        ),
    }),
  }));
  return { ...document, lines } as unknown as Document;
}

/** A group whose first segment would lack what makes it one is left out. */
const LOST = 'would open its group without';

describe('a generated document goes out, and comes back', () => {
  test.each(MAP_NAMES)('%s', (name) => {
    const map = mapNamed(name);
    const send = (document: Document) => {
      const { draft, problems, unwritten } = map.write(document, AGREEMENT);
      const told = problems
        .filter(({ code, message }) => !STANDARDS_OWN.has(code) || message.includes(LOST))
        .map(({ message }) => message);
      return { draft, told, unwritten };
    };
    const receive = (draft: ReturnType<typeof send>['draft']) => map.read(placedOf(bytesOf(draft)), AGREEMENT).document;
    let whole = 0;
    fc.assert(
      fc.property(documentsOf(map, AGREEMENT), (document) => {
        const first = send(document);
        const read = receive(first.draft);
        if (read === null) return fc.pre(false);
        if (first.told.length === 0) {
          whole++;
          expect(first.unwritten).toEqual([]);
          if (!('contents' in document)) expect(kinds(name, read)).toMatchObject(kinds(name, document));
        } else if ('contents' in document) return; // a structure no shape has
        const again = send(read);
        expect(again.told.filter((message) => !message.includes(LOST))).toEqual([]);
        expect(again.unwritten).toEqual([]);
        expect(comparable(receive(again.draft))).toEqual(comparable(read));
      }),
      RUNS,
    );
    expect(whole).toBeGreaterThan(0);
  });
});
