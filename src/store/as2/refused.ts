import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

export interface NewRefused {
  readonly id: string;
  readonly channelId: string;
  readonly messageId: string | null;
  readonly modifier: string;
  readonly detail: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
  readonly remote: string | null;
  readonly at: Date;
}

/** Counts one more. '' is the channel of those we do not know. */
export async function countRefusal(tx: Queryable, channelId: string, modifier: string): Promise<void> {
  await tx.query(
    `insert into as2_refusal_count (channel_id, modifier, count) values ($1, $2, 1)
     on conflict (channel_id, modifier) do update set count = as2_refusal_count.count + 1`,
    [channelId, modifier],
  );
}

/** How many of a channel were kept since. */
export async function refusedSince(client: Queryable, channelId: string, since: Date): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from as2_refused where channel_id = $1 and at >= $2',
    [channelId, since],
  );
  return rows[0]?.count ?? 0;
}

/** Keeps one, and forgets those of its channel that are older than `before` or more than `keptMax`. */
export async function insertRefused(
  tx: Queryable,
  refused: NewRefused,
  { before, keptMax }: { readonly before: Date; readonly keptMax: number },
): Promise<void> {
  const { id, channelId, messageId, modifier, detail, headers, body, remote, at } = refused;
  await tx.query(
    `insert into as2_refused (id, channel_id, message_id, modifier, detail, headers, body, remote, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, channelId, messageId, modifier, detail, jsonText(headers), body, remote, at],
  );
  await tx.query(
    `delete from as2_refused where channel_id = $1 and (at < $2
       or id in (select id from as2_refused where channel_id = $1 order by at desc, id desc offset $3))`,
    [channelId, before, keptMax],
  );
}

export interface StoredRefused {
  readonly id: string;
  readonly channel_id: string;
  readonly message_id: string | null;
  readonly modifier: string;
  readonly detail: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
  readonly remote: string | null;
  readonly at: Date;
}

/** By its id, or the newest with this Message-ID, with or without brackets. */
export async function refusedMessage(client: Queryable, idOrMessageId: string): Promise<StoredRefused | undefined> {
  const bare = idOrMessageId.replace(/^<(.*)>$/, '$1');
  const { rows } = await client.query<StoredRefused & Record<string, unknown>>(
    `select * from as2_refused where id::text = lower($1) or message_id in ($1, $2, '<' || $2 || '>') order by at desc limit 1`,
    [idOrMessageId, bare],
  );
  return rows[0];
}

export interface RefusedRow {
  readonly id: string;
  readonly channel: string;
  readonly messageId: string | null;
  readonly modifier: string;
  readonly detail: string;
  readonly remote: string | null;
  readonly at: Date;
}

/** The newest, of one channel or of all. */
export async function refusedMessages(
  client: Queryable,
  channelId: string | null,
  limit: number,
): Promise<readonly RefusedRow[]> {
  const { rows } = await client.query<RefusedRow & Record<string, unknown>>(
    `select id, channel_id as channel, message_id as "messageId", modifier, detail, remote, at from as2_refused
     where $1::text is null or channel_id = $1 order by at desc, id desc limit $2`,
    [channelId, limit],
  );
  return rows;
}

/** How often something was refused, ever. */
export async function refusalCounts(
  client: Queryable,
): Promise<readonly { readonly channel: string; readonly modifier: string; readonly count: number }[]> {
  const { rows } = await client.query<{ channel: string; modifier: string; count: number }>(
    'select channel_id as channel, modifier, count::float8 as count from as2_refusal_count order by 1, 2',
  );
  return rows;
}
