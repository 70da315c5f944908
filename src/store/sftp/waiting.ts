import type { Queryable } from '../database.ts';

/** A delivery that lies in a mailbox of our SFTP server. */
export interface WaitingRow {
  readonly id: string;
  readonly file_name: string;
  readonly byte_length: bigint;
  readonly at: Date;
}
type Row = WaitingRow & Record<string, unknown>;

// Of several deliveries with one name the oldest is shown; the next when it has left.
const WAITING = `select d.id, d.file_name, f.byte_length, d.at from delivery d join raw_file f on f.id = d.raw_file_id
  where d.channel_id = $1 and d.state = 'available' and not exists (
    select from delivery e where e.channel_id = d.channel_id and e.state = 'available' and e.file_name = d.file_name and (e.at, e.id) < (d.at, d.id))`;

/** Oldest first, from after a delivery on (null: from the beginning). */
export async function listWaiting(
  client: Queryable,
  channelId: string,
  after: string | null,
  limit: number,
): Promise<readonly WaitingRow[]> {
  const { rows } = await client.query<Row>(
    `${WAITING} and ($2::uuid is null or (d.at, d.id) > (select a.at, a.id from delivery a where a.id = $2)) order by d.at, d.id limit $3`,
    [channelId, after, limit],
  );
  return rows;
}

export async function findWaiting(client: Queryable, channelId: string, name: string): Promise<WaitingRow | undefined> {
  const { rows } = await client.query<Row>(`${WAITING} and d.file_name = $2`, [channelId, name]);
  return rows[0];
}

/** One chunk of a delivery's bytes; undefined behind its end. */
export async function deliveryChunk(
  client: Queryable,
  deliveryId: string,
  ordinal: number,
): Promise<Uint8Array | undefined> {
  const { rows } = await client.query<{ bytes: Buffer }>(
    'select c.bytes from raw_chunk c join delivery d on d.raw_file_id = c.raw_file_id where d.id = $1 and c.ordinal = $2',
    [deliveryId, ordinal],
  );
  return rows[0]?.bytes;
}

/** Whether a delivery of this name left the mailbox within the last milliseconds. */
export async function leftLately(
  client: Queryable,
  channelId: string,
  name: string,
  milliseconds: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from delivery where channel_id = $1 and file_name = $2 and state = 'sent' and sent_at > now() - make_interval(secs => $3) limit 1`,
    [channelId, name, milliseconds / 1_000],
  );
  return rowCount > 0;
}
