import type { Agreement, Channel, Company, Partner } from '../../partners/configuration.ts';
import type { SourceFile } from '../../partners/yaml-source.ts';
import type { Queryable } from '../database.ts';

export interface StoredConfiguration {
  readonly version: number;
  readonly companies: readonly Company[];
  readonly partners: readonly Partner[];
  readonly channels: readonly Channel[];
  readonly agreements: readonly Agreement[];
  /** Maps and guides of the company's and its partners' own. */
  readonly rules: readonly SourceFile[];
}

/** The number of the configuration in force; 0 before the first `partners apply`. */
export async function configurationVersion(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ version: string | null }>(
    'select max(version) as version from configuration_version',
  );
  return Number(rows[0]?.version ?? 0);
}

/** The whole configuration in force, read in one statement so that its parts belong together. */
export async function readConfiguration(client: Queryable): Promise<StoredConfiguration> {
  const { rows } = await client.query<Omit<StoredConfiguration, 'version'> & { version: string }>(
    `select coalesce((select max(version) from configuration_version), 0) as version,
       coalesce((select jsonb_agg(body order by id) from company), '[]') as companies,
       coalesce((select jsonb_agg(body order by id) from partner), '[]') as partners,
       coalesce((select jsonb_agg(body order by id) from channel), '[]') as channels,
       coalesce((select jsonb_agg(body order by id) from agreement), '[]') as agreements,
       coalesce((select jsonb_agg(jsonb_build_object('path', u.path, 'text', f.text) order by u.path)
         from rule_use u join rule_file f on f.sha256 = u.sha256
         where u.version = (select max(version) from configuration_version)), '[]') as rules`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('a select without from gave no row');
  return { ...row, version: Number(row.version) };
}
