import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isDecimal, sameDecimal } from '../../src/core/decimal.ts';
import type { MapReading, MapWriting, WirePlace } from '../../src/mappers/index.ts';
import type { DraftElement } from '../../src/parsers/draft.ts';
import type { PlacedTransaction } from '../../src/parsers/transaction.ts';
import { comparable } from './comparable.ts';
import { bytesOf, placedEdifact, placedOf } from './wire.ts';
import { type ExampleName, exampleMap } from './world.ts';

/*
 * bytes → document → bytes: every element the map reads comes back with its value, and every other one is listed as unmapped.
 */
const FOLDERS: Readonly<Partial<Record<ExampleName, string>>> = {
  '1-order-header': 'x12/004010/850',
  '2-order-lines': 'x12/004010/850',
  '3-order-response': 'x12/004010/855',
  '4-ship-notice': 'x12/004010/856',
  '5-invoice': 'x12/004010/810',
  '6-remittance': 'x12/004010/820',
  '7-orders': 'edifact/D96A/ORDERS',
};
const AGREEMENT = { currency: 'USD', adxSign: 'keep', creditSign: 'keep' };

const FIXTURES = Object.entries(FOLDERS).flatMap(([name, folder]) => {
  const url = new URL(`../../fixtures/${folder}/`, import.meta.url);
  return readdirSync(url)
    .filter((file) => file.endsWith('.edi') && !file.endsWith('.out.edi'))
    .map((file) => [name as ExampleName, file, () => placedOf(readFileSync(new URL(file, url)))] as const);
});

const DESADV = () =>
  placedEdifact('DESADV', [
    'BGM+351+SN1+9',
    'DTM+137:20261122:102',
    'DTM+11:20261122:102',
    'CPS+1',
    'CPS+2+1',
    'PAC+1++201',
    'PCI+33E',
    'GIN+BJ+006141410000010332',
    'CPS+3+2',
    'PAC+1++CT',
    'PCI+33E',
    'GIN+BJ+006141410000010349',
    'LIN+1++4012345001013:EN',
    'QTY+12:24:PCE',
    'RFF+ON:PO77',
    'LIN+2++4012345001020:EN',
    'QTY+12:6:PCE',
    'RFF+ON:PO78',
  ]);
const INVOIC = () =>
  placedEdifact('INVOIC', [
    'BGM+380+R1+9',
    'DTM+137:20261122:102',
    'CUX+2:EUR:4',
    'ALC+C++++FC',
    'PCD+3:5',
    'MOA+8:12.50',
    'TAX+7+VAT+++:::19',
    'MOA+124:2.38',
    'LIN+1++4012345001013:EN',
    'QTY+47:24:PCE',
    'MOA+203:250.00',
    'UNS+S',
    'CNT+2:1',
    'MOA+79:250.00',
    'MOA+131:12.50',
    'MOA+125:262.50',
    'MOA+176:49.88',
    'MOA+77:312.38',
    'TAX+7+VAT+++:::19',
    'MOA+125:262.50',
    'MOA+124:49.88',
  ]);

const textAt = (placed: PlacedTransaction, { segmentNumber, element, component, repetition }: WirePlace): string =>
  placed.transaction.segments[segmentNumber - 1]?.value(element, component ?? 1, repetition ?? 1) ?? '';

function draftText({ draft }: MapWriting, { segmentNumber, tag, element, component }: WirePlace): string {
  const segment = draft.segments[segmentNumber - 2];
  expect(segment?.tag).toBe(tag);
  const found: DraftElement = segment?.elements[element - 1] ?? '';
  if (typeof found === 'string') return found;
  return 'repetitions' in found ? '' : (found[(component ?? 1) - 1] ?? '');
}

/** A comma is a decimal mark too, in EDIFACT. */
const plain = (text: string) => text.replace(/^(\d+),(\d+)$/, '$1.$2');
const sameText = (a: string, b: string) =>
  a === b || (isDecimal(plain(a)) && isDecimal(plain(b)) && sameDecimal(plain(a), plain(b)));

