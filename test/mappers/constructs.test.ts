import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import type { AgreementValues, MapOf } from '../../src/mappers/index.ts';
import { placedEdifact, placedX12 } from './wire.ts';
import { mapOf } from './world.ts';

/*
 * Every construct alone: what stands on the wire, and what of the document it is; read and written again, the same.
 */
const HEAD =
  'number: BEG03\n  purpose: { at: BEG01, codes: order-purpose }\n  kind: { at: BEG02, codes: order-kind }\n  orderedOn: BEG05';
const BEG = 'BEG*00*SA*PO1**20261122';
const orderMap = (fields: string, more = '') =>
  mapOf(`document: order\nmessage: x12/004010/850\nfields:\n  ${HEAD}\n  ${fields.replaceAll('\n', '\n  ')}\n${more}`);

const LINE = 'PO1*1*5*EA*9.95';
const LINES =
  'lines: { each: PO1, fields: { number: PO101, quantity: { fields: { value: PO102, unit: { at: PO103, codes: unit } } }, price: { fields: { amount: PO104 } } } }';

export function readOrder(map: MapOf, segments: readonly string[], agreement: AgreementValues = {}) {
  const reading = map.read(placedX12('850', 'PO', [BEG, ...segments]), agreement);
  return {
    ...reading,
    unmapped: reading.unmapped.map(
      ({ place, value }) => `${place.tag}${String(place.element).padStart(2, '0')}=${value}`,
    ),
  };
}

export function written(map: MapOf, document: Document, agreement: AgreementValues = {}) {
  const writing = map.write(document, agreement);
  const text = ({ tag, elements }: (typeof writing.draft.segments)[number]) =>
    [
      tag,
      ...elements.map((element) =>
        typeof element === 'string'
          ? element
          : 'repetitions' in element
            ? element.repetitions.join('^')
            : element.join(':'),
      ),
    ]
      .join('*')
      .replace(/\*+$/, '');
  return { ...writing, segments: writing.draft.segments.map(text), told: writing.problems.map(({ code }) => code) };
}

/** Reads segments after BEG, and writes the document again. */
function there(map: MapOf, segments: readonly string[], agreement: AgreementValues = {}) {
  const reading = readOrder(map, segments, agreement);
  if (reading.document === null) throw new Error(JSON.stringify(reading.problems));
  const back = written(map, reading.document, agreement);
  return {
    ...reading,
    told: reading.problems.map(({ code }) => code),
    back: back.segments.slice(1),
    wrong: back.told,
    unwritten: back.unwritten,
  };
}

