import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { furtherFolders, openStandards } from '../../src/library/standards.ts';
import { tableFaults } from '../../src/parsers/standards/check-file.ts';

const standards = openStandards();
const folder = mkdtempSync(join(tmpdir(), 'standards-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('every message of every version is built whole', () => {
  const held = { x12: ['004010', '004030', '005010'], edifact: ['D96A', 'D01B', 'D3', '41'] } as const;
  for (const syntax of ['x12', 'edifact'] as const) {
    for (const version of held[syntax]) {
      const tables = standards.version(syntax, version);
      expect(tables?.messages.length, version).toBeGreaterThan(0);
      for (const message of tables?.messages ?? []) {
        const table = standards.table(syntax, version, message);
        expect(table?.root.children[0], `${version} ${message}`).toMatchObject({
          tag: syntax === 'x12' ? 'ST' : 'UNH',
          requirement: 'M',
          max: 1,
        });
        expect(table?.root.children.at(-1)).toMatchObject({ tag: syntax === 'x12' ? 'SE' : 'UNT', requirement: 'M' });
      }
    }
  }
});

test('a table is kept', () =>
  expect(standards.table('x12', '004010', '850')).toBe(standards.table('x12', '004010', '850')));

test('X12 has 850 855 856 810 820 860 865 997 824 846 832 812 864 870 940 945 830 862 840 843, 005010 the 999 too', () => {
  const all = '850 855 856 810 820 860 865 997 824 846 832 812 864 870 940 945 830 862 840 843'.split(' ');
  for (const version of ['004010', '004030', '005010'])
    for (const message of all) expect(standards.table('x12', version, message)?.message).toBe(message);
  expect(standards.table('x12', '005010', '999')?.message).toBe('999');
  expect(standards.table('x12', '004010', '999')).toBeUndefined();
});

describe('what is not held is undefined, whatever a partner wrote', () => {
  test.each(['999999', '../../package', '', 'code-names', '004010/../005010', '__proto__', 'D96A'])(
    'version %j',
    (version) => {
      expect(standards.table('x12', version, '850')).toBeUndefined();
    },
  );
  test.each(['851', '__proto__', 'constructor', '../850', ''])('message %j', (message) => {
    expect(standards.table('x12', '004010', message)).toBeUndefined();
    expect(standards.implied(message).size).toBe(0);
    expect(standards.balances(message)).toEqual([]);
  });
});

test('the envelope has its segments', () => {
  expect(standards.version('x12', 'envelope')?.segments.get('ISA')?.elements).toHaveLength(16);
  expect(standards.version('edifact', 'D3')?.segments.get('UNB')?.elements[0]?.composite?.id).toBe('S001');
});

describe('code names', () => {
  test.each`
    version     | element   | code     | name
    ${'004010'} | ${'98'}   | ${'ST'}  | ${'ship to'}
    ${'005010'} | ${'353'}  | ${'00'}  | ${'original'}
    ${'D96A'}   | ${'3035'} | ${'BY'}  | ${'Buyer'}
    ${'D96A'}   | ${'3035'} | ${'???'} | ${undefined}
    ${'nope'}   | ${'3035'} | ${'BY'}  | ${undefined}
  `('$version $element $code is $name', ({ version, element, code, name }) =>
    expect(standards.codeNames(version, element).get(code)).toBe(name),
  );

  test('they are short: no prose of a standard', () => {
    for (const version of ['004010', 'D96A', 'D01B', 'D3', '41']) {
      for (const tables of ['x12', 'edifact'] as const) {
        for (const id of standards.version(tables, version)?.elements.keys() ?? []) {
          for (const name of standards.codeNames(version, id).values())
            expect(name.length, `${version} ${id} ${name}`).toBeLessThanOrEqual(48);
        }
      }
    }
  });
});

test('820 declares the loops real senders leave out', () =>
  expect([...standards.implied('820')]).toEqual(['ENT', 'ENT/RMR']));

test('every balance file of ours is read', () => {
  for (const message of '850 855 856 810 820 860 865 846 832 830 862 870 840 843 ORDERS ORDRSP ORDCHG INVOIC DESADV RECADV REQOTE QUOTES'.split(
    ' ',
  )) {
    expect(standards.balances(message).length, message).toBeGreaterThan(0);
  }
});

