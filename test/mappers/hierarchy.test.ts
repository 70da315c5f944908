import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import type { ShipNotice } from '../../src/documents/ship-notice.ts';
import { placedX12 } from './wire.ts';
import { exampleMap } from './world.ts';

const map = exampleMap('4-ship-notice');
const BSN = 'BSN*00*SN1*20261122*1345';
const read = (segments: readonly string[]) => map.read(placedX12('856', 'SH', [BSN, ...segments]), {});
const told = (segments: readonly string[]) =>
  read(segments).problems.map(({ code, at }) => `${code} at ${at.segmentNumber}`);
const hl = (id: string, parent: string, level: string) => `HL*${id}*${parent}*${level}`;
const item = (line: string, quantity: string) => [`LIN*${line}*UP*614141000104`, `SN1**${quantity}*EA`];
const noticeOf = (document: Document | null): ShipNotice => {
  if (document === null || !('contents' in document)) throw new Error('no ship notice');
  return document;
};

describe('reading follows parent ids', () => {
  test('never adjacency: a level may stand anywhere after its parent', () => {
    const { document, problems } = read([
      hl('1', '', 'S'),
      hl('2', '1', 'O'),
      'PRF*A',
      hl('3', '1', 'O'),
      'PRF*B',
      hl('4', '2', 'P'),
      hl('5', '3', 'P'),
      hl('6', '5', 'I'),
      ...item('1', '2'),
      hl('7', '4', 'I'),
      ...item('2', '3'),
    ]);
    expect(problems).toEqual([]);
    expect(noticeOf(document).contents.map(({ order, packs }) => [order, packs])).toEqual([
      ['B', ['5']],
      ['A', ['4']],
    ]);
  });

  test('packs above an item are its packs, the innermost; a pack knows the one it stands on', () => {
    const { document } = read([
      hl('1', '', 'S'),
      hl('2', '1', 'O'),
      'PRF*A',
      hl('3', '2', 'T'),
      hl('4', '3', 'P'),
      hl('5', '4', 'I'),
      ...item('1', '2'),
    ]);
    expect(noticeOf(document)).toMatchObject({
      packs: [
        { id: '3', kind: 'pallet' },
        { id: '4', kind: 'carton', parent: '3' },
      ],
      contents: [{ packs: ['4'] }],
    });
  });

  test('packs below an item hold it together', () => {
    const { document } = read([
      hl('1', '', 'S'),
      hl('2', '1', 'O'),
      'PRF*A',
      hl('3', '2', 'I'),
      ...item('1', '9'),
      hl('4', '3', 'T'),
      hl('5', '4', 'P'),
      hl('6', '4', 'P'),
      hl('7', '3', 'P'),
    ]);
    expect(noticeOf(document).contents).toEqual([expect.objectContaining({ order: 'A', packs: ['5', '6', '7'] })]);
  });

  test('one order at two levels is one order', () => {
    const { document, problems } = read([
      hl('1', '', 'S'),
      hl('2', '1', 'O'),
      'PRF*A***20261101',
      hl('3', '2', 'I'),
      ...item('1', '1'),
      hl('4', '1', 'O'),
      'PRF*A',
      hl('5', '4', 'I'),
      ...item('2', '1'),
    ]);
    expect(noticeOf(document).orders).toEqual([{ number: 'A', orderedOn: '2026-11-01' }]);
    expect(noticeOf(document).contents.map(({ order }) => order)).toEqual(['A', 'A']);
    expect(problems).toEqual([]);
  });
});

