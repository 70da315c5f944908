import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import { documentsOf } from '../mappers/documents-of.ts';
import { bytesOf, placedOf } from '../mappers/wire.ts';
import { mapNamed } from './base-maps.ts';
import type { MapName } from './fixtures.ts';
import { type Difference, differences, placeOf, without } from './same-document.ts';

/*
 * One document, written as X12 and as EDIFACT, is the same document when it is read: business rules never see which it was. Documents are
 * generated from the one syntax's map, read from its bytes, written in the other and read again. Every value must then be the same, but for
 * what the writing listed as unwritten and what stands in EXCUSED with its reason. Nothing is left out silently.
 */
const PAIRS: readonly (readonly [MapName, MapName])[] = [
  ['x12/004010/850', 'edifact/D96A/ORDERS'],
  ['x12/004010/860', 'edifact/D96A/ORDCHG'],
  ['x12/004010/855', 'edifact/D96A/ORDRSP'],
  ['x12/004010/865', 'edifact/D96A/ORDRSP'],
  ['x12/004010/856', 'edifact/D96A/DESADV'],
  ['x12/004010/810', 'edifact/D96A/INVOIC'],
  ['x12/004010/820', 'edifact/D96A/REMADV'],
  ['x12/004010/824', 'edifact/D96A/APERAK'],
  ['x12/005010/850', 'edifact/D01B/ORDERS'],
  ['x12/005010/855', 'edifact/D01B/ORDRSP'],
  ['x12/005010/856', 'edifact/D01B/DESADV'],
  ['x12/005010/810', 'edifact/D01B/INVOIC'],
  ['x12/005010/820', 'edifact/D01B/REMADV'],
];
/** An ORDRSP says not what a change did with a line (POC02): no 865 can be made of it. */
const BOTH_WAYS = PAIRS.flatMap(([x12, edifact]) => [
  [x12, edifact] as const,
  ...(x12.endsWith('865') ? [] : [[edifact, x12] as const]),
]);

const AGREEMENT = { currency: 'EUR', adxSign: 'keep', creditSign: 'keep', shipNotice: { shape: '0001' } };

const plainText = (document: Document | null): Document | null =>
  JSON.parse(JSON.stringify(document).replaceAll('\\n', ' '));
const throughWire = (name: MapName, document: Document): Document | null => {
  const { draft } = mapNamed(name).write(document, AGREEMENT);
  return plainText(mapNamed(name).read(placedOf(bytesOf(draft)), AGREEMENT).document);
};

/** "lines[3].charges[0].kind: ALC01 is mandatory, and nothing in the document goes there." */
const LACKING = /^(\S+\])\.\w[\w.]*: [A-Z0-9-]+ is mandatory/;
/** A group that would lack the segment it opens with is not written, and such a message not sent. */
const UNOPENED = 'would open its group without';

interface Sayable {
  readonly said: Document;
  /** Words that have no code here, and the wider one that was written with a warning. */
  readonly wider: ReadonlyMap<string, string>;
}

/** What can be said of a document in a syntax: without what its writing lists, until it lists nothing more; null when that is nothing. */
function sayable(name: MapName, document: Document): Sayable | null {
  const map = mapNamed(name);
  let said: Document | null = document;
  for (let round = 0; round < roundsMax && said !== null; round++) {
    const { unwritten, problems } = map.write(said, AGREEMENT);
    const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    const lacking = errors.flatMap((message) => LACKING.exec(message)?.[1] ?? []);
    if (unwritten.length + lacking.length === 0)
      return errors.some((message) => message.includes(UNOPENED)) ? null : { said, wider: widerWords(problems) };
    said = without(map.document, said, [...unwritten, ...lacking]);
  }
  if (said !== null) throw new Error('what is unwritten is told again and again');
  return null;
}
const roundsMax = 40;

const WIDER = /is '([\w-]+)', which has no code of its own here: '([\w-]+)' was written/;
const widerWords = (problems: readonly { message: string }[]) =>
  new Map(
    problems.flatMap(({ message }) => {
      const [, word = '', wider = ''] = WIDER.exec(message) ?? [];
      return word === '' ? [] : [[word, wider] as const];
    }),
  );