describe('a folder of one’s own', () => {
  test('a file that is no JSON, or no version, is our failure and names the file', () => {
    mkdirSync(join(folder, 'x12'), { recursive: true });
    writeFileSync(join(folder, 'x12', '007010.json'), '{');
    const own = openStandards(folder);
    expect(() => own.table('x12', '007010', '850')).toThrow(FailureError);
    expect(() => own.table('x12', '007010', '850')).toThrow('007010.json');
    writeFileSync(join(folder, 'x12', '007010.json'), '{"standard": "x12", "version": "007010", "elements": {}}');
    expect(() => own.table('x12', '007010', '850')).toThrow(
      /007010\.json is no table of a version:\ncomposites: is missing/,
    );
  });
  test.each`
    rules                                                    | says
    ${'{"rules": [{"check": "guess"}]}'}                     | ${'rule 1: "guess" is no check'}
    ${'{"rules": [{"check": "count", "declared": "CTT1"}]}'} | ${'rule 1: "CTT1" is no place'}
    ${'{}'}                                                  | ${'has no list of rules'}
  `('a balance file $rules is refused: $says', ({ rules, says }) => {
    mkdirSync(join(folder, 'balances'), { recursive: true });
    writeFileSync(join(folder, 'balances', '850.json'), rules);
    expect(() => openStandards(folder).balances('850')).toThrow(says);
  });
});

test('further folders: those listed, then the data folder’s; one that is not there is told', () => {
  const [one, two] = ['one', 'two'].map((name) => join(folder, name)) as [string, string];
  for (const each of [one, two]) mkdirSync(each);
  expect(furtherFolders([one, two].join(delimiter), '/data')).toEqual([one, two, join('/data', 'standards')]);
  expect(furtherFolders(undefined, '/nowhere')).toEqual([join('/nowhere', 'standards')]);
  expect(() => furtherFolders([one, '/mistyped'].join(delimiter), '/data')).toThrow(
    'TALLYPORT_STANDARDS: /mistyped is no folder.',
  );
});

