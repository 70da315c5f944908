import type { Queryable } from '../database.ts';

/** A name in an inbox of our SFTP server; `spool` null: delivered. */
export interface UploadRow {
  readonly name: string;
  readonly byte_length: bigint;
  readonly modified_s: bigint;
  readonly holder: string | null;
  readonly spool: string | null;
  readonly is_closed: boolean | null;
}
type Row = UploadRow & Record<string, unknown>;

/** What was delivered is shown for a day: long enough for whoever looks whether it arrived. */
const SHOWN = `(spool is not null or at > now() - interval '1 day')`;

export async function listUploads(
  client: Queryable,
  channelId: string,
  after: string,
  limit: number,
): Promise<readonly UploadRow[]> {
  const { rows } = await client.query<Row>(
    `select * from sftp_upload where channel_id = $1 and name > $2 and ${SHOWN} order by name limit $3`,
    [channelId, after, limit],
  );
  return rows;
}

export async function findUploadRow(
  client: Queryable,
  channelId: string,
  name: string,
): Promise<UploadRow | undefined> {
  const { rows } = await client.query<Row>(
    `select * from sftp_upload where channel_id = $1 and name = $2 and ${SHOWN}`,
    [channelId, name],
  );
  return rows[0];
}

/** Adds or replaces, and forgets what is shown no more. */
export async function putUpload(client: Queryable, channelId: string, row: UploadRow): Promise<void> {
  await client.query(
    `with old as (delete from sftp_upload where channel_id = $1 and spool is null and at < now() - interval '1 day' and name <> $2)
     insert into sftp_upload (channel_id, name, byte_length, modified_s, holder, spool, is_closed, at) values ($1, $2, $3, $4, $5, $6, $7, now())
     on conflict (channel_id, name) do update set byte_length = excluded.byte_length, modified_s = excluded.modified_s,
       holder = excluded.holder, spool = excluded.spool, is_closed = excluded.is_closed, at = excluded.at`,
    [channelId, row.name, row.byte_length, row.modified_s, row.holder, row.spool, row.is_closed],
  );
}

/** Parts that were closed and lie with a holder, untouched for so long; oldest first. */
export async function closedUploads(
  client: Queryable,
  channelId: string,
  holder: string,
  { milliseconds, limit }: { readonly milliseconds: number; readonly limit: number },
): Promise<readonly UploadRow[]> {
  const { rows } = await client.query<Row>(
    `select * from sftp_upload where channel_id = $1 and holder = $2 and is_closed and at <= now() - make_interval(secs => $3)
     order by at, name limit $4`,
    [channelId, holder, milliseconds / 1_000, limit],
  );
  return rows;
}

export async function removeUploadRow(client: Queryable, channelId: string, name: string): Promise<void> {
  await client.query('delete from sftp_upload where channel_id = $1 and name = $2', [channelId, name]);
}

export async function uploadUsage(
  client: Queryable,
  channelId: string,
): Promise<{ byteLength: number; fileCount: number }> {
  const { rows } = await client.query<{ bytes: string; files: bigint }>(
    `select coalesce(sum(byte_length), 0)::numeric as bytes, count(*) as files from sftp_upload where channel_id = $1 and ${SHOWN}`,
    [channelId],
  );
  return { byteLength: Number(rows[0]?.bytes ?? 0), fileCount: Number(rows[0]?.files ?? 0) };
}

/** The spools of all parts that lie with a holder. */
export async function spoolsOf(client: Queryable, holder: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ spool: string }>('select spool from sftp_upload where holder = $1', [holder]);
  return new Set(rows.map(({ spool }) => spool));
}

/** Forgets the parts of a holder that nobody went on with for so long; gives their spools, to be removed. */
export async function expireUploads(
  client: Queryable,
  holder: string,
  milliseconds: number,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ spool: string }>(
    'delete from sftp_upload where holder = $1 and at < now() - make_interval(secs => $2) returning spool',
    [holder, milliseconds / 1_000],
  );
  return rows.map(({ spool }) => spool);
}
