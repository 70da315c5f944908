import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import { comparable } from '../mappers/comparable.ts';
import { documentsOf } from '../mappers/documents-of.ts';
import { bytesOf, placedOf } from '../mappers/wire.ts';
import { mapNamed } from './base-maps.ts';
import type { MapName } from './fixtures.ts';

/*
 * One document, written as X12 and as EDIFACT, is the same document when it is read: business rules never see which it was. What one of the
 * two cannot say is told when it is written, and is left out first: the codes as sent are each syntax's own.
 */
const PAIRS: readonly (readonly [MapName, MapName])[] = [
  ['x12/004010/850', 'edifact/D96A/ORDERS'],
  ['x12/004010/860', 'edifact/D96A/ORDCHG'],
  ['x12/004010/855', 'edifact/D96A/ORDRSP'],
  ['x12/004010/856', 'edifact/D96A/DESADV'],
  ['x12/004010/810', 'edifact/D96A/INVOIC'],
  ['x12/004010/820', 'edifact/D96A/REMADV'],
  ['x12/004010/824', 'edifact/D96A/APERAK'],
];

const AGREEMENT = { currency: 'EUR', adxSign: 'keep', creditSign: 'keep', shipNotice: { shape: '0001' } };

/**
 * The codes as they were sent are each syntax's own; so is what X12 says by a constant where EDIFACT says nothing, and what it says twice: one
 * element holds the routing and the carrier's name.
 */
const ONLY_ONE: ReadonlySet<string> = new Set(['original', 'percentOf', 'structure', 'traceKind', 'routing']);
const inOurWords = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (ONLY_ONE.has(key)) return undefined;
      // EDIFACT must say of a price that it is net, X12 in its own word how many units it is for.
      return key === 'price' && typeof inner === 'object' ? { ...inner, kind: undefined, basis: undefined } : inner;
    }),
  ) as T;

function through(name: MapName, document: Document): { read: Document | null; told: number } {
  const map = mapNamed(name);
  const { draft, problems, unwritten } = map.write(document, AGREEMENT);
  const { document: read } = map.read(placedOf(bytesOf(draft)), AGREEMENT);
  return { read: read === null ? null : inOurWords(read), told: problems.length + unwritten.length };
}

const leaves = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 1
    : Object.values(value).reduce<number>((sum, inner) => sum + leaves(inner), 0);

/** What both can say of it: there and back until nothing more is lost. */
function common(x12: MapName, edifact: MapName, document: Document): Document | null {
  let here: Document | null = document;
  for (let round = 0; round < roundsMax && here !== null; round++) {
    const there: Document | null = through(edifact, here).read;
    const back: Document | null = there === null ? null : through(x12, there).read;
    if (back !== null && JSON.stringify(comparable(back)) === JSON.stringify(comparable(here))) return back;
    here = back;
  }
  return here;
}
const roundsMax = 6;

describe('a document is the same in both syntaxes', () => {
  test.each(PAIRS)('%s and %s', (x12, edifact) => {
    let said = 0;
    fc.assert(
      fc.property(documentsOf(mapNamed(x12), AGREEMENT), (generated) => {
        const first = through(x12, inOurWords(generated)).read;
        if (first === null) return;
        const other = through(edifact, first);
        // What EDIFACT loses of what X12 said, it tells.
        if (other.told === 0 && !('contents' in first)) expect(other.read).toMatchObject(first);
        const both = common(x12, edifact, first);
        if (both === null) return;
        const one = through(x12, both).read;
        const two = through(edifact, both).read;
        expect(comparable(two)).toEqual(comparable(one));
        said += leaves(both);
      }),
      // The same documents at every run, so that a change is judged by itself; FUZZ_RUNS asks for that many others.
      process.env.FUZZ_RUNS === undefined
        ? { numRuns: 25, seed: 20_261_125 }
        : { numRuns: Number(process.env.FUZZ_RUNS) },
    );
    expect(said).toBeGreaterThan(100);
  });
});
