import type { Queryable } from '../database.ts';
import { toldInOneStatement } from '../in-one-statement.ts';

/** Big enough that a row's overhead is nothing, small enough that a thousand readers fit in memory. */
export const chunkBytes = 256 * 1024;

export interface NewChunk {
  readonly rawFileId: string;
  readonly ordinal: number;
  readonly bytes: Uint8Array;
}

const INSERT_CHUNK = 'insert into raw_chunk (raw_file_id, ordinal, bytes) values ($1, $2, $3)';
const INSERT_CHUNKS =
  'insert into raw_chunk (raw_file_id, ordinal, bytes) select * from unnest($1::uuid[], $2::int[], $3::bytea[])';

/** Stores one chunk of a RawFile. A whole one is waited for, else a large file would stand in memory on its way to the server. */
export async function insertChunk(tx: Queryable, rawFileId: string, ordinal: number, bytes: Uint8Array): Promise<void> {
  if (bytes.byteLength < chunkBytes) await insertShort(tx, { rawFileId, ordinal, bytes });
  else await tx.query(INSERT_CHUNK, [rawFileId, ordinal, bufferOf(bytes)]);
}

/** Stores chunks of several RawFiles that are in memory anyway. An array of bytes travels as hex digits, so one alone is sent as it is. */
export async function insertChunks(tx: Queryable, chunks: readonly NewChunk[]): Promise<void> {
  const [first] = chunks;
  if (first === undefined) return;
  if (chunks.length === 1) return tx.tell(INSERT_CHUNK, [first.rawFileId, first.ordinal, bufferOf(first.bytes)]);
  await tx.tell(INSERT_CHUNKS, [
    chunks.map(({ rawFileId }) => rawFileId),
    chunks.map(({ ordinal }) => ordinal),
    chunks.map(({ bytes }) => bufferOf(bytes)),
  ]);
}

const insertShort = toldInOneStatement(insertChunks);

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The bytes of a RawFile from an offset on, chunk by chunk, in order; never more than one chunk in memory. */
export async function* readChunks(client: Queryable, rawFileId: string, fromByte = 0): AsyncGenerator<Uint8Array> {
  for (let ordinal = Math.floor(fromByte / chunkBytes); ; ordinal++) {
    const { rows } = await client.query<{ bytes: Buffer }>(
      'select bytes from raw_chunk where raw_file_id = $1 and ordinal = $2',
      [rawFileId, ordinal],
    );
    const bytes = rows[0]?.bytes;
    if (bytes === undefined) return;
    const skip = Math.max(0, fromByte - ordinal * chunkBytes);
    yield skip === 0 ? bytes : bytes.subarray(skip);
    if (bytes.byteLength < chunkBytes) return; // only the last is short
  }
}

/** Exactly the bytes [from, from + length) of a RawFile: how one Transaction is read again. */
export async function readRange(
  client: Queryable,
  rawFileId: string,
  from: number,
  length: number,
): Promise<Uint8Array> {
  const first = Math.floor(from / chunkBytes);
  const last = Math.floor((from + length - 1) / chunkBytes);
  const { rows } = await client.query<{ bytes: Buffer }>(
    'select bytes from raw_chunk where raw_file_id = $1 and ordinal between $2 and $3 order by ordinal',
    [rawFileId, first, last],
  );
  const start = from - first * chunkBytes;
  return Buffer.concat(rows.map(({ bytes }) => bytes)).subarray(start, start + length);
}
