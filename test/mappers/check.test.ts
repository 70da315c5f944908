import { describe, expect, test } from 'vitest';
import { describeMapFault, parseMap } from '../../src/mappers/index.ts';
import { EXAMPLES, exampleMap, faultsOf, maps } from './world.ts';

/*
 * A map is checked without data: each row is one line of a map, and what is wrong with it, at its line and column.
 */
const order = (line: string) => `document: order\nmessage: x12/004010/850\nfields:\n  ${line}\n`;

describe('faults of a field', () => {
  test.each([
    ['number: BEG93', '4:11 BEG has 12 elements: there is no BEG93.'],
    ['number: BEG', '4:11 BEG is a segment: name one of its elements, BEG01 for instance.'],
    ['number: BEG03-2', '4:11 BEG03 is a simple element: it has no component 2.'],
    ['number: RMR02', '4:11 RMR02: 850 has no RMR there.'],
    ['number: beg03', "4:11 'beg03' is no place: [area/]loop/…/SEGnn[-c][*r] is the form, N1/N302 for instance."],
    ['nubmer: BEG03', '4:11 The document has no nubmer: number, release, '],
    ['number: { ta: BEG03 }', '4:11 number says not where it stands: '],
    ['number: { at: BEG03, wehre: { BEG01: "00" } }', "4:31 'wehre' does not belong to a single value: "],
    ['lines: PO101', '4:10 lines is a list; a single place does not fill it.'],
    ['number: { each: REF, at: REF02 }', '4:11 number is a text, not a list.'],
    ['orderedOn: REF02', '4:14 orderedOn is a date'],
    ['orderedOn: { at: REF02, as: daet }', '4:31 This is no codec: '],
    ['purpose: { at: BEG01, codes: order-porpoise }', "4:32 There is no code table 'order-porpoise'."],
    ['purpose: date(137)', "4:12 There is no shape 'date': the map has none."],
    ['number: { at: BEG03, fit: squeeze }', '4:29 `fit:` is reject, truncate or split.'],
    ['number: { at: BEG03, default: $partner.x }', "4:33 '$partner.x': only $agreement.<name> stands for something."],
    [
      'department: { at: REF02, where: { N101: ST } }',
      '4:43 `where:` looks at N101, but N1 is neither the segment meant nor one of its group.',
    ],
    ['department: { at: REF02, where: REF01 }', '4:35 `where:` wants places and the codes they must hold.'],
    ['lines: { each: PO1, fields: { number: slot1 } }', '4:41 slot1 has a meaning only inside `slots:`.'],
    [
      'lines: { each: PO1, fields: { products: { slots: { from: 6, to: 26, size: 2 }, fields: { value: slot2 } } } }',
      '4:52 `slots:` wants whole numbers',
    ],
    [
      'lines: { each: PO1, fields: { products: { slots: { from: 6, to: 27, size: 2 }, fields: { value: slot2 } } } }',
      '4:52 PO1 has 25 elements, and the slots run to 27.',
    ],
    [
      'lines: { each: PO1, fields: { products: { slots: { from: 6, to: 25, size: 2 }, fields: { value: slot3 } } } }',
      "4:99 slot3 is beyond the slots' size of 2.",
    ],
    [
      'references: { each: REF, fields: { value: N102 } }',
      '4:45 N102 is not in reach: only the elements of REF are, here.',
    ],
    ['number: { same: BEG03 }', '4:11 `same:` wants a place from the root: /BIG04.'],
    ['number: { first: BEG03 }', '4:11 `first:` wants a list of alternatives.'],
    ['lines: { each: PO1, fields: { parentLine: ^packs } }', '4:45 ^packs: no node of the hierarchy makes packs.'],
    [
      'dates: { each: DTM, fields: { at: { at: [DTM02, DTM03] } } }',
      '4:37 Several elements want a codec that joins them',
    ],
    [
      'dates: { each: DTM, fields: { at: { at: [DTM02, REF02], as: date-time } } }',
      '4:51 All elements of a tuple stand in one segment.',
    ],
    [
      'contract: { at: BEG06, where: { BEG01: { a: b } } }',
      '4:42 `where:` compares with a code, a list of codes, or null.',
    ],
  ])('%s', (line, fault) => {
    const faults = faultsOf(order(line)).map((text) => text.replace(/^test\.yaml:/, ''));
    expect(
      faults.some((text) => text.startsWith(fault)),
      faults.join('\n'),
    ).toBe(true);
  });

  test('a tag of two areas wants one named', () => {
    const faults = faultsOf(
      'document: invoice\nmessage: edifact/D96A/INVOIC\nfields:\n  taxes: { each: TAX, fields: { rate: TAX05-4 } }\n',
    );
    expect(faults).toEqual(['test.yaml:4:18 TAX stands in more than one area: write header/TAX or summary/TAX.']);
  });
});