/** What one syntax says by what the other leaves unsaid, so that it reads back as more. Each with its reason; nothing else may be gained. */
const GAINED: readonly {
  readonly by: 'x12' | 'edifact';
  readonly paths: RegExp;
  readonly values?: RegExp;
  readonly why: string;
}[] = [
  { by: 'edifact', paths: /carriage\.stage$/, values: /^main$/, why: 'TDT01 is mandatory: unsaid it is 20' },
  {
    by: 'edifact',
    paths: /carriage\.place\.kind$/,
    values: /^terms-of-delivery$/,
    why: 'LOC01 is mandatory: unsaid it is 1',
  },
  { by: 'edifact', paths: /measurements\[\]\.purpose$/, values: /^line$/, why: 'MEA01 is mandatory: unsaid it is AAE' },
  { by: 'edifact', paths: /schedule\[\]\.status$/, values: /^firm$/, why: 'SCC01 is mandatory: unsaid it is 1' },
  {
    by: 'edifact',
    paths: /terms\[\]\.basis$/,
    values: /^mutually-defined$/,
    why: 'PAT03-1 is mandatory in its composite: unsaid it is ZZZ',
  },
  {
    by: 'edifact',
    paths: /terms\[\]\.kind$/,
    values: /^(cash-discount|basic)$/,
    why: 'PAT01 says whether days are of a discount',
  },
  { by: 'edifact', paths: /texts\[\]\.kind$/, values: /^note$/, why: 'FTX01 is mandatory: unsaid it is AAI' },
  { by: 'edifact', paths: /price\.kind$/, values: /^net$/, why: 'PRI01-1 is mandatory: unsaid it is AAA' },
  {
    by: 'edifact',
    paths: /^packs\[\]\.packaging$/,
    values: /^pallet$/,
    why: 'PAC03-1 is what tells a pallet from a carton',
  },
  {
    by: 'edifact',
    paths: /^packs\[\]\.measurements\[\]\.kind$/,
    why: 'MEA02-1 is what tells a measurement from a weight',
  },
  {
    by: 'edifact',
    paths: /^orders\[\]\.number$/,
    why: 'an order is named by the lines that ship it, and nowhere else',
  },
  { by: 'x12', paths: /charges\[\]\.percentOf$/, values: /^gross$/, why: 'SAC06 is mandatory beside a percentage' },
  {
    by: 'x12',
    paths: /price\.(per|basis)$/,
    why: 'PO105 and IT105 hold both how many units a price is for and how it was made',
  },
  { by: 'x12', paths: /carriage\.(carrierName|routing)$/, why: 'TD505 and CAD05 hold both the routing and the name' },
  { by: 'x12', paths: /carriage\.carrier\.scheme$/, values: /^scac$/, why: 'CAD04 is always a SCAC' },
  { by: 'x12', paths: /^structure$/, why: 'BSN05 is mandatory where the shape is' },
  {
    by: 'x12',
    paths: /^lines\[\]\.(orderNumber|orderLine|number)$/,
    why: 'BIG04 is the order of every line, and IT101 both numbers of one',
  },
  { by: 'x12', paths: /^entities\[\]\.number$/, why: 'ENT01 is mandatory' },
  { by: 'x12', paths: /^payment\.traceKind$/, why: 'TRN01 is mandatory' },
];
/** A free text that also says of what it is: X12 has one place for both, and the text is then the description (PID01 F). */
const DESCRIBED = /^lines\[\]\.(description|features\[\]\.(kind|type|text|value))$/;

const isExcused = (to: MapName, difference: Difference, wider: ReadonlyMap<string, string>): boolean => {
  const { how, value } = difference;
  const path = placeOf(difference);
  if (how === 'lost' ? wider.has(value) : [...wider.values()].includes(value)) return true;
  if (to.startsWith('x12') && DESCRIBED.test(path)) return true;
  if (how === 'lost') return mapNamed(to).spec.derived.includes(path.replaceAll('[]', ''));
  return GAINED.some((one) => to.startsWith(one.by) && one.paths.test(path) && (one.values?.test(value) ?? true));
};

const leaves = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 1
    : Object.values(value).reduce<number>((sum, inner) => sum + leaves(inner), 0);

describe('a document is the same in both syntaxes', () => {
  test.each(BOTH_WAYS)('%s and then %s', (from, to) => {
    let said = 0;
    fc.assert(
      fc.property(documentsOf(mapNamed(from), AGREEMENT), (generated) => {
        const first = throughWire(from, generated);
        const common = first === null ? null : sayable(to, first);
        if (common === null) return;
        const back = throughWire(to, common.said);
        if (back === null) throw new Error('what was written cannot be understood');
        expect(differences(common.said, back).filter((one) => !isExcused(to, one, common.wider))).toEqual([]);
        said += leaves(common.said);
      }),
      // The same documents at every run, so that a change is judged by itself; FUZZ_RUNS asks for that many others.
      process.env.FUZZ_RUNS === undefined
        ? { numRuns: 20, seed: 20_261_125 }
        : { numRuns: Number(process.env.FUZZ_RUNS) },
    );
    // A pair that has hardly anything to say would prove nothing.
    expect(said).toBeGreaterThan(150);
  });
});
