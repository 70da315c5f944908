import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { sftpGapBytesMax, sftpMemoryBytesMax } from '../../limits.ts';
import { Coverage } from './coverage.ts';

const stretchesMax = 1_024;
const gatherBytes = 256 * 1024;

/**
 * The bytes of one upload while they come: in memory while they are few and in order, then in a file under a name of our own. Writes are
 * gathered, for a client sends 32 KiB at a time and a system call costs as much as copying it.
 */
export class SpoolFile {
  readonly #folder: string;
  /** Its name in our spool folder, should it have to outlive the connection. */
  readonly id: string;
  readonly coverage = new Coverage();
  #pieces: Buffer[] = [];
  /** Where the gathered pieces begin in the file. */
  #piecesFrom = 0;
  #gathered = 0;
  #file: FileHandle | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;
  #unwritten = 0;

  constructor(folder: string, id: string = randomUUID()) {
    this.#folder = folder;
    this.id = id;
  }

  /** One that was left by an earlier connection, to be gone on with from `byteLength`; undefined when its bytes are gone. */
  static async reopen(folder: string, id: string, byteLength: number): Promise<SpoolFile | undefined> {
    const spool = new SpoolFile(folder, id);
    try {
      await truncate(spool.#path, byteLength);
      spool.#file = await open(spool.#path, 'r+');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    spool.coverage.add(0, byteLength);
    spool.#piecesFrom = byteLength;
    return spool;
  }

  get #path(): string {
    return join(this.#folder, this.id);
  }

  get byteLength(): number {
    return this.coverage.end;
  }

  /** Bytes taken and not yet on the disk: what the connection must wait for. */
  get unwrittenBytes(): number {
    return this.#unwritten;
  }

  /** Takes bytes; false when they lie too far off, or something went wrong with the disk. */
  write(from: number, bytes: Buffer): boolean {
    if (
      this.#failure !== undefined ||
      from > this.coverage.end + sftpGapBytesMax ||
      this.coverage.stretchCount > stretchesMax
    )
      return false;
    this.coverage.add(from, from + bytes.byteLength);
    const isNext = from === this.#piecesFrom + this.#gathered;
    if (!isNext) {
      this.#hand();
      this.#piecesFrom = from;
    }
    this.#pieces.push(bytes);
    this.#gathered += bytes.byteLength;
    if (!isNext || this.#file !== undefined ? this.#gathered >= gatherBytes : this.#gathered > sftpMemoryBytesMax)
      this.#hand();
    return true;
  }

  /** Sends what is gathered on its way to the file. */
  #hand(): void {
    if (this.#gathered === 0) return;
    const [pieces, from, length] = [this.#pieces, this.#piecesFrom, this.#gathered];
    this.#pieces = [];
    this.#piecesFrom = from + length;
    this.#gathered = 0;
    this.#unwritten += length;
    this.#writing = this.#writing
      .then(async () => {
        this.#file ??= await open(this.#path, 'wx+', 0o600);
        for (let rest = pieces, at = from; rest.length > 0; ) {
          const { bytesWritten } = await this.#file.writev(rest, at);
          at += bytesWritten;
          rest = restOf(rest, bytesWritten);
        }
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#unwritten -= length;
      });
  }

  /** Resolves when no more than `bytes` are on their way. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  /** All bytes are in the file, whole as far as `byteLength`; throws what the disk said. For a part that outlives its connection. */
  async keep(byteLength: number): Promise<void> {
    this.#hand();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    this.#file ??= await open(this.#path, 'wx+', 0o600);
    await this.#file.truncate(byteLength);
    await this.#file.sync();
    await this.#file.close();
    this.#file = undefined;
  }

  /** The bytes from the beginning; throws what the disk said when they were written. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    if (this.#file !== undefined || this.#unwritten > 0) this.#hand();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#file === undefined) yield* this.#pieces;
    else yield* createReadStream(this.#path, { highWaterMark: gatherBytes });
  }

  async discard(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
    this.#pieces = [];
    await removeSpool(this.#folder, this.id);
  }
}

export const removeSpool = (folder: string, id: string): Promise<void> => rm(join(folder, id), { force: true });

/** A part that is kept on disk, read from its beginning. */
export const readSpool = (folder: string, id: string): AsyncIterable<Uint8Array> =>
  createReadStream(join(folder, id), { highWaterMark: gatherBytes });

function restOf(pieces: readonly Buffer[], written: number): Buffer[] {
  const rest = [...pieces];
  for (let left = written; left > 0; ) {
    const first = rest[0];
    if (first === undefined) break;
    if (first.byteLength > left) {
      rest[0] = first.subarray(left);
      break;
    }
    left -= first.byteLength;
    rest.shift();
  }
  return rest;
}
