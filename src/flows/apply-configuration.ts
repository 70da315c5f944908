import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { configurationOf } from '../library/partners.ts';
import { mapFaultsIn, openRuleBook } from '../library/rule-book.ts';
import type { Configuration } from '../partners/configuration.ts';
import { inOrder } from '../partners/fault.ts';
import type { ParsedConfiguration } from '../partners/parse-configuration.ts';
import type { SourceFile } from '../partners/yaml-source.ts';
import { replaceConfiguration } from '../store/configuration/replace.ts';
import { writeRows } from '../store/write-rows.ts';
import { prepareFolders } from '../transports/directory/prepare.ts';
import type { FlowContext } from './context.ts';
import { configurationAgeMsMax } from './known-configuration.ts';

/**
 * What files say, their maps compiled beside the ones this gateway has: everything that is wrong with any of it. Relative directory paths
 * begin at `base`.
 */
export async function checkConfiguration(
  { maps }: Pick<FlowContext, 'maps'>,
  files: readonly SourceFile[],
  base: string,
): Promise<ParsedConfiguration> {
  const book = openRuleBook(maps, files);
  const isUsable = (name: string, partner: string) =>
    book
      .of(partner)
      .maps.check(name)
      .every(({ severity }) => severity !== 'error');
  const parsed = configurationOf(files, base, {
    mapExists: (name, partner) => book.of(partner).maps.has(name),
    mapReads: (name, partner) => (isUsable(name, partner) ? book.of(partner).maps.map(name) : undefined),
  });
  const faults = await mapFaultsIn(book, files);
  return faults.length === 0 ? parsed : { configuration: null, faults: inOrder([...parsed.faults, ...faults]) };
}

/** Puts a configuration in force, in one transaction, with an Event that says who did it. Missing folders of its channels are made. */
export async function applyConfiguration(
  { database, clock }: Pick<FlowContext, 'database' | 'clock'>,
  configuration: Configuration,
  actor: string,
): Promise<void> {
  const hash = createHash('sha256').update(JSON.stringify(configuration)).digest('hex');
  const at = clock.now();
  for (const { settings } of configuration.channels) await prepareFolders(settings);
  await database.inTransaction(async (tx) => {
    await replaceConfiguration(tx, configuration, { actor, hash, at });
    await writeRows(tx, {}, [
      {
        at,
        type: 'configuration/applied',
        actor,
        company: configuration.company.id,
        data: { hash, partners: configuration.partners.map(({ id }) => id) },
        objects: [{ kind: 'company', id: configuration.company.id, qualifier: 'configured' }],
      },
    ]);
  });
}

/** The same, and returns when every process of the gateway goes by it: an operator tells the partner to send at that moment. Throws as it does. */
export async function putInForce(
  context: Pick<FlowContext, 'database' | 'clock' | 'configuration'>,
  configuration: Configuration,
  actor: string,
): Promise<void> {
  await applyConfiguration(context, configuration, actor);
  await context.configuration('now');
  await sleep(configurationAgeMsMax);
}
