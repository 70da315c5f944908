import { expect, test } from 'vitest';
import { describeMapFault } from '../../src/mappers/index.ts';
import { faultsOf, mapNamed } from './base-maps.ts';
import { MAP_NAMES } from './fixtures.ts';

test.each(MAP_NAMES)('%s has no faults, and no expressions: all of it stands under the round-trip promise', (name) => {
  expect(faultsOf(name).map(describeMapFault)).toEqual([]);
  const map = mapNamed(name);
  expect(map.expressionFields).toEqual([]);
  expect(`${map.syntax}/${map.version}/${map.message}`).toBe(name);
});
