import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { openStandards } from '../../src/library/standards.ts';

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
    expect(() => own.table('x12', '007010', '850')).toThrow('x12 007010: has no composites');
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
