import type { Queryable } from '../database.ts';

export interface RawFileToRead {
  readonly id: string;
  readonly transmission_id: string;
  readonly channel_id: string;
  readonly sha256: Buffer;
  readonly byte_length: bigint;
  readonly state: string;
  readonly name: string | null;
  /** The file with the same bytes that was entered before, if any. */
  readonly entered_before: string | null;
  /** Its first chunk, so that a small file costs one look-up. */
  readonly head: Buffer | null;
}

/** A RawFile as `split` needs it. */
export async function rawFileToRead(client: Queryable, id: string): Promise<RawFileToRead | undefined> {
  const { rows } = await client.query<RawFileToRead>(
    `select f.id, f.transmission_id, f.channel_id, f.sha256, f.byte_length, f.state, t.name, c.raw_file_id as entered_before, k.bytes as head
     from raw_file f join transmission t on t.id = f.transmission_id
       left join content_claim c on c.sha256 = f.sha256 and c.raw_file_id <> f.id
       left join raw_chunk k on k.raw_file_id = f.id and k.ordinal = 0
     where f.id = $1`,
    [id],
  );
  return rows[0];
}

/** Says what became of a file; `firstId` names the file it repeats. */
export async function setRawFileState(
  tx: Queryable,
  id: string,
  state: string,
  firstId: string | null = null,
): Promise<void> {
  await tx.tell('update raw_file set state = $2, first_id = $3 where id = $1', [id, state, firstId]);
}

/** Gives a file's claim back unless something of the file was entered: a first try that failed must not block the next. */
export async function releaseContent(tx: Queryable, sha256: Buffer, rawFileId: string): Promise<void> {
  await tx.tell(
    `delete from content_claim where sha256 = $1 and raw_file_id = $2 and not exists (
       select 1 from interchange where raw_file_id = $2 and state = 'closed' and verdict <> 'rejected')`,
    [sha256, rawFileId],
  );
}

/** Claims a file's content; gives the file that has it, which is another one when these bytes were entered before. */
export async function claimContent(tx: Queryable, sha256: Buffer, rawFileId: string): Promise<string> {
  const { rows } = await tx.query<{ raw_file_id: string }>(
    `with mine as (insert into content_claim (sha256, raw_file_id) values ($1, $2) on conflict do nothing returning raw_file_id)
     select raw_file_id from mine union all select raw_file_id from content_claim where sha256 = $1 limit 1`,
    [sha256, rawFileId],
  );
  // Neither row shows when another transaction committed its claim while we waited for it: its row is newer than our snapshot.
  return rows[0]?.raw_file_id ?? claimContent(tx, sha256, rawFileId);
}
