import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openStandards } from '../../src/library/standards.ts';
import { SegmentChecks } from '../../src/parsers/check-elements.ts';
import { isSurelyRight } from '../../src/parsers/check-rows.ts';
import { createReader } from '../../src/parsers/index.ts';
import { ProblemList } from '../../src/parsers/problem-list.ts';
import type { Segment, Transaction } from '../../src/parsers/transaction.ts';
import { SegmentView } from '../../src/parsers/view.ts';

/* What the check over the index calls right must be right to the check over strings, which is the one that tells. */

const standards = openStandards();

/** Hides that a segment is a view, so that only the check over strings can look at it. */
const asPlain = (view: Segment): Segment => ({
  tag: view.tag,
  number: view.number,
  byteOffset: view.byteOffset,
  elementCount: view.elementCount,
  value: (element, component, repetition) => view.value(element, component, repetition),
  repetitionCount: (element) => view.repetitionCount(element),
  componentCount: (element, repetition) => view.componentCount(element, repetition),
  byteOffsetOf: (element, component, repetition) => view.byteOffsetOf(element, component, repetition),
});

function read(text: string): Transaction {
  const reader = createReader();
  const events = [...reader.push(Buffer.from(text, 'latin1')), ...reader.end()];
  const found = events.find((event) => event.kind === 'transaction');
  if (found?.kind !== 'transaction') throw new Error('no transaction');
  return found.transaction;
}

const x12 = (segment: string, version = '004010') =>
  read(
    `ISA*00*          *00*          *ZZ*AAAAAAAAA      *ZZ*BBBBBBBBB      *260101*1200*${version < '004020' ? 'U' : '^'}*${version < '004020' ? '00401' : '00501'}*000000001*0*P*:~GS*PO*A*B*20260101*1200*1*X*${version}~ST*850*0001~${segment}~SE*3*0001~GE*1*1~IEA*1*000000001~`,
  );
const edifact = (segment: string) =>
  read(`UNB+UNOC:3+A:14+B:14+260101:1200+1'UNH+1+ORDERS:D:96A:UN'${segment}'UNT+3+1'UNZ+1+1'`);

function judge(transaction: Transaction): { sure: boolean; told: readonly unknown[]; plain: readonly unknown[] } {
  const view = transaction.segments[1];
  const definition = standards.version(transaction.syntax, transaction.version)?.segments.get(view?.tag ?? '');
  if (!(view instanceof SegmentView) || definition === undefined) return { sure: false, told: [], plain: [] };
  const problemsOf = (segment: Segment) => {
    const list = new ProblemList();
    const layers = { elements: true, codes: true, notes: true };
    new SegmentChecks(transaction, transaction.version, layers, list).check(segment, definition, null);
    return list.problems;
  };
  return {
    sure: isSurelyRight(view, definition, transaction.syntax),
    told: problemsOf(view),
    plain: problemsOf(asPlain(view)),
  };
}

const RIGHT_X12 = [
  'N1*ST*ACME STORES*92*1234',
  'BEG*00*SA*4500*20*20240229',
  'BEG*00*SA*4500**20260131',
  'PO1*1*228*DZ*198.91*PE*UP*239333757001*VN*ABC-32333',
  'PO1*1*-2*EA*7',
  'REF*LT*238494989**ZZ:4131962',
  'DTM*002*20260630*1530',
  'SDQ*EA*92*0001*10*0002*20',
];
const RIGHT_EDIFACT = [
  'DTM+137:20240728:102',
  'DTM+203:202407281530:203',
  'NAD+BY+5412345612838::9',
  'QTY+21:386.5:PCE',
  'QTY+21:386,5:PCE',
  'PRI+AAA:48.24:CT::1:PCE',
  'PIA+1+ABC-41319:SA+2492121:IN',
];

describe('segments as senders write them are surely right', () => {
  test.each(RIGHT_X12)('%s', (segment) => {
    expect(judge(x12(segment))).toEqual({ sure: true, told: [], plain: [] });
  });
  test.each(RIGHT_EDIFACT)('%s', (segment) => {
    expect(judge(edifact(segment))).toEqual({ sure: true, told: [], plain: [] });
  });
});