const cases: readonly {
  what: string;
  fields: string;
  segments: readonly string[];
  document: Record<string, unknown>;
  back?: readonly string[];
  told?: readonly string[];
  unmapped?: readonly string[];
  more?: string;
  agreement?: AgreementValues;
}[] = [
  {
    what: 'a place, typed by its table',
    fields: LINES,
    segments: [LINE],
    document: {
      lines: [
        { number: '1', quantity: { value: '5', unit: { code: 'each', original: 'EA' } }, price: { amount: '9.95' } },
      ],
    },
  },
  {
    what: 'a bare point gets its zero',
    fields: LINES,
    segments: ['PO1*1*5*EA*.5'],
    document: { lines: [{ price: { amount: '0.5' } }] },
    back: ['PO1*1*5*EA*0.5'],
  },
  {
    what: 'trailing zeros stay',
    fields: LINES,
    segments: ['PO1*1*5*EA*1.50'],
    document: { lines: [{ price: { amount: '1.50' } }] },
  },
  {
    what: 'N2 implies its decimals',
    fields: 'charges: { each: SAC, fields: { kind: { at: SAC01, codes: charge-kind }, amount: SAC05 } }',
    segments: ['SAC*C*D240***147360', 'SAC*A*F050***5'],
    document: {
      charges: [
        { kind: { code: 'charge', original: 'C' }, amount: '1473.60' },
        { kind: { code: 'allowance', original: 'A' }, amount: '0.05' },
      ],
    },
    unmapped: ['SAC02=D240', 'SAC02=F050'],
    back: ['SAC*C****147360', 'SAC*A****5'],
  },
  {
    what: 'where: the field takes its own, the rest stays unmapped',
    fields: 'department: { at: REF02, where: { REF01: DP } }',
    segments: ['REF*IA*9', 'REF*DP*520'],
    document: { department: '520' },
    unmapped: ['REF01=IA', 'REF02=9'],
    back: ['REF*DP*520'],
  },
  {
    what: 'others: what no neighbour took',
    fields:
      'department: { at: REF02, where: { REF01: DP } }\nreferences: { each: REF, others: true, fields: { kind: { at: REF01, codes: reference }, value: REF02 } }',
    segments: ['REF*IA*9', 'REF*DP*520', 'REF*DP*521'],
    document: { department: '520', references: [{ value: '9' }, { value: '521' }] },
    back: ['REF*DP*520', 'REF*IA*9', 'REF*DP*521'],
  },
  {
    what: 'a where list reads the first present in its order, and tells of the others',
    fields: 'contract: { at: REF02, where: { REF01: [CT, VN] } }',
    segments: ['REF*VN*2'],
    document: { contract: '2' },
    told: ['map/alternative-read'],
    back: ['REF*CT*2'],
  },
  {
    what: 'a where list prefers its order to the wire’s',
    fields: 'contract: { at: REF02, where: { REF01: [CT, VN] } }',
    segments: ['REF*VN*2', 'REF*CT*1'],
    document: { contract: '1' },
    unmapped: ['REF01=VN', 'REF02=2'],
    back: ['REF*CT*1'],
  },
  {
    what: 'where null: must be absent',
    fields: 'contract: { at: REF02, where: { REF01: CT, REF03: null } }',
    segments: ['REF*CT*1*TEXT', 'REF*CT*2'],
    document: { contract: '2' },
    unmapped: ['REF01=CT', 'REF02=1', 'REF03=TEXT'],
    back: ['REF*CT*2'],
  },
  {
    what: 'first: the first present is read, the first of all written',
    fields: 'contract: { first: [BEG06, { at: REF02, where: { REF01: CT } }] }',
    segments: ['REF*CT*77'],
    document: { contract: '77' },
    told: ['map/alternative-read'],
    back: [],
  },
  {
    what: 'default: on reading only',
    fields: 'currency: { at: CUR02, where: { CUR01: BY }, default: $agreement.money.currency }',
    segments: [],
    agreement: { money: { currency: 'EUR' } },
    document: { currency: 'EUR' },
    back: ['CUR*BY*EUR'],
  },
  {
    what: 'one: with fields of its own',
    fields: 'terms: { gather: [{ one: ITD, fields: { kind: { at: ITD01, codes: terms-kind }, netDays: ITD07 } }] }',
    segments: ['ITD*01******30'],
    document: { terms: [{ netDays: '30' }] },
  },
  {
    what: 'slots: pairs, gaps allowed',
    fields:
      'lines: { each: PO1, fields: { number: PO101, products: { slots: { from: 6, to: 25, size: 2 }, fields: { scheme: { at: slot1, codes: product-id }, value: slot2 } } } }',
    segments: ['PO1*1*****UP*614141000104***VN*A-1'],
    document: { lines: [{ products: [{ value: '614141000104' }, { value: 'A-1' }] }] },
    back: ['PO1*1*****UP*614141000104*VN*A-1'],
    unmapped: [],
  },
  {
    what: 'slots: a further segment opens when one is full',
    fields:
      'lines: { each: PO1, fields: { number: PO101, allocations: { each: SDQ, slots: { from: 3, to: 22, size: 2 }, fields: { location: slot1, quantity: slot2, unit: { at: SDQ01, codes: unit } } } } }',
    segments: [
      'PO1*1',
      `SDQ*EA**${Array.from({ length: 10 }, (_, index) => `L${index + 1}*1`).join('*')}`,
      'SDQ*EA**L11*1',
    ],
    document: {
      lines: [
        { allocations: Array.from({ length: 11 }, (_, index) => ({ location: `L${index + 1}`, quantity: '1' })) },
      ],
    },
  },
  {
    what: 'slots: a further segment opens when what is shared differs',
    fields:
      'lines: { each: PO1, fields: { number: PO101, allocations: { each: SDQ, slots: { from: 3, to: 22, size: 2 }, fields: { location: slot1, quantity: slot2, unit: { at: SDQ01, codes: unit } } } } }',
    segments: ['PO1*1', 'SDQ*EA**L1*1', 'SDQ*CA**L2*1', 'SDQ*EA**L3*1'],
    document: { lines: [{ allocations: [{ location: 'L1' }, { location: 'L2' }, { location: 'L3' }] }] },
  },
  {
    what: 'each with join: one text of several segments',
    fields:
      'texts: { each: N9, fields: { kind: { at: N901, codes: text-kind }, reference: N902, text: { each: MSG, at: MSG01, join: "\\n", fit: split } } }',
    segments: ['N9*L1*X', 'MSG*ONE', 'MSG*TWO'],
    document: { texts: [{ text: 'ONE\nTWO' }] },
  },
  {
    what: 'gather: one list of several places',
    fields: 'texts: { gather: [{ at: ITD12 }] }'.replace(
      'texts: { gather: [{ at: ITD12 }] }',
      'parties: { gather: [{ one: N1, where: { N101: ST }, fields: { role: { at: N101, codes: party-role }, name: N102 } }, { each: N1, others: true, fields: { role: { at: N101, codes: party-role }, name: N102 } }] }',
    ),
    segments: ['N1*BT*B', 'N1*ST*S'],
    document: { parties: [{ name: 'S' }, { name: 'B' }] },
    back: ['N1*ST*S', 'N1*BT*B'],
  },
  {
    what: 'scheme: an object {scheme, value}',
    fields:
      'parties: { each: N1, fields: { role: { at: N101, codes: party-role }, ids: { gather: [{ at: N104, scheme: { at: N103, codes: id-scheme } }] } } }',
    segments: ['N1*ST**92*0042'],
    document: { parties: [{ ids: [{ value: '0042' }] }] },
  },
  {
    what: 'as: trim, strip, prefix, table in a chain',
    fields: 'department: { at: REF02, where: { REF01: DP }, as: [trim, { strip: "0", width: 5 }, { prefix: V }] }',
    segments: ['REF*DP*00042'],
    document: { department: 'V42' },
  },
  {
    what: 'as: date in an element of text',
    fields: 'orderedOn: { at: REF02, where: { REF01: DP }, as: date }'
      .replace('orderedOn', 'exchangeRate')
      .replace(
        'exchangeRate: { at: REF02, where: { REF01: DP }, as: date }',
        'dates: { each: REF, fields: { kind: { at: REF01, codes: reference }, at: { at: REF02, as: date } } }',
      ),
    segments: ['REF*DP*20261201'],
    document: { dates: [{ at: '2026-12-01' }] },
  },
  {
    what: 'as: date-time with a zone',
    fields:
      'dates: { each: DTM, fields: { kind: { at: DTM01, codes: date-kind }, at: { at: [DTM02, DTM03, DTM04], as: date-time } } }',
    segments: ['DTM*002*20261201*0830*UT', 'DTM*010*20261202', 'DTM*037*20261203*083015*20'],
    document: { dates: [{ at: '2026-12-01T08:30Z' }, { at: '2026-12-02' }, { at: '2026-12-03T08:30:15-05:00' }] },
  },
  {
    what: 'as: a zone without an offset is told and stays unmapped',
    fields:
      'dates: { each: DTM, fields: { kind: { at: DTM01, codes: date-kind }, at: { at: [DTM02, DTM03, DTM04], as: date-time } } }',
    segments: ['DTM*002*20261201*0830*ET'],
    document: { dates: [{ at: '2026-12-01T08:30' }] },
    told: ['map/value-cut'],
    unmapped: ['DTM04=ET'],
    back: ['DTM*002*20261201*0830'],
  },
  {
    what: 'as: sign turns by agreement',
    fields: 'totals: { fields: { amount: { at: CTT/AMT02, where: { AMT01: TT }, as: { sign: $agreement.sign } } } }',
    segments: [LINE, 'CTT*1', 'AMT*TT*-12.50'],
    agreement: { sign: 'negate' },
    document: { totals: { amount: '12.50' } },
    unmapped: ['PO101=1', 'PO102=5', 'PO103=EA', 'PO104=9.95', 'CTT01=1'],
    back: ['AMT*TT*-12.50'],
  },
  {
    what: 'codes: an unknown one is kept and goes back',
    fields: 'responseWanted: { at: REF02, where: { REF01: DP }, codes: response-wanted }',
    segments: ['REF*DP*QQ'],
    document: { responseWanted: { original: 'QQ' } },
    told: ['map/code-unknown'],
  },
  {
    what: 'codes: several codes of one word go back as they came',
    fields: 'lines: { each: PO1, fields: { number: PO101, action: { at: PO103, codes: unit } } }',
    segments: ['PO1*1**EA'],
    document: { lines: [{ action: { code: 'each', original: 'EA' } }] },
  },
  {
    what: 'same: one place, every line',
    fields: 'lines: { each: PO1, fields: { number: PO101, parentLine: { same: /BEG06 } } }',
    segments: ['PO1*1', 'PO1*2'],
    document: { lines: [{ number: '1' }, { number: '2' }] },
  },
  {
    what: 'an area names the place',
    fields:
      'charges: { each: header/SAC, fields: { kind: { at: SAC01, codes: charge-kind }, code: { at: SAC02, codes: charge-code } } }',
    segments: ['SAC*C*D240'],
    document: { charges: [{ kind: { code: 'charge', original: 'C' } }] },
  },
  {
    what: 'a path through loops',
    fields: 'department: { at: N1/PER02, where: { N101: ST } }',
    segments: ['N1*BT', 'PER*OC*B', 'N1*ST', 'PER*OC*S'],
    document: { department: 'S' },
    unmapped: ['N101=BT', 'PER01=OC', 'PER02=B', 'PER01=OC'],
    back: ['N1*ST', 'PER**S'],
  },
  {
    what: 'a component',
    fields:
      'lines: { each: PO1, fields: { number: PO101, measurements: { each: MEA, fields: { kind: { at: MEA02, codes: measurement }, value: MEA03, unit: { at: MEA04-1, codes: unit } } } } }',
    segments: ['PO1*1', 'MEA**WT*2.5*LB'],
    document: { lines: [{ measurements: [{ value: '2.5', unit: { original: 'LB' } }] }] },
  },
];

