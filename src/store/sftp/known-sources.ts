import type { Queryable } from '../database.ts';

/** Those of the source keys under which a channel has received something. */
export async function knownSources(
  client: Queryable,
  channelId: string,
  sourceKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ source_key: string }>(
    `select source_key from transmission where channel_id = $1 and direction = 'in' and source_key = any ($2)`,
    [channelId, sourceKeys],
  );
  return new Set(rows.map(({ source_key }) => source_key));
}
