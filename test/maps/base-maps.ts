import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import type { AgreementValues } from '../../src/mappers/index.ts';
import type { PlacedTransaction } from '../../src/parsers/transaction.ts';
import { type MapName, standards } from './fixtures.ts';

const maps = openMaps({ standards, functions: mapFunctions });
export const mapNamed = (name: MapName) => maps.map(name);
export const faultsOf = (name: MapName) => maps.check(name);

/** What the agreement of a fixture would say: only the shape of a ship notice is not in the document itself. */
export function agreementOf({ transaction }: PlacedTransaction): AgreementValues {
  const shape = transaction.segments.find(({ tag }) => tag === 'BSN')?.value(5);
  return shape === undefined ? {} : { shipNotice: { shape } };
}