describe('each construct, there and back', () => {
  test.each(cases)('$what', ({ fields, segments, document, back, told, unmapped, agreement }) => {
    const found = there(orderMap(fields), segments, agreement);
    expect(found.document).toMatchObject(document);
    expect(found.told).toEqual(told ?? []);
    if (unmapped !== undefined) expect(found.unmapped).toEqual(unmapped);
    const owed = found.wrong.filter(
      (code) => code !== 'map/segment-missing' && code !== 'map/element-missing' && code !== 'map/note-violated',
    );
    expect(owed).toEqual([]);
    expect(found.unwritten).toEqual([]);
    expect(found.back).toEqual(back ?? segments);
  });
});

describe('fixed', () => {
  const map = mapOf(
    'document: order\nmessage: x12/004010/850\nfields:\n  number: BEG03\n  purpose: { at: BEG01, codes: order-purpose }\n  orderedOn: BEG05\nfixed: { BEG02: SA, "CUR01": BY, CUR02: USD }',
  );
  test('is written', () =>
    expect(
      written(map, { number: '1', purpose: { code: 'original' }, orderedOn: '2026-11-22', lines: [] }).segments,
    ).toEqual(['BEG*00*SA*1**20261122', 'CUR*BY*USD']));
  test('is compared on reading: a difference is a warning, an absent segment none', () => {
    const { problems } = map.read(placedX12('850', 'PO', ['BEG*00*NE*1**20261122']), {});
    expect(problems.map(({ code, severity, message }) => `${severity} ${code} ${message}`)).toEqual([
      "warning map/value-differs BEG02 is 'NE'; the map has it fixed as 'SA'.",
    ]);
  });
});

