import { createHash } from 'node:crypto';
import { configurationOf } from '../library/partners.ts';
import type { Configuration } from '../partners/configuration.ts';
import type { ParsedConfiguration } from '../partners/parse-configuration.ts';
import type { SourceFile } from '../partners/yaml-source.ts';
import { replaceConfiguration } from '../store/configuration/replace.ts';
import { writeRows } from '../store/write-rows.ts';
import { prepareFolders } from '../transports/directory/prepare.ts';
import type { FlowContext } from './context.ts';

/** What files say, checked against the maps this gateway has. Relative directory paths begin at `base`. */
export const checkConfiguration = (
  { maps }: Pick<FlowContext, 'maps'>,
  files: readonly SourceFile[],
  base: string,
): ParsedConfiguration => configurationOf(files, base, { mapExists: (name) => maps.has(name) });

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
