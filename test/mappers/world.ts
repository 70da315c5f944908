import { readFileSync } from 'node:fs';
import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import { openStandards } from '../../src/library/standards.ts';
import { describeMapFault, type MapOf } from '../../src/mappers/index.ts';

export const standards = openStandards();
export const maps = openMaps({ standards, functions: mapFunctions });

/** A map given as text; its faults fail the test. */
export function mapOf(text: string, name = 'test'): MapOf {
  const { map, faults } = maps.checkText(text, `${name}.yaml`, name);
  if (map === null) throw new Error(faults.map(describeMapFault).join('\n'));
  return map;
}

export const faultsOf = (text: string): string[] =>
  maps.checkText(text, 'test.yaml', 'test').faults.map(describeMapFault);

export const EXAMPLES = [
  '1-order-header',
  '2-order-lines',
  '3-order-response',
  '4-ship-notice',
  '5-invoice',
  '6-remittance',
  '7-orders',
  '8-despatch-advice',
  '9-edifact-invoice',
] as const;
export type ExampleName = (typeof EXAMPLES)[number];

export const exampleMap = (name: ExampleName): MapOf =>
  mapOf(readFileSync(new URL(`examples/${name}.yaml`, import.meta.url), 'utf8'), name);