describe('balances', () => {
  const map = orderMap(
    LINES,
    'balances:\n  CTT01: count(lines)\n  CTT02: { is: hash(lines.quantity.value), policy: warn }\n',
  );
  const document: Document = {
    number: 'PO1',
    purpose: { code: 'original' },
    kind: { code: 'standalone' },
    orderedOn: '2026-11-22',
    lines: [
      { number: '1', quantity: { value: '1.8' } },
      { number: '2', quantity: { value: '18.01' } },
    ],
  };
  test('are computed on writing: the hash sums digits without regard to points', () =>
    expect(written(map, document).segments.at(-1)).toBe('CTT*2*1819'));
  test('are compared on reading, by policy', () => {
    const { problems, unmapped } = readOrder(map, ['PO1*1*5*EA*1', 'CTT*2*6']);
    expect(problems.map(({ code, severity, found, expected }) => [code, severity, found, expected])).toEqual([
      ['map/balance-differs', 'error', '2', '1'],
      ['map/balance-differs', 'warning', '6', '5'],
    ]);
    expect(unmapped).toEqual([]);
  });
});

describe('same', () => {
  const map = mapOf(
    'document: invoice\nmessage: x12/004010/810\nfields:\n  issuedOn: BIG01\n  number: BIG02\n  lines: { each: IT1, fields: { number: IT101, orderNumber: { same: /BIG04 } } }\n  totals: { fields: { due: TDS01 } }\n',
  );
  const invoice = (orders: readonly string[]): Document => ({
    issuedOn: '2026-11-22',
    number: '7',
    lines: orders.map((orderNumber, index) => ({ number: String(index + 1), orderNumber })),
    totals: { due: '1.00' },
  });
  test('one value for all lines is written once, and traced from each', () => {
    const { segments, trace, told } = written(map, invoice(['A', 'A']));
    expect(segments[0]).toBe('BIG*20261122*7**A');
    expect(trace.placesOf('lines[1].orderNumber')).toEqual([
      { segmentNumber: 2, tag: 'BIG', element: 4, component: null, repetition: null },
    ]);
    expect(told).toEqual([]);
  });
  test('differing values are a Problem, and unwritten', () =>
    expect(written(map, invoice(['A', 'B']))).toMatchObject({
      told: ['map/value-differs'],
      unwritten: ['lines[1].orderNumber'],
    }));
});

