import type { Queryable } from '../database.ts';

/**
 * The transmission that already stands for this act on this channel, if any: the same file offered again after a crash, the same
 * Idempotency-Key. It was committed whole, so the caller may answer as it did then.
 */
export async function transmissionBySource(
  client: Queryable,
  channelId: string,
  sourceKey: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `select id from transmission where channel_id = $1 and source_key = $2 and direction = 'in'`,
    [channelId, sourceKey],
  );
  return rows[0]?.id;
}