test.each([
  'BEG*00*SA*4500**20260230',
  'BEG*00*SA*4500**20261301',
  'BEG*00*SA*4500**2026013A',
  'BEG*00*SA*4500*',
  'BEG*00*SA',
  'DTM*002*20260630*2460',
  'N1*ST*ACME*92',
  'N1*ST*A\tB',
  'N1*QQQ*ACME',
  'N1*ST*   ',
  'N1*ST*A:B',
  'PO1*1*2-*EA*7',
  'PO1*1*1.2.3*EA*7',
  'PO1*1*-*EA*7',
  'REF*LT*1**ZZ:',
  'REF*LT*1**:4',
])('a mistake is told: %s', (segment) => {
  const { sure, told, plain } = judge(x12(segment));
  expect(sure).toBe(false);
  expect(told).not.toEqual([]);
  expect(told).toEqual(plain);
});

const TAGS_X12 = [
  'BEG',
  'N1',
  'PO1',
  'REF',
  'DTM',
  'SDQ',
  'CTT',
  'ITD',
  'PID',
  'SAC',
  'MEA',
  'CUR',
  'N4',
  'G62',
  'PER',
];
const TAGS_EDIFACT = [
  'DTM',
  'NAD',
  'QTY',
  'PRI',
  'PIA',
  'LIN',
  'MOA',
  'RFF',
  'BGM',
  'CUX',
  'IMD',
  'FTX',
  'TDT',
  'ALI',
  'PCD',
];
const VALUES = [
  '',
  '',
  ' ',
  '  ',
  '0',
  '1',
  '00',
  '02',
  '12',
  '137',
  '102',
  '203',
  '2',
  '-1',
  '-',
  '1.5',
  '1.',
  '.5',
  '1,5',
  '-0.25',
  '1234567890123456',
  'SA',
  'ST',
  'EA',
  'UP',
  'VN',
  'ZZ',
  'AAA',
  'PCE',
  'USD',
  'BY',
  'D8',
  'TM',
  ' EA',
  'A B',
  'É',
  'A\tB',
  'A\u007fB',
  '20260131',
  '20260230',
  '260131',
  '202601311530',
  '1530',
  '2460',
  '153059',
  '15305999',
  '?',
  '??',
  "?'",
  '^',
  'A^B',
  '\r\n',
  'ABC-32333',
  'X'.repeat(81),
];

const segmentOf = (tags: readonly string[], element: string, component: string) =>
  fc
    .tuple(
      fc.constantFrom(...tags),
      fc.array(fc.array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 4 }), { maxLength: 9 }),
      fc.boolean(),
    )
    .map(([tag, elements, isFlat]) =>
      [tag, ...elements.map((parts) => (isFlat ? (parts[0] ?? '') : parts.join(component)))].join(element),
    );

/** A right segment with one value exchanged: most mistakes stand alone. */
const nearlyRight = (segments: readonly string[], separators: RegExp) =>
  fc.tuple(fc.constantFrom(...segments), fc.nat(20), fc.constantFrom(...VALUES)).map(([segment, at, value]) => {
    const pieces = segment.split(separators);
    const index = 2 * (1 + (at % ((pieces.length - 1) / 2)));
    return pieces.with(index, value).join('');
  });

describe('the index and the strings agree on any segment', () => {
  test.each(['004010', '005010'])('X12 %s', (version) => {
    fc.assert(
      fc.property(fc.oneof(nearlyRight(RIGHT_X12, /([*:])/), segmentOf(TAGS_X12, '*', ':')), (segment) => {
        const { sure, told, plain } = judge(x12(segment, version));
        expect(told).toEqual(plain);
        if (sure) expect(plain).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
  test('EDIFACT', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyRight(RIGHT_EDIFACT, /([+:])/), segmentOf(TAGS_EDIFACT, '+', ':')), (segment) => {
        const { sure, told, plain } = judge(edifact(segment));
        expect(told).toEqual(plain);
        if (sure) expect(plain).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