describe('fit', () => {
  const text = (fit: string) => orderMap(`department: { at: REF02, where: { REF01: DP }, fit: ${fit} }`);
  const document = (department: string): Document => ({
    number: 'PO1',
    purpose: { code: 'original' },
    kind: { code: 'standalone' },
    orderedOn: '2026-11-22',
    department,
    lines: [],
  });
  test('reject: told, and unwritten', () =>
    expect(written(text('reject'), document('x'.repeat(31)))).toMatchObject({
      told: expect.arrayContaining(['map/unwritable']),
      unwritten: ['department'],
      segments: [BEG],
    }));
  test('truncate: cut, and told', () =>
    expect(written(text('truncate'), document('x'.repeat(31)))).toMatchObject({
      told: expect.arrayContaining(['map/value-cut']),
      unwritten: [],
      segments: [BEG, `REF*DP*${'x'.repeat(30)}`],
    }));
  test('a decimal is never cut', () => {
    const map = orderMap('exchangeRate: { at: CUR03, where: { CUR01: BY }, fit: truncate }');
    expect(written(map, { ...document('x'), exchangeRate: '1.23456789012345' } as Document).unwritten).toContain(
      'exchangeRate',
    );
  });
  test('a decimal an N2 cannot hold is refused', () => {
    const map = orderMap('charges: { each: SAC, fields: { kind: { at: SAC01, codes: charge-kind }, amount: SAC05 } }');
    expect(
      written(map, {
        ...document('x'),
        department: undefined,
        charges: [{ kind: { code: 'charge' }, amount: '1.005' }],
      } as unknown as Document).unwritten,
    ).toEqual(['charges[0].amount']);
  });
});

