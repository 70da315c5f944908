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
  /** Whom it came from, for rationing: see `peerOf`. */
  readonly peer: string;
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

/** How many of a channel and modifier were kept in the hour of `at`, and how many of them came from this peer. */
export async function keptInHour(
  client: Queryable,
  { channelId, modifier, peer, at }: Pick<NewRefused, 'channelId' | 'modifier' | 'peer' | 'at'>,
): Promise<{ readonly all: number; readonly ofPeer: number }> {
  const { rows } = await client.query<{ all: number; ofPeer: number }>(
    `select coalesce(sum(kept), 0)::int as "all", coalesce(sum(kept) filter (where peer = $4), 0)::int as "ofPeer"
     from as2_refused_hour where channel_id = $1 and modifier = $2 and hour = date_trunc('hour', $3::timestamptz)`,
    [channelId, modifier, at, peer],
  );
  return rows[0] ?? { all: 0, ofPeer: 0 };
}

/** Counts one in its hour, kept or not. */
export async function countInHour(
  tx: Queryable,
  { channelId, modifier, peer, at }: Pick<NewRefused, 'channelId' | 'modifier' | 'peer' | 'at'>,
  isKept: boolean,
): Promise<void> {
  await tx.query(
    `insert into as2_refused_hour as h (channel_id, modifier, hour, peer, kept, only_counted)
     values ($1, $2, date_trunc('hour', $3::timestamptz), $4, $5, $6)
     on conflict (channel_id, modifier, hour, peer) do update set kept = h.kept + $5, only_counted = h.only_counted + $6`,
    [channelId, modifier, at, isKept ? peer : '', isKept ? 1 : 0, isKept ? 0 : 1],
  );
}

export interface UnkeptRow {
  readonly channel: string;
  readonly modifier: string;
  readonly hour: Date;
  /** Of the same hour and modifier: kept, and only counted. */
  readonly kept: number;
  readonly count: number;
}

/** The hours in which something was only counted, the newest first. */
export async function unkeptHours(
  client: Queryable,
  channelId: string | null,
  limit: number,
): Promise<readonly UnkeptRow[]> {
  const { rows } = await client.query<UnkeptRow & Record<string, unknown>>(
    `select channel_id as channel, modifier, hour, sum(kept)::int as kept, sum(only_counted)::float8 as count from as2_refused_hour
     where $1::text is null or channel_id = $1 group by 1, 2, 3 having sum(only_counted) > 0 order by 3 desc, 1, 2 limit $2`,
    [channelId, limit],
  );
  return rows;
}

/**
 * Keeps one, and forgets those of its channel that are older than `before`, or more than `keptMax` of its modifier: the oldest of the peer that has
 * the most, so that one peer's flood does not push out what others did.
 */
export async function insertRefused(
  tx: Queryable,
  refused: NewRefused,
  { before, keptMax }: { readonly before: Date; readonly keptMax: number },
): Promise<void> {
  const { id, channelId, messageId, modifier, detail, headers, body, remote, peer, at } = refused;
  await tx.query(
    `insert into as2_refused (id, channel_id, message_id, modifier, detail, headers, body, remote, peer, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, channelId, messageId, modifier, detail, jsonText(headers), body, remote, peer, at],
  );
  await tx.query(
    `delete from as2_refused where channel_id = $1 and (at < $2 or id in (
       select id from (select id, at, row_number() over (partition by peer order by at desc, id desc) as place
                       from as2_refused where channel_id = $1 and modifier = $3) r
       order by place, at desc, id desc offset $4))`,
    [channelId, before, modifier, keptMax],
  );
  await tx.query('delete from as2_refused_hour where channel_id = $1 and hour < $2', [channelId, before]);
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
