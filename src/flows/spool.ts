import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../core/failure.ts';
import { chunkBytes } from '../store/wire/chunks.ts';

/** Up to here a file is held in memory: nearly every order is, and a temp file would cost three system calls more. */
const memoryBytesMax = 4 * chunkBytes;

/** A file taken off the wire, whole and measured, before anything of it is in the database. */
export interface Spooled {
  readonly byteLength: number;
  readonly sha256: Buffer;
  /** The bytes again, in chunks of `chunkBytes`. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Removes the temp file, if there is one. */
  discard(): Promise<void>;
}

/** The sender's file is larger than its channel allows; it was not stored. */
export class FileTooLarge extends FailureError {
  constructor(byteLengthMax: number) {
    super('partner-refused', `The file is larger than the channel's limit of ${byteLengthMax} bytes.`);
  }
}

/** Reads a stream to its end into memory or a bounded temp file. Throws FileTooLarge as soon as it passes `byteLengthMax`. */
export async function spool(
  source: AsyncIterable<Uint8Array>,
  byteLengthMax: number,
  temporaryFolder: string,
): Promise<Spooled> {
  const hash = createHash('sha256');
  let held: Uint8Array[] = [];
  let byteLength = 0;
  let folder: string | undefined;
  let file: FileHandle | undefined;
  try {
    for await (const bytes of source) {
      byteLength += bytes.byteLength;
      if (byteLength > byteLengthMax) throw new FileTooLarge(byteLengthMax);
      hash.update(bytes);
      if (file === undefined && byteLength > memoryBytesMax) {
        folder = await mkdtemp(join(temporaryFolder, 'tallyport-'));
        file = await open(join(folder, 'spool'), 'wx', 0o600);
        for (const earlier of held) await file.writeFile(earlier);
        held = [];
      }
      if (file === undefined) held.push(Uint8Array.from(bytes));
      else await file.writeFile(bytes);
    }
  } catch (error) {
    await file?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    throw isDiskFull(error)
      ? new FailureError('disk-full', 'There is no room to spool the file.', { cause: error })
      : error;
  }
  await file?.close();
  const whole = file === undefined ? Buffer.concat(held) : undefined;
  return {
    byteLength,
    sha256: hash.digest(),
    chunks: () => (whole === undefined ? fileChunks(join(folder ?? '', 'spool')) : memoryChunks(whole)),
    discard: async () => {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

async function* memoryChunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const part of createReadStream(path, { highWaterMark: chunkBytes })) {
    rest = rest.byteLength === 0 ? part : Buffer.concat([rest, part]);
    for (; rest.byteLength >= chunkBytes; rest = rest.subarray(chunkBytes)) yield rest.subarray(0, chunkBytes);
  }
  if (rest.byteLength > 0) yield rest;
}
