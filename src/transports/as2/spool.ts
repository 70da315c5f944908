import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../core/failure.ts';
import type { SizedContent } from './content.ts';
import { memoryBytesMax, pieceBytes } from './limits.ts';

/** Bytes that were taken whole, in memory or in a temp file that is ours alone. */
export interface Spooled extends SizedContent {
  readonly sha256: Buffer;
  /** Removes the temp file, if there is one. */
  discard(): Promise<void>;
}

/** Thrown by `spool`; the caller knows what it means. */
export class SpoolTooLarge extends Error {}

/** Takes a stream to its end. Throws SpoolTooLarge past `bytesMax`, what the source throws, and FailureError `disk-full`; then nothing is left behind. */
export async function spool(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
  temporaryFolder: string,
): Promise<Spooled> {
  const hash = createHash('sha256');
  let held: Uint8Array[] = [];
  let byteLength = 0;
  let folder: string | null = null;
  let file: FileHandle | null = null;
  const discard = async (): Promise<void> => {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  };
  try {
    for await (const piece of source) {
      byteLength += piece.byteLength;
      if (byteLength > bytesMax) throw new SpoolTooLarge();
      hash.update(piece);
      if (file === null && byteLength > memoryBytesMax) {
        folder = await mkdtemp(join(temporaryFolder, 'tallyport-as2-'));
        file = await open(join(folder, 'spool'), 'wx', 0o600);
        for (const earlier of held) await file.writeFile(earlier);
        held = [];
      }
      if (file === null) held.push(Uint8Array.from(piece));
      else await file.writeFile(piece);
    }
    await file?.close();
  } catch (error) {
    await file?.close().catch(() => undefined); // the first error is the one to tell
    await discard();
    throw isDiskFull(error)
      ? new FailureError('disk-full', 'There is no room to spool a message.', { cause: error })
      : error;
  }
  const whole = Buffer.concat(held);
  const path = folder === null ? null : join(folder, 'spool');
  return {
    byteLength,
    sha256: hash.digest(),
    async *bytes() {
      if (path === null) yield whole;
      else yield* createReadStream(path, { highWaterMark: pieceBytes });
    },
    discard,
  };
}

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