describe('EDIFACT', () => {
  const map = mapOf(`
document: order
message: edifact/D96A/ORDERS
shapes: { date: { at: [DTM01-2, DTM01-3], as: edifact-date, where: { DTM01-1: $1 } } }
fields:
  number: BGM02
  purpose: { at: BGM03, codes: order-purpose }
  orderedOn: date(137)
  dates: { each: DTM, others: true, fields: { kind: { at: DTM01-1, codes: date-kind }, at: { at: [DTM01-2, DTM01-3], as: edifact-date } } }
  parties: { each: NAD, fields: { role: { at: NAD01, codes: party-role }, name: { slots: { in: NAD04, from: 1, to: 5 }, join: " ", fit: split } } }
  lines: { each: LIN, fields: { number: LIN01, quantity: { one: QTY, where: { QTY01-1: "21" }, fields: { value: QTY01-2, unit: { at: QTY01-3, codes: unit } } } } }
balances: { CNT01-2: { is: count(lines), where: { CNT01-1: "2" } } }
`);
  const read = (segments: readonly string[]) =>
    map.read(placedEdifact('ORDERS', ['BGM+220+77+9', 'DTM+137:20261122:102', ...segments]), {});

  test.each([
    ['203', '202612010830', '2026-12-01T08:30', []],
    ['204', '20261201083015', '2026-12-01T08:30:15', []],
    ['101', '261201', '2026-12-01', ['map/alternative-read', 'map/alternative-read']],
    ['718', '2026120120261215', { from: '2026-12-01', to: '2026-12-15' }, []],
    ['602', '2026', { from: '2026-01-01', to: '2026-12-31' }, ['map/alternative-read', 'map/alternative-read']],
    ['610', '202602', { from: '2026-02-01', to: '2026-02-28' }, ['map/alternative-read', 'map/alternative-read']],
    ['616', '202601', { from: '2025-12-29', to: '2026-01-04' }, ['map/alternative-read', 'map/alternative-read']],
    ['303', '202612010830UTC', '2026-12-01T08:30Z', []],
  ])('a date of format %s', (format, text, at, told) => {
    const { document, problems } = read([`DTM+2:${text}:${format}`, 'LIN+1', 'QTY+21:1', 'UNS+S']);
    expect(document).toMatchObject({ dates: [{ at }] });
    expect(problems.map(({ code }) => code)).toEqual(told);
  });

  test.each(['20261301', '2026121', 'ABCDEFGH'])('no date: %s', (text) => {
    const { document, problems, unmapped } = read([`DTM+2:${text}:102`, 'LIN+1', 'UNS+S']);
    expect(problems).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'map/value-invalid' })]));
    expect(document).not.toHaveProperty('dates');
    expect(unmapped.map(({ value }) => value)).toContain(text);
  });

  test('either decimal mark is read, the point written', () => {
    const { document } = read(['LIN+1', 'QTY+21:2,5:KGM', 'UNS+S', 'CNT+2:1']);
    expect(document).toMatchObject({ lines: [{ quantity: { value: '2.5' } }] });
    expect(document !== null && written(map, document).segments).toContain('QTY*21:2.5:KGM');
  });

  test('UNS and counts are the engine’s, a name is split where words end', () => {
    const name = 'NORTHFIELD MARKETS OF THE NORTHERN PLAINS AND LAKES';
    const { segments, told } = written(map, {
      number: '77',
      purpose: { code: 'original' },
      orderedOn: '2026-11-22',
      parties: [{ role: { code: 'buyer' }, name }],
      lines: [{ number: '1', quantity: { value: '3' } }],
    });
    expect(segments).toEqual([
      'BGM**77*9',
      'DTM*137:20261122:102',
      'NAD*BY***NORTHFIELD MARKETS OF THE NORTHERN:PLAINS AND LAKES',
      'LIN*1',
      'QTY*21:3',
      'UNS*S',
      'CNT*2:1',
    ]);
    expect(told).toEqual([]);
    const { document } = read(['NAD+BY+++NORTHFIELD MARKETS OF THE NORTHERN:PLAINS AND LAKES', 'LIN+1', 'UNS+S']);
    expect(document).toMatchObject({ parties: [{ name }] });
  });
});

