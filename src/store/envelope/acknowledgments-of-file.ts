import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

export interface EarlierDelivery {
  readonly id: string;
  readonly raw_file_id: string;
  readonly interchange_id: string | null;
  readonly company_id: string;
  readonly partner_id: string;
  readonly usage: Usage;
  readonly channel_id: string;
  readonly file_name: string;
  readonly document_id: string | null;
  readonly acknowledgment_id: string | null;
  /** Of the file they answer. */
  readonly syntax: string;
}

/** The deliveries that carried our acknowledgments of a file: of each the first that no other channel stands in for. */
export async function acknowledgmentsOfFile(client: Queryable, rawFileId: string): Promise<readonly EarlierDelivery[]> {
  const { rows } = await client.query<EarlierDelivery & Record<string, unknown>>(
    `select distinct on (a.id) d.id, d.raw_file_id, d.interchange_id, d.company_id, d.partner_id, d.usage, d.channel_id, d.file_name, d.document_id, d.acknowledgment_id, i.syntax
     from interchange i join acknowledgment a on a.interchange_id = i.id and a.direction = 'out' join delivery d on d.acknowledgment_id = a.id
     where i.raw_file_id = $1 order by a.id, d.state = 'replaced', d.at`,
    [rawFileId],
  );
  return rows;
}
