import { newId } from '../../src/core/ids.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { watchConfiguration } from '../../src/flows/known-configuration.ts';
import { openExpressions } from '../../src/library/expressions.ts';
import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import { openStandards } from '../../src/library/standards.ts';
import { openDatabase } from '../../src/store/database.ts';

/** What a test hands to a process that is part of its gateway. */
export interface GatewayPlace {
  readonly databaseUrl: string;
  readonly dataFolder: string;
}

/** The flows' context in a process of its own, on the database of a test's gateway. */
export function contextIn({ databaseUrl, dataFolder }: GatewayPlace): FlowContext {
  const database = openDatabase({ url: databaseUrl });
  const clock = { now: () => new Date() };
  const standards = openStandards();
  return {
    database,
    clock,
    newId,
    configuration: watchConfiguration(database, clock),
    standards,
    maps: openMaps({ standards, functions: mapFunctions }),
    evaluate: openExpressions().evaluate,
    temporaryFolder: dataFolder,
  };
}
