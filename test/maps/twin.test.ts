import { describe, expect, test } from 'vitest';
import { mapNamed } from './base-maps.ts';
import { type MapName, placedFixture } from './fixtures.ts';

/*
 * One order, once in X12 and once in EDIFACT: business rules must not see which it was. What may differ is named here: the codes as sent,
 * and what only one of the two syntaxes says.
 */
const ONLY_ONE = new Set(['lines[0].price.kind', 'lines[1].price.kind', 'lines[1].price.basis']);

function flat(value: unknown, path = ''): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => flat(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'original' || ONLY_ONE.has(path) ? [] : flat(inner, path === '' ? key : `${path}.${key}`),
  );
}

function order(map: MapName) {
  const { document, problems, unmapped } = mapNamed(map).read(placedFixture(map, 'twin').placed, {});
  expect({ problems, unmapped }).toEqual({ problems: [], unmapped: [] });
  return Object.fromEntries(flat(document).toSorted());
}

describe('an order is the same order in both syntaxes', () => {
  test('every path but the codes as sent', () => {
    const x12 = order('x12/004010/850');
    const edifact = order('edifact/D96A/ORDERS');
    expect(Object.keys(x12).length).toBeGreaterThan(40);
    expect(edifact).toEqual(x12);
  });
});
