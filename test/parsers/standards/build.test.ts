import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import { buildVersion, type VersionFile } from '../../../src/parsers/standards/build.ts';

const file = (more: Partial<VersionFile> = {}): VersionFile => ({
  standard: 'x12',
  version: '009999',
  elements: { '1': 'ID 1 2 Kind', '2': 'N2 1 9 Amount', '3': 'AN 1 5 Text' },
  composites: { C1: { name: 'Pair', elements: ['1 M', '3 O'], notes: ['P0102'] } },
  segments: {
    AA: { name: 'First', elements: ['1 M', '2 O', 'C1 O 3'], notes: ['R0203'] },
    BB: { name: 'Second', elements: ['3 X'] },
  },
  messages: {
    M: {
      name: 'Message',
      functionalId: 'MM',
      detail: 'BB',
      tree: ['AA M 1', { loop: 'BB', use: 'O >1', children: ['BB M 1', 'AA O 2'] }],
    },
  },
  codes: { '1': 'A B' },
  ...more,
});

test('rows become definitions', () => {
  const tables = buildVersion(file());
  const first = tables.segments.get('AA');
  expect(first?.elements.map(({ requirement, repeat }) => [requirement, repeat])).toEqual([
    ['M', 1],
    ['O', 1],
    ['O', 3],
  ]);
  expect(first?.elements[1]?.element).toEqual({
    id: '2',
    name: 'Amount',
    type: 'N',
    places: 2,
    min: 1,
    max: 9,
    codes: null,
  });
  expect(first?.notes).toEqual([{ kind: 'R', places: [2, 3], text: 'R0203', mask: 0b110 }]);
  expect(first?.mandatory).toBe(0b1);
  expect(first?.elements[0]?.element?.codes).toEqual(new Set(['A', 'B']));
  const root = tables.message('M')?.root;
  expect(root?.children.map(({ area, position }) => [area, position])).toEqual([
    ['header', 0],
    ['detail', 1],
  ]);
  expect(root?.children[1]).toMatchObject({ kind: 'loop', id: 'BB', trigger: 'BB', max: Number.POSITIVE_INFINITY });
});

test('a message is built once, and what is not there is undefined', () => {
  const tables = buildVersion(file());
  expect(tables.message('M')).toBe(tables.message('M'));
  expect(tables.message('toString')).toBeUndefined();
});

describe('a file that contradicts itself is refused with its row', () => {
  test.each`
    what                   | more                                                                                  | says
    ${'unknown type'}      | ${{ elements: { '1': 'XX 1 2 Kind' } }}                                               | ${'element 1 is "XX 1 2 Kind"'}
    ${'max under min'}     | ${{ elements: { '1': 'AN 5 2 Kind' } }}                                               | ${'element 1 is "AN 5 2 Kind"'}
    ${'unknown element'}   | ${{ segments: { AA: { name: '', elements: ['77 M'] } } }}                             | ${'segment AA uses 77'}
    ${'unknown component'} | ${{ composites: { C1: { name: '', elements: ['77 M'] } } }}                           | ${'composite C1 uses element 77'}
    ${'no requirement'}    | ${{ segments: { AA: { name: '', elements: ['1 Q'] } } }}                              | ${'"1 Q" has no requirement'}
    ${'odd note'}          | ${{ segments: { AA: { name: '', elements: ['1 M'], notes: ['Z01'] } } }}              | ${'AA has a note "Z01"'}
    ${'unknown segment'}   | ${{ messages: { M: { name: '', tree: ['ZZ M 1'] } } }}                                | ${'M uses segment ZZ'}
    ${'no count'}          | ${{ messages: { M: { name: '', tree: ['AA M x'] } } }}                                | ${'"AA M x" does not say how often'}
    ${'no trigger'}        | ${{ messages: { M: { name: '', tree: [{ loop: 'L', use: 'O 1', children: [] }] } } }} | ${'loop L of M does not begin with a segment'}
    ${'no detail'}         | ${{ messages: { M: { name: '', detail: 'ZZ', tree: ['AA M 1'] } } }}                  | ${'M has no ZZ'}
  `('$what', ({ more, says }) => {
    const build = () => buildVersion(file(more)).message('M');
    expect(build).toThrow(FailureError);
    expect(build).toThrow(says);
  });
});