/** A shape is the agreement's to say: here, the one that was sent. */
const agreementFor = ({ transaction }: PlacedTransaction) => {
  const shape = transaction.segments.find(({ tag }) => tag === 'BSN')?.value(5) || '0001';
  return { ...AGREEMENT, shipNotice: { shape } };
};

/** Paths a warning says are written elsewhere or in another form. */
const moved = ({ problems }: MapReading) => problems.some(({ code }) => code === 'map/alternative-read');

function checkBytes(name: ExampleName, placed: PlacedTransaction): void {
  const map = exampleMap(name);
  const agreement = agreementFor(placed);
  const reading = map.read(placed, agreement);
  expect(
    reading.problems
      .filter(({ severity }) => severity === 'error')
      .filter(({ code }) => code !== 'map/balance-differs'),
  ).toEqual([]);
  if (reading.document === null) throw new Error('no document');
  const writing = map.write(reading.document, agreement);
  expect(writing.unwritten).toEqual([]);
  const lost = [...new Set([...reading.trace.entries()].map(({ path }) => path))].filter((path) => {
    const before = reading.trace.placesOf(path).map((place) => textAt(placed, place));
    const after = writing.trace.placesOf(path).map((place) => draftText(writing, place));
    // A text of several pieces may be cut elsewhere: joined, it is the same.
    return (
      !(before.length === after.length && before.every((text, index) => sameText(text, after[index] ?? ''))) &&
      before.join(' ') !== after.join(' ')
    );
  });
  if (!moved(reading)) expect(lost).toEqual([]);
  const again = map.read(placedOf(bytesOf(writing.draft)), AGREEMENT);
  expect(comparable(again.document)).toEqual(comparable(reading.document));
}

/** Read or listed, never both, never neither: but for what the engine writes by itself. */
function checkRest(name: ExampleName, placed: PlacedTransaction): void {
  const reading = exampleMap(name).read(placed, AGREEMENT);
  const key = ({ segmentNumber, element, component, repetition }: WirePlace) =>
    `${segmentNumber}.${element}.${component ?? 1}.${repetition ?? 1}`;
  const read = new Set([...reading.trace.entries()].map(({ place }) => key(place)));
  const rest = new Set(reading.unmapped.map(({ place }) => key(place)));
  expect([...rest].filter((place) => read.has(place))).toEqual([]);
  for (const { place, value } of reading.unmapped) expect(textAt(placed, place)).toBe(value);
}

describe('bytes → document → bytes', () => {
  test.each(FIXTURES)('%s %s', (name, _file, placed) => checkBytes(name, placed()));
  test('8-despatch-advice', () => {
    checkBytes('8-despatch-advice', DESADV());
    const { document, unmapped } = exampleMap('8-despatch-advice').read(DESADV(), AGREEMENT);
    expect(document).toMatchObject({
      orders: [{ number: 'PO77' }, { number: 'PO78' }],
      packs: [
        { id: '2', kind: 'pallet', sscc: '006141410000010332' },
        { id: '3', parent: '2', kind: 'carton', sscc: '006141410000010349' },
      ],
      contents: [
        { line: '1', order: 'PO77', packs: ['3'], quantity: { value: '24' } },
        { line: '2', order: 'PO78', packs: ['3'], quantity: { value: '6' } },
      ],
    });
    expect(unmapped.map(({ place, value }) => `${place.tag}${place.element}=${value}`)).toEqual([
      'BGM1=351',
      'PAC1=1',
      'PCI1=33E',
      'PAC1=1',
      'PCI1=33E',
    ]);
  });
  test('9-edifact-invoice', () => {
    checkBytes('9-edifact-invoice', INVOIC());
    expect(exampleMap('9-edifact-invoice').read(INVOIC(), AGREEMENT).document).toMatchObject({
      charges: [{ percent: '5', amount: '12.50', taxes: [{ rate: '19', amount: '2.38' }] }],
      lines: [{ amount: '250.00' }],
      taxes: [{ rate: '19', base: '262.50', amount: '49.88' }],
      totals: { lines: '250.00', charges: '12.50', taxable: '262.50', tax: '49.88', due: '312.38' },
    });
  });
});

describe('what is not read is listed', () => {
  test.each(FIXTURES)('%s %s', (name, _file, placed) => checkRest(name, placed()));
});