describe('hierarchies that are wrong', () => {
  test('a parent that is none', () =>
    expect(told([hl('1', '', 'S'), hl('2', '9', 'O'), 'PRF*A', hl('3', '2', 'I'), ...item('1', '1')])).toEqual([
      'map/parent-missing at 4',
    ]));
  test('an id twice', () =>
    expect(told([hl('1', '', 'S'), hl('2', '1', 'O'), 'PRF*A', hl('2', '1', 'O'), 'PRF*B'])).toEqual([
      'map/level-repeated at 6',
    ]));
  test('a level below itself', () =>
    expect(told([hl('1', '', 'S'), hl('2', '3', 'O'), 'PRF*A', hl('3', '2', 'P'), hl('4', '4', 'P')])).toEqual([
      'map/parent-cycle at 4',
      'map/parent-cycle at 7',
    ]));
  test('a level nobody knows', () =>
    expect(told([hl('1', '', 'S'), hl('2', '1', 'Q')])).toEqual(['map/level-unknown at 4']));
  test('two shipments: the first is read, the second unmapped', () => {
    const { document, problems, unmapped } = read([
      hl('1', '', 'S'),
      'DTM*011*20261122',
      hl('2', '', 'S'),
      'DTM*011*20261123',
    ]);
    expect(document).toMatchObject({ shipment: { shippedOn: '2026-11-22' } });
    expect(problems.map(({ code }) => code)).toEqual(['map/level-repeated']);
    expect(unmapped.map(({ value }) => value)).toContain('20261123');
  });
  test('an order without its number is told, and what is below it kept', () => {
    const { document, problems } = read([hl('1', '', 'S'), hl('2', '1', 'O'), hl('3', '2', 'I'), ...item('1', '1')]);
    expect(problems.map(({ code }) => code)).toEqual(['map/value-required']);
    expect(noticeOf(document).contents).toEqual([expect.not.objectContaining({ order: expect.anything() })]);
  });
});

test('ten thousand levels deep: no stack is lost, and all is read', () => {
  const count = 10_000;
  const levels = Array.from({ length: count }, (_, index) => hl(String(index + 3), String(index + 2), 'P'));
  const { document, problems } = read([
    hl('1', '', 'S'),
    hl('2', '1', 'O'),
    'PRF*A',
    ...levels,
    hl('20000', String(count + 2), 'I'),
    ...item('1', '1'),
  ]);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const notice = noticeOf(document);
  expect(notice.packs).toHaveLength(count);
  expect(notice.contents).toEqual([expect.objectContaining({ order: 'A', packs: [String(count + 2)] })]);
  const writing = map.write(notice, {});
  expect(writing.problems.map(({ code }) => code)).toContain('map/hierarchy-unfit');
});

test('twenty thousand levels of one id are told apart, and told of within bounds', () => {
  const levels = Array.from({ length: 20_000 }, () => hl('2', '1', 'P'));
  const { document, problems } = read([hl('1', '', 'S'), ...levels]);
  expect(new Set(noticeOf(document).packs?.map(({ id }) => id)).size).toBe(20_000);
  expect(problems.length).toBeLessThanOrEqual(1_001);
});

const NOTICE: ShipNotice = {
  number: 'SN1',
  purpose: { code: 'original', original: '00' },
  createdAt: '2026-11-22T13:45',
  shipment: {},
  orders: [{ number: 'A' }, { number: 'B' }],
  packs: [
    { id: 't', kind: 'pallet' },
    { id: 'c1', parent: 't', kind: 'carton', sscc: '006141410000010349' },
    { id: 'c2', kind: 'carton' },
  ],
  contents: [
    { order: 'A', line: '1', quantity: { value: '5' }, packs: ['c1'] },
    { order: 'B', line: '1', quantity: { value: '1' }, packs: ['c2'] },
    { order: 'A', line: '2', quantity: { value: '2.5' }, packs: ['c1'] },
  ],
};
const levelsOf = (document: ShipNotice, shape: string) => {
  const writing = map.write(document, { shipNotice: { shape } });
  const levels = writing.draft.segments.filter(({ tag }) => tag === 'HL').map(({ elements }) => elements.join('*'));
  return {
    ...writing,
    levels,
    codes: writing.problems
      .map(({ code }) => code)
      .filter((code) => code !== 'map/element-missing' && code !== 'map/note-violated'),
  };
};