describe('a licensee’s folder', () => {
  const licensed = join(folder, 'licensed');
  const put = (name: string, content: unknown) => {
    mkdirSync(join(licensed, 'x12'), { recursive: true });
    writeFileSync(join(licensed, name), JSON.stringify(content));
    return openStandards(undefined, [licensed]);
  };
  const whole = {
    standard: 'x12',
    version: '006020',
    elements: { '143': 'ID 3 3 Set', '329': 'AN 4 9 Number', '96': 'N0 1 10 Count', '1': 'ID 1 2 Kind' },
    composites: {},
    segments: {
      ST: { name: 'Start', elements: ['143 M', '329 M'] },
      SE: { name: 'End', elements: ['96 M', '329 M'] },
      ZZ: { name: 'Own', elements: ['1 M'] },
    },
    messages: { 999: { name: 'Own', tree: ['ST M 1', 'ZZ O >1', 'SE M 1'] } },
    codes: { '1': 'A B' },
  };

  test('a version of its own stands beside ours', () => {
    const both = put('x12/006020.json', whole);
    expect(both.table('x12', '006020', '999')?.segments.get('ZZ')?.name).toBe('Own');
    expect(both.table('x12', '004010', '850')).toBeDefined();
    both.readFurther();
  });

  test('a file extends ours of its own name, or another version: rows are added and replaced', () => {
    const tree = ['ST M 1', { loop: 'B2', use: 'O >1', children: ['B2 M 1', 'N1 O 5'] }, 'SE M 1'];
    const more = {
      extends: '004010',
      standard: 'x12',
      elements: { '145': 'ID 2 2 Kind of movement', '127': 'AN 1 40 Reference' },
      segments: { B2: { name: 'Beginning of a load tender', elements: ['145 O', '127 M'], notes: ['R0102'] } },
      messages: { 204: { name: 'Load tender', functionalId: 'SM', tree } },
      codes: { '145': 'PU DL' },
    };
    const same = put('x12/004010.json', { ...more, version: '004010' });
    expect(same.table('x12', '004010', '204')?.functionalId).toBe('SM');
    expect(same.table('x12', '004010', '850')?.segments.has('B2')).toBe(true);
    expect(same.version('x12', '004010')?.elements.get('127')?.max).toBe(40);
    const other = put('x12/004060.json', { ...more, version: '004060' });
    expect(other.table('x12', '004060', '850')?.version).toBe('004060');
    rmSync(join(licensed, 'x12/004010.json'));
  });

  test.each`
    what                    | change                                                                                                              | says
    ${'no object'}          | ${[]}                                                                                                               | ${':\nis no object'}
    ${'another version'}    | ${{ version: '006030' }}                                                                                            | ${'version: is "006030", and the file\'s place says "006020"'}
    ${'an unknown key'}     | ${{ element: {} }}                                                                                                  | ${'element: is no part'}
    ${'a type'}             | ${{ elements: { ...whole.elements, 1: 'XX 1 2 Kind' } }}                                                            | ${'elements.1: is "XX 1 2 Kind": "XX" is none of'}
    ${'a length'}           | ${{ elements: { ...whole.elements, 1: 'ID 2 1 Kind' } }}                                                            | ${'elements.1: is "ID 2 1 Kind": behind the type'}
    ${'a code too long'}    | ${{ codes: { 1: 'A BCD' } }}                                                                                        | ${'codes.1: has "BCD", longer than the 2'}
    ${'a code twice'}       | ${{ codes: { 1: 'A A' } }}                                                                                          | ${'codes.1: has "A" twice'}
    ${'codes of nothing'}   | ${{ codes: { 77: 'A' } }}                                                                                           | ${'codes.77: lists codes of element 77'}
    ${'an unknown element'} | ${{ segments: { ...whole.segments, ZZ: { name: 'Own', elements: ['1 M', '77 O'] } } }}                              | ${'segments.ZZ.elements.1: uses 77'}
    ${'a note beyond'}      | ${{ segments: { ...whole.segments, ZZ: { name: 'Own', elements: ['1 M'], notes: ['P0102'] } } }}                    | ${'segments.ZZ.notes.0: is "P0102", and there is no place 02'}
    ${'an unknown segment'} | ${{ messages: { 999: { name: '', tree: ['ST M 1', 'QQ O 1', 'SE M 1'] } } }}                                        | ${'messages.999.tree.1: uses segment QQ'}
    ${'no trailer'}         | ${{ messages: { 999: { name: '', tree: ['ST M 1', 'ZZ O 1'] } } }}                                                  | ${'messages.999.tree.1: is "ZZ O 1", not "SE M 1"'}
    ${'a loop’s first'}     | ${{ messages: { 999: { name: '', tree: ['ST M 1', { loop: 'L', use: 'O 1', children: ['ZZ O 1'] }, 'SE M 1'] } } }} | ${'messages.999.tree.1.children.0: is "ZZ O 1": the first of a loop is M 1'}
    ${'no such base'}       | ${{ extends: '009999' }}                                                                                            | ${'extends: there is no x12/009999.json'}
    ${'a circle'}           | ${{ extends: '006020' }}                                                                                            | ${'extends: there is no x12/006020.json'}
  `('$what is told by its path, and the file by its name', ({ change, says }) => {
    const broken = put('x12/006020.json', Array.isArray(change) ? change : { ...whole, ...change });
    const read = () => broken.readFurther();
    expect(read).toThrow(FailureError);
    expect(read).toThrow(join(licensed, 'x12', '006020.json'));
    expect(read).toThrow(says);
  });

  test('every wrong row is told at once', () => {
    const broken = put('x12/006020.json', { ...whole, elements: { 1: 'ID', 2: 'Q 1 1', 3: 'AN 9 1' } });
    expect(() => broken.version('x12', '006020')).toThrow(/elements\.1.*\n.*elements\.2.*\n.*elements\.3/);
  });

  test('ours have no faults either', () => {
    for (const [standard, name] of [
      ['x12', '004010'],
      ['x12', '004030'],
      ['x12', '005010'],
      ['x12', 'envelope'],
      ['edifact', 'D96A'],
      ['edifact', 'D01B'],
      ['edifact', 'D3'],
      ['edifact', '41'],
    ] as const) {
      const file: unknown = JSON.parse(readFileSync(`standards/${standard}/${name}.json`, 'utf8'));
      expect(tableFaults(file, { standard, version: name }, ['UNH', 'UNS', 'UNT']), name).toEqual([]);
    }
  });
});
