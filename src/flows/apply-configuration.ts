import { createHash } from 'node:crypto';
import type { Configuration } from '../partners/configuration.ts';
import { replaceConfiguration } from '../store/configuration/replace.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';

/** Puts a configuration in force, in one transaction, with an Event that says who did it. */
export async function applyConfiguration(
  { database, clock }: Pick<FlowContext, 'database' | 'clock'>,
  configuration: Configuration,
  actor: string,
): Promise<void> {
  const hash = createHash('sha256').update(JSON.stringify(configuration)).digest('hex');
  const at = clock.now();
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