describe('what a map cannot say', () => {
  test('unwritten lists every path without a place, leaf by leaf', () => {
    const document: Document = {
      number: 'PO1',
      purpose: { code: 'original' },
      kind: { code: 'standalone' },
      orderedOn: '2026-11-22',
      release: 'R1',
      lines: [{ number: '1', description: 'D', price: { amount: '1', kind: { code: 'net', original: 'NET' } } }],
    };
    const { unwritten, told } = written(orderMap(LINES), document);
    expect(unwritten).toEqual(['release', 'lines[0].description', 'lines[0].price.kind']);
    expect(told.filter((code) => code === 'map/unwritten')).toHaveLength(3);
  });
  test('a constant refuses another code, or leaves it unwritten where the map says so', () => {
    const document: Document = {
      number: 'PO1',
      purpose: { code: 'original' },
      kind: { code: 'standalone' },
      orderedOn: '2026-11-22',
      responseWanted: { code: 'none' },
      lines: [],
    };
    expect(written(orderMap('responseWanted: { code: detail }'), document)).toMatchObject({
      unwritten: ['responseWanted'],
      told: expect.arrayContaining(['map/unwritable']),
    });
    const lenient = written(orderMap('responseWanted: { code: detail, otherwise: unwritten }'), document);
    expect(lenient).toMatchObject({ unwritten: ['responseWanted'], segments: [BEG] });
    expect(lenient.told).toContain('map/unwritten');
    expect(lenient.told).not.toContain('map/unwritable');
  });
  test('an item others: would read as a neighbour’s is refused', () => {
    const map = orderMap(
      'department: { at: REF02, where: { REF01: DP } }\nreferences: { each: REF, others: true, fields: { kind: { at: REF01, codes: reference }, value: REF02 } }',
    );
    const document: Document = {
      number: 'PO1',
      purpose: { code: 'original' },
      kind: { code: 'standalone' },
      orderedOn: '2026-11-22',
      references: [{ kind: { original: 'DP' }, value: '9' }],
      lines: [],
    };
    expect(written(map, document)).toMatchObject({ unwritten: ['references[0]'], segments: [BEG] });
  });
  test('a value that is required and absent takes its object away, and says where', () => {
    const { document, problems, unmapped } = readOrder(orderMap(LINES), ['PO1*1**EA*9.95']);
    expect(document).toMatchObject({ lines: [{ number: '1', price: { amount: '9.95' } }] });
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'map/value-required',
        expected: 'lines[].quantity.value',
        at: expect.objectContaining({ segmentNumber: 3, tag: 'PO1' }),
      }),
    ]);
    expect(unmapped).toEqual(['PO103=EA']);
  });
  test('a document without what it must have is none', () => {
    const { document, problems } = orderMap(LINES).read(placedX12('850', 'PO', ['BEG*00*SA***20261122', 'PO1*1']), {});
    expect(document).toBeNull();
    expect(problems.map(({ expected }) => expected)).toContain('number');
  });
});
