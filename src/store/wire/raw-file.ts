import type { Queryable } from '../database.ts';
import { inOneStatement, toldInOneStatement } from '../in-one-statement.ts';

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
  return (await rawFilesToRead(client, [id]))[0];
}

/** Several, in the order they are asked for. */
export async function rawFilesToRead(
  client: Queryable,
  ids: readonly string[],
): Promise<readonly (RawFileToRead | undefined)[]> {
  const { rows } = await client.query<RawFileToRead & Record<string, unknown>>(
    `select f.id, f.transmission_id, f.channel_id, f.sha256, f.byte_length, f.state, t.name, c.raw_file_id as entered_before, k.bytes as head
     from raw_file f join transmission t on t.id = f.transmission_id
       left join content_claim c on c.sha256 = f.sha256 and c.raw_file_id <> f.id
       left join raw_chunk k on k.raw_file_id = f.id and k.ordinal = 0
     where f.id = any ($1::uuid[])`,
    [ids],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id));
}

/** Says what became of a file; `firstId` names the file it repeats. */
export const setRawFileState = (
  tx: Queryable,
  id: string,
  state: string,
  firstId: string | null = null,
): Promise<void> => setStates(tx, { id, state, firstId });

const setStates = toldInOneStatement((tx, files: readonly { id: string; state: string; firstId: string | null }[]) =>
  tx.tell(
    `update raw_file f set state = r.state, first_id = r.first_id
       from unnest($1::uuid[], $2::text[], $3::uuid[]) as r (id, state, first_id) where f.id = r.id`,
    [files.map(({ id }) => id), files.map(({ state }) => state), files.map(({ firstId }) => firstId)],
  ),
);

/** Gives a file's claim back unless something of the file was entered: a first try that failed must not block the next. */
export async function releaseContent(tx: Queryable, sha256: Buffer, rawFileId: string): Promise<void> {
  await tx.tell(
    `delete from content_claim where sha256 = $1 and raw_file_id = $2 and not exists (
       select 1 from interchange where raw_file_id = $2 and state = 'closed' and verdict <> 'rejected')`,
    [sha256, rawFileId],
  );
}

interface ContentClaim {
  readonly sha256: Buffer;
  readonly rawFileId: string;
}

/** Claims a file's content; gives the file that has it, which is another one when these bytes were entered before. */
export const claimContent = (tx: Queryable, sha256: Buffer, rawFileId: string): Promise<string> =>
  claim(tx, { sha256, rawFileId });

const claim = inOneStatement(async (tx: Queryable, claims: readonly ContentClaim[]): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ sha256: Buffer; raw_file_id: string }>(
    `with wanted as (select * from unnest($1::bytea[], $2::uuid[]) as r (sha256, raw_file_id)),
       mine as (
         insert into content_claim (sha256, raw_file_id)
         select distinct on (sha256) sha256, raw_file_id from wanted order by sha256 on conflict do nothing
         returning sha256, raw_file_id)
     select sha256, raw_file_id from mine
     union all select c.sha256, c.raw_file_id from content_claim c join wanted w on w.sha256 = c.sha256`,
    [claims.map(({ sha256 }) => sha256), claims.map(({ rawFileId }) => rawFileId)],
  );
  const holders = new Map(rows.map(({ sha256, raw_file_id }) => [sha256.toString('hex'), raw_file_id]));
  return Promise.all(
    claims.map(
      (one) =>
        // Neither row shows when another transaction committed its claim while we waited for it: its row is newer than our snapshot.
        holders.get(one.sha256.toString('hex')) ?? claimContent(tx, one.sha256, one.rawFileId),
    ),
  );
});
