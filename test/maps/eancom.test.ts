import { expect, test } from 'vitest';
import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import { describeMapFault } from '../../src/mappers/index.ts';
import { type MapName, placedFixture, standards } from './fixtures.ts';

const maps = openMaps({ standards, functions: mapFunctions });
const CASES: readonly (readonly [string, MapName])[] = [
  ['edifact/EAN008/DESADV', 'edifact/D96A/DESADV'],
  ['edifact/EAN010/DESADV', 'edifact/D01B/DESADV'],
];

test.each(CASES)('%s says with 33E that a pack has an SSCC, and reads what %s reads', (name, base) => {
  expect(maps.check(name).map(describeMapFault)).toEqual([]);
  const { placed } = placedFixture(base, 'typical');
  const { document } = maps.map(name).read(placed, {});
  expect(document).toEqual(maps.map(base).read(placed, {}).document);
  if (document === null) throw new Error('no document');
  const { draft, unwritten } = maps.map(name).write(document, {});
  expect(unwritten).toEqual([]);
  const markings = draft.segments.filter(({ tag }) => tag === 'PCI').map(({ elements }) => elements);
  expect(markings).toHaveLength(3);
  expect(JSON.stringify(markings)).not.toContain('24');
  expect(JSON.stringify(markings).match(/33E/g)).toHaveLength(3);
});
