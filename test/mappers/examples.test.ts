import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeMapFault } from '../../src/mappers/index.ts';
import { EXAMPLES, maps } from './world.ts';

test.each(EXAMPLES)('%s has no fault', (name) => {
  const text = readFileSync(new URL(`examples/${name}.yaml`, import.meta.url), 'utf8');
  expect(maps.checkText(text, `${name}.yaml`, name).faults.map(describeMapFault)).toEqual([]);
});