describe('the same document in every shape', () => {
  test('0001: packs above items, orders in order of first appearance', () => {
    const { levels, unwritten, codes } = levelsOf(NOTICE, '0001');
    expect(levels).toEqual([
      '1**S*1',
      '2*1*O*1',
      '3*2*T*1',
      '4*3*P*1',
      '5*4*I*0',
      '6*4*I*0',
      '7*1*O*1',
      '8*7*P*1',
      '9*8*I*0',
    ]);
    expect(unwritten).toEqual([]);
    expect(codes).toEqual([]);
  });
  test('0002: packs below items; a pack of two items stands twice, and that is told', () => {
    const { levels, codes } = levelsOf(NOTICE, '0002');
    expect(levels).toEqual([
      '1**S*1',
      '2*1*O*1',
      '3*2*I*1',
      '4*3*T*1',
      '5*4*P*0',
      '6*2*I*1',
      '7*6*T*1',
      '8*7*P*0',
      '9*1*O*1',
      '10*9*I*1',
      '11*10*P*0',
    ]);
    expect(codes).toContain('map/hierarchy-unfit');
  });
  test('0002: quantities of one item in several packs are summed, and that is told', () => {
    const contents = [
      { order: 'A', line: '1', quantity: { value: '5' }, packs: ['c1'] },
      { order: 'A', line: '1', quantity: { value: '2.5' }, packs: ['c2'] },
    ];
    const { draft, codes } = levelsOf({ ...NOTICE, orders: [{ number: 'A' }], contents }, '0002');
    expect(draft.segments.filter(({ tag }) => tag === 'SN1').map(({ elements }) => elements[1])).toEqual(['7.5']);
    expect(codes).toEqual(['map/quantities-summed']);
  });
  test('0004: packs have no place, and are listed', () => {
    const { levels, unwritten } = levelsOf(NOTICE, '0004');
    expect(levels).toEqual(['1**S*1', '2*1*O*1', '3*2*I*0', '4*2*I*0', '5*1*O*1', '6*5*I*0']);
    expect(unwritten).toEqual([
      'packs[0]',
      'packs[1]',
      'packs[2]',
      'contents[0].packs',
      'contents[1].packs',
      'contents[2].packs',
    ]);
  });
  test('a shape the map has not is told, and the first taken', () =>
    expect(levelsOf(NOTICE, '0009').codes).toContain('map/hierarchy-unfit'));
});

describe('rows no shape carries', () => {
  const unfit = (changed: Partial<ShipNotice>, shape = '0001') => levelsOf({ ...NOTICE, ...changed }, shape);
  test.each([
    ['an order that is none', { contents: [{ order: 'Z', line: '1', quantity: { value: '1' } }] }, 'contents[0]'],
    ['no order at all', { contents: [{ line: '1', quantity: { value: '1' } }] }, 'contents[0]'],
    [
      'a pack that is none',
      { contents: [{ order: 'A', line: '1', quantity: { value: '1' }, packs: ['x'] }] },
      'contents[0]',
    ],
    [
      'several packs above an item',
      { contents: [{ order: 'A', line: '1', quantity: { value: '1' }, packs: ['c1', 'c2'] }] },
      'contents[0]',
    ],
    [
      'packs in a circle',
      {
        packs: [{ id: 'c1', parent: 'c1', kind: 'carton' as const }],
        contents: [{ order: 'A', line: '1', quantity: { value: '1' }, packs: ['c1'] }],
      },
      'contents[0]',
    ],
    [
      'a carton on a carton',
      {
        packs: [
          { id: 'c1', parent: 'c2', kind: 'carton' as const },
          { id: 'c2', kind: 'carton' as const },
        ],
        contents: [{ order: 'A', line: '1', quantity: { value: '1' }, packs: ['c1'] }],
      },
      'contents[0]',
    ],
    ['a pack that holds nothing', { contents: [{ order: 'A', line: '1', quantity: { value: '1' } }] }, 'packs[0]'],
  ])('%s', (_what, changed, path) => {
    const { unwritten, codes } = unfit(changed);
    expect(unwritten).toContain(path);
    expect(codes).toContain('map/hierarchy-unfit');
  });
  test('an order nothing was shipped of is still named', () =>
    expect(unfit({ contents: [], packs: [] }).levels).toEqual(['1**S*1', '2*1*O*0', '3*1*O*0']));
});
