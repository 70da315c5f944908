import { describe, expect, test } from 'vitest';
import type { ShipNotice } from '../../src/documents/ship-notice.ts';
import type { DraftSegment } from '../../src/parsers/draft.ts';
import { agreementOf, mapNamed } from './base-maps.ts';
import { fixturePath, placedFixture, stemsOf } from './fixtures.ts';

const MAP = 'x12/004010/856';
const SHAPES = ['0001', '0002', '0004'] as const;

function documentOf(stem: string): ShipNotice {
  const { placed } = placedFixture(MAP, stem);
  const { document } = mapNamed(MAP).read(placed, agreementOf(placed));
  if (document === null || !('contents' in document)) throw new Error('no ship notice');
  return document;
}

interface Level {
  readonly id: string;
  readonly parent: string;
  readonly code: string;
  readonly child: string;
  readonly segments: DraftSegment[];
}

/** Levels as a stranger would read them: from the HL segments alone. */
function levelsOf(segments: readonly DraftSegment[]): Level[] {
  const levels: Level[] = [];
  for (const segment of segments) {
    const [id = '', parent = '', code = '', child = ''] = segment.elements.map(String);
    if (segment.tag === 'HL') levels.push({ id, parent, code, child, segments: [] });
    else levels.at(-1)?.segments.push(segment);
  }
  return levels;
}

const valueIn = (level: Level, tag: string, element: number) =>
  String(level.segments.find((segment) => segment.tag === tag)?.elements[element - 1] ?? '');

/** One row of goods with everything above and below it, summed: what must be the same however it is nested. */
function shipped(levels: readonly Level[]): string[] {
  const byId = new Map(levels.map((level) => [level.id, level]));
  const sums = new Map<string, number>();
  for (const level of levels.filter(({ code }) => code === 'I')) {
    let order = '';
    for (let up = byId.get(level.parent); up !== undefined; up = byId.get(up.parent))
      if (up.code === 'O') order = valueIn(up, 'PRF', 1);
    const key = `${order} line ${valueIn(level, 'LIN', 1)} ${valueIn(level, 'LIN', 3)}`;
    sums.set(key, (sums.get(key) ?? 0) + Number(valueIn(level, 'SN1', 2)));
  }
  return [...sums].map(([key, sum]) => `${key}: ${sum}`).toSorted();
}

/** Goods that lie in several packs together cannot stand under one of them: how much lies in each is not known. */
const carried = ({ contents }: ShipNotice, shape: string) =>
  contents.filter(({ packs = [] }) => shape !== '0001' || packs.length < 2);

const write = (document: ShipNotice, shape: string) => {
  const { structure: _structure, ...flat } = document;
  return mapNamed(MAP).write(flat, { shipNotice: { shape } });
};

test('the nesting a document asks for wins over the agreement', () => {
  const document = documentOf('standard-pack');
  const { draft } = mapNamed(MAP).write(document, { shipNotice: { shape: '0004' } });
  expect(draft.segments.find(({ tag }) => tag === 'BSN')?.elements[4]).toBe('0002');
});

describe.each(stemsOf(MAP))('%s is written in every shape', (stem) => {
  const document = documentOf(stem);

  test.each(SHAPES)('%s: levels are numbered from 1, each under an earlier one of the right kind', (shape) => {
    const { draft } = write(document, shape);
    const levels = levelsOf(draft.segments);
    const above = new Map(levels.map(({ id, code }) => [id, code]));
    const allowed: Record<string, Record<string, readonly string[]>> = {
      '0001': { S: [''], O: ['S'], T: ['O'], P: ['O', 'T'], I: ['O', 'T', 'P'] },
      '0002': { S: [''], O: ['S'], I: ['O'], T: ['I'], P: ['I', 'T'] },
      '0004': { S: [''], O: ['S'], I: ['O'] },
    };
    expect(levels.map(({ id }) => id)).toEqual(levels.map((_level, index) => String(index + 1)));
    for (const { id, parent, code, child } of levels) {
      expect(allowed[shape]?.[code], `HL*${id} is a level of ${shape}`).toContain(above.get(parent) ?? '');
      expect(Number(parent)).toBeLessThan(Number(id));
      expect(child).toBe(levels.some((level) => level.parent === id) ? '1' : '0');
    }
    const bsn = draft.segments.find(({ tag }) => tag === 'BSN');
    expect(bsn?.elements[4]).toBe(shape);
    const ctt = draft.segments.find(({ tag }) => tag === 'CTT');
    expect(ctt?.elements[0]).toBe(String(levels.length));
  });

  test.each(SHAPES)('%s: the same goods of the same orders leave', (shape) => {
    const told = carried(document, shape).map(({ order = '', line = '', products = [], quantity }) => ({
      key: `${order} line ${line} ${products[0]?.value ?? ''}`,
      value: Number(quantity.value),
    }));
    const sums = new Map<string, number>();
    for (const { key, value } of told) sums.set(key, (sums.get(key) ?? 0) + value);
    const expected = [...sums].map(([key, sum]) => `${key}: ${sum}`).toSorted();
    expect(shipped(levelsOf(write(document, shape).draft.segments))).toEqual(expected);
  });

  test('the packs of a shape without packs are told as unwritten, never dropped in silence', () => {
    const { unwritten } = write(document, '0004');
    const packs = document.packs ?? [];
    expect(unwritten.filter((path) => path.startsWith('packs')).length > 0).toBe(packs.length > 0);
  });

  test.each(['0001', '0002'] as const)('%s: every SSCC is there once under its goods', (shape) => {
    const { draft } = write(document, shape);
    const marks = draft.segments.filter(({ tag, elements }) => tag === 'MAN' && elements[0] === 'GM');
    const written = marks.map(({ elements }) => String(elements[1]).slice(2));
    const used = new Set(carried(document, shape).flatMap(({ packs = [] }) => packs));
    for (const { id, parent } of document.packs ?? []) if (used.has(id) && parent !== undefined) used.add(parent);
    const packs = (document.packs ?? []).flatMap(({ id, sscc }) => (used.has(id) ? (sscc ?? []) : []));
    expect([...new Set(written)].toSorted()).toEqual(packs.toSorted());
  });

  test('what a shape cannot carry is a Problem and unwritten', () => {
    const { unwritten, problems } = write(document, '0001');
    const rest = document.contents.flatMap((row, index) =>
      carried(document, '0001').includes(row) ? [] : [`contents[${index}]`],
    );
    expect(unwritten.filter((path) => path.startsWith('contents'))).toEqual(rest);
    expect(problems.length > 0).toBe(rest.length > 0);
  });

  test.each(SHAPES)('%s as written', async (shape) => {
    const { draft } = write(document, shape);
    const lines = draft.segments.map(({ tag, elements }) => [tag, ...elements].join('*').replace(/\*+$/, ''));
    await expect(`${lines.join('~\n')}~\n`).toMatchFileSnapshot(fixturePath(MAP, `${stem}.as-${shape}.txt`));
  });
});
