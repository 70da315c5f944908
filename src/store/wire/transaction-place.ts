import type { Queryable } from '../database.ts';

/** Where a transaction's bytes lie. */
export async function transactionPlace(
  client: Queryable,
  id: string,
): Promise<{ rawFileId: string; byteOffset: number; byteLength: number } | undefined> {
  const { rows } = await client.query<{ raw_file_id: string; byte_offset: bigint; byte_length: bigint }>(
    'select i.raw_file_id, t.byte_offset, t.byte_length from transaction t join interchange i on i.id = t.interchange_id where t.id = $1',
    [id],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { rawFileId: row.raw_file_id, byteOffset: Number(row.byte_offset), byteLength: Number(row.byte_length) };
}
