import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileMap } from '../../src/mappers/compile.ts';
import { Faults } from '../../src/mappers/fault.ts';
import { overlay } from '../../src/mappers/language/overlay.ts';
import { resolveMap } from '../../src/mappers/language/resolve-map.ts';
import { parseMap } from '../../src/mappers/language/source.ts';
import { compileBalances } from '../../src/mappers/read/balances.ts';
import { compileReading } from '../../src/mappers/read/read-map.ts';
import { Templates } from '../../src/mappers/trace-record.ts';
import { placedFrom, standards } from '../maps/fixtures.ts';

/*
 * What writing the base maps found in the engine: each test is one thing the maps rely on.
 */
const tableSource = (name: string) => {
  const file = `maps/tables/${name}.yaml`;
  return parseMap(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'), file);
};

function readWith(map: string, message: string, segments: string) {
  const faults = new Faults();
  const laid = overlay(parseMap(map, 'inline.yaml'), () => undefined, faults);
  const lookups = { base: () => undefined, codes: tableSource, table: standards.table };
  const spec = laid === null ? null : resolveMap(laid.root, lookups, faults);
  expect(faults.list.map(({ line, message: text }) => `${line}: ${text}`)).toEqual([]);
  if (spec === null) throw new Error('the map has faults');
  const body = segments.trim().split(/\s*\n\s*/);
  const count = body.length + 2;
  const text = [
    'ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0915*U*00401*000000001*0*P*>',
    'GS*PO*A*B*20261122*0915*1*X*004010',
    `ST*${message}*0001`,
    ...body,
    `SE*${count}*0001`,
    'GE*1*1',
    'IEA*1*000000001',
    '',
  ].join('~');
  const { placed } = placedFrom(Buffer.from(text));
  const reading = compileReading(spec, new Templates(), compileBalances(spec.balances, {}, false))(placed, {});
  return {
    document: reading.document as unknown,
    problems: reading.problems.map(({ code }) => code),
    unmapped: reading.unmapped.map(({ place, value }) => `${place.tag}${place.element}=${value}`),
  };
}

const order = (lineFields: string) => `
document: order
message: x12/004010/850
fields:
  number: BEG03
  purpose: { at: BEG01, codes: order-purpose }
  kind: { at: BEG02, codes: order-kind }
  orderedOn: BEG05
  lines: { each: PO1, fields: { number: PO101, ${lineFields} } }
`;

describe('a value looked up in a table', () => {
  const price =
    'price: { fields: { amount: PO104, basis: { at: PO105, codes: price-basis }, per: { at: PO105, as: { table: price-per } } } }';

  test('is a number though its element holds a code: HP is per 100', () => {
    const { document, problems } = readWith(order(price), '850', 'BEG*00*SA*1**20261122\nPO1*1*1*EA*5*HP');
    expect(document).toMatchObject({ lines: [{ price: { amount: '5', per: '100', basis: { original: 'HP' } } }] });
    expect(problems).toEqual([]);
  });

  test('is absent when the table has no row, and that is no Problem where another field holds the code', () => {
    const { document, problems, unmapped } = readWith(order(price), '850', 'BEG*00*SA*1**20261122\nPO1*1*1*EA*5*CA');
    expect(document).toMatchObject({
      lines: [{ price: { amount: '5', basis: { code: 'catalogue', original: 'CA' } } }],
    });
    expect(problems).toEqual([]);
    expect(unmapped).not.toContain('PO15=CA');
  });

  test('is unmapped when nothing else reads its place', () => {
    const alone = 'price: { fields: { amount: PO104, per: { at: PO105, as: { table: price-per } } } }';
    const { problems, unmapped } = readWith(order(alone), '850', 'BEG*00*SA*1**20261122\nPO1*1*1*EA*5*CA');
    expect(problems).toEqual(['map/code-unknown']);
    expect(unmapped).toContain('PO15=CA');
  });
});

test('a required list without items is an empty list: a 855 that only accepts has no lines', () => {
  const map = `
document: order-response
message: x12/004010/855
fields:
  purpose: { at: BAK01, codes: order-purpose }
  verdict: { at: BAK02, codes: verdict }
  orderNumber: BAK03
  orderedOn: BAK04
  lines: { each: PO1, fields: { number: PO101 } }
`;
  const { document, problems } = readWith(map, '855', 'BAK*00*AK*1*20261122');
  expect(document).toMatchObject({ orderNumber: '1', lines: [] });
  expect(problems).toEqual([]);
});

describe('DTM05 and DTM06, the typed form of a date', () => {
  const map = `
document: order
message: x12/004010/850
fields:
  number: BEG03
  purpose: { at: BEG01, codes: order-purpose }
  kind: { at: BEG02, codes: order-kind }
  orderedOn: BEG05
  dates: { each: DTM, fields: { kind: { at: DTM01, codes: date-kind }, at: { at: [DTM02, DTM03, DTM04, DTM05, DTM06], as: date-time } } }
  lines: { each: PO1, fields: { number: PO101 } }
`;
  test.each([
    ['RD8*20261201-20261215', { from: '2026-12-01', to: '2026-12-15' }],
    ['D8*20261201', '2026-12-01'],
    ['DT*202612011430', '2026-12-01T14:30'],
  ])('%s', (typed, at) => {
    const { document, unmapped } = readWith(map, '850', `BEG*00*SA*1**20261122\nDTM*002****${typed}\nPO1*1*1*EA`);
    expect(document).toMatchObject({ dates: [{ kind: { code: 'delivery-requested' }, at }] });
    expect(unmapped).toEqual(['PO12=1', 'PO13=EA']);
  });
});

test('a scheme can be a constant: CAD04 is always a SCAC, and no element says so', () => {
  const map = `
document: invoice
message: x12/004010/810
fields:
  issuedOn: BIG01
  number: BIG02
  shipment: { fields: { carriage: { fields: { carrier: { at: CAD04, scheme: { code: scac } } } } } }
  lines: { each: IT1, fields: { number: IT101 } }
  totals: { fields: { due: TDS01 } }
`;
  const { document } = readWith(map, '810', 'BIG*20261122*1\nTDS*100\nCAD*M***CNWY*CONWAY');
  expect(document).toMatchObject({ shipment: { carriage: { carrier: { scheme: { code: 'scac' }, value: 'CNWY' } } } });
});

describe('derived: what the rest of the message says already', () => {
  const map = (derived: string) => `
document: invoice
message: x12/004010/810
fields:
  issuedOn: BIG01
  number: BIG02
  lines: { each: IT1, fields: { number: IT101, quantity: { fields: { value: IT102, unit: { at: IT103, codes: unit } } }, price: { fields: { amount: IT104 } } } }
  totals: { fields: { due: TDS01 } }
derived: ${derived}
`;
  const invoice = {
    issuedOn: '2026-11-22',
    number: '1',
    lines: [{ number: '1', quantity: { value: '2', unit: { code: 'each' } }, price: { amount: '5' }, amount: '10' }],
    totals: { due: '10.00', lines: '10.00', tax: '0' },
  };
  const compiled = (derived: string) => {
    const world = { base: () => undefined, codes: tableSource, table: standards.table, functions: {} };
    return compileMap(parseMap(map(derived), 'inline.yaml'), 'inline', world);
  };

  test('is neither written nor unwritten; what is not named is', () => {
    const { map: made } = compiled('[lines.amount, totals.lines]');
    expect(made?.write(invoice, {}).unwritten).toEqual(['totals.tax']);
  });

  test('a path the document does not have is a fault of the map', () => {
    expect(compiled('[lines.amounts]').faults.map(({ message }) => message)).toEqual([
      "'lines.amounts' is neither a place nor a path of the document.",
    ]);
  });
});