describe('fields in each other’s way', () => {
  test('one element written in two forms', () =>
    expect(faultsOf(order('number: BEG03\n  contract: { at: BEG03, as: { prefix: C } }'))).toEqual([
      'test.yaml:5:13 BEG03 is written by contract and by number, in two forms.',
    ]));
  test('two names for one value are no fault', () =>
    expect(faultsOf(order('number: BEG03\n  contract: BEG03'))).toEqual([]));
  test('a constant says refuse or unwritten, nothing else', () =>
    expect(faultsOf(order('number: BEG03\n  responseWanted: { code: detail, otherwise: guess }')).join()).toContain(
      "otherwise: is 'unwritten' or left out, not 'guess'.",
    ));
  test('the first REF, whichever it is, beside one that chooses', () =>
    expect(faultsOf(order('contract: REF02\n  department: { at: REF02, where: { REF01: DP } }'))).toEqual([
      'test.yaml:4:13 warning: contract reads the first REF, whichever it is, beside department, which chooses: it wants `where:`.',
    ]));
  test('a value looked up in a table may stand beside the field that holds its element', () =>
    expect(
      faultsOf(
        order(
          'lines: { each: PO1, fields: { price: { fields: { amount: PO104, basis: { at: PO105, codes: price-basis }, per: { at: PO105, as: { table: price-per } } } } } }',
        ),
      ),
    ).toEqual([]));
});

describe('faults of the whole', () => {
  test.each([
    ['message: x12/004010/850', '1:1 `document:` is one of order, '],
    ['document: order', '1:1 `message:` is syntax/version/message'],
    ['document: order\nmessage: x12/004010/851', '2:10 No tables are held for x12/004010/851.'],
    ['document: order\nmessage: x12/004010/850\nfeilds: {}', "3:9 'feilds' does not belong to a map: "],
    [
      'document: order\nmessage: x12/004010/850\nshapes: { date: BEG05 }',
      "3:17 warning: The shape 'date' is used nowhere.",
    ],
    [
      'document: order\nmessage: x12/004010/850\nshapes: { a: a(1) }\nfields: { number: a(1) }',
      "3:14 The shape 'a' stands on itself.",
    ],
    [
      'document: order\nmessage: x12/004010/850\nbalances: { CTT01: count(lines }',
      "3:20 ')' was expected before 'the end'.",
    ],
    [
      'document: order\nmessage: x12/004010/850\nbalances: { CTT01: guess(lines) }',
      "3:20 There is no function 'guess'.",
    ],
    [
      'document: order\nmessage: x12/004010/850\nbalances: { lines.qty: count(lines) }',
      "3:24 'lines.qty' is neither a place nor a path of the document.",
    ],
    ['extends: x12/004010/849', "1:10 There is no map 'x12/004010/849' to extend."],
    ['extends: x12/004010/850\nfields: { lines.colour: BEG03 }', '2:25 The document has no lines[].colour: '],
    [
      'extends: x12/004010/850\nfields: { colours.red: null }',
      "2:24 'colours.red': what is extended has no field colours to change.",
    ],
  ])('%s', (text, fault) => {
    const faults = faultsOf(text).map((line) => line.replace(/^test\.yaml:/, ''));
    expect(
      faults.some((line) => line.startsWith(fault)),
      faults.join('\n'),
    ).toBe(true);
  });
});

describe('YAML that cannot be read', () => {
  test.each([
    ['document: [order', 'test.yaml:'],
    ['- a list', 'test.yaml:1:1 A map is a mapping'],
    ['a: &x [*x]', 'An alias stands inside the anchor it names.'],
    ['', 'A map is a mapping'],
    [`${'['.repeat(80)}${']'.repeat(80)}`, 'nests deeper than'],
    ['x'.repeat(600_000), '524288 are the most'],
    ['a: 1\na: 2', 'This is not YAML we can read'],
    ['a: *nowhere', 'An alias names no anchor'],
  ])('%#', (text, fault) => {
    const { root, faults } = parseMap(text, 'test.yaml');
    expect(root).toBeNull();
    expect(faults.map(describeMapFault).join('\n')).toContain(fault);
  });

  test('anchors of anchors are bounded: 10^9 fields are a fault within a second', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) =>
        `  l${level + 1}: &l${level + 1} { fields: { address: ${level === 0 ? 'N102' : `*l${level}`}, ${Array.from({ length: 9 }, (_item, copy) => `k${copy}: ${level === 0 ? 'N102' : `*l${level}`}`).join(', ')} } }`,
    );
    const faults = faultsOf(
      `document: order\nmessage: x12/004010/850\nshapes:\n${levels.join('\n')}\nfields: { parties: { each: N1, fields: { address: *l9 } } }\n`,
    );
    expect(faults.length).toBeGreaterThan(0);
  });

  test('a scalar stays what was written: 002 is a code, not a number', () => {
    const { root } = parseMap('where: { DTM01: 002 }\nother: 1e3\nnone: ~', 'test.yaml');
    const where = root?.entries.get('where');
    expect(where?.kind === 'mapping' && where.entries.get('DTM01')).toMatchObject({ text: '002', isNull: false });
    expect(root?.entries.get('other')).toMatchObject({ text: '1e3' });
    expect(root?.entries.get('none')).toMatchObject({ isNull: true });
  });
});

describe('maps without fault', () => {
  test.each(EXAMPLES)('%s', (name) => expect(exampleMap(name).name).toBe(name));
  test.each([
    'x12/004010/850',
    'x12/004010/855',
    'x12/004010/856',
    'x12/004010/810',
    'x12/004010/820',
    'edifact/D96A/ORDERS',
  ])('%s', (name) =>
    expect(
      maps
        .check(name)
        .filter(({ severity }) => severity === 'error')
        .map(describeMapFault),
    ).toEqual([]),
  );
});
