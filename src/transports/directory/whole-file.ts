import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { FailureError } from '../../core/failure.ts';
import { filesPerLookMax, readBytes } from '../limits.ts';
import { codeOf, isPassedBy, joinPath, type PathBytes, shownName } from './names.ts';

/** A regular file of an inbox as a look found it. */
export interface Listed {
  readonly name: PathBytes;
  readonly stats: BigIntStats;
}

/** The regular files of a folder, oldest first; names that are passed by and everything that is no file are left out. */
export async function listFiles(folder: string): Promise<readonly Listed[]> {
  const names = (await readdir(folder, { encoding: 'buffer' })).filter((name) => !isPassedBy(name));
  const listed: Listed[] = [];
  // Of more than that, some wait for the next look; among those that are taken the oldest are still first.
  for (const name of names.slice(0, filesPerLookMax)) {
    const stats = await statsOf(joinPath(folder, name));
    // lstat: a link is not followed, for it may point at any file we can read.
    if (stats?.isFile()) listed.push({ name, stats });
  }
  return listed.toSorted(oldestFirst);
}

export const oldestFirst = (a: Listed, b: Listed): number =>
  a.stats.mtimeNs === b.stats.mtimeNs ? Buffer.compare(a.name, b.name) : a.stats.mtimeNs < b.stats.mtimeNs ? -1 : 1;

export async function statsOf(path: PathBytes): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined; // taken by another between listing and looking
    throw error;
  }
}

/** Whether nobody wrote between two looks. */
export const isSettled = (before: BigIntStats | undefined | null, now: BigIntStats): boolean =>
  before?.ino === now.ino && before.size === now.size && before.mtimeNs === now.mtimeNs;

/**
 * What makes a file the same one when it is offered again after a crash. A rename keeps all of it. Content is left out: it would have to
 * be read twice, and a file of other content has another time.
 */
export const sourceKeyOf = (name: PathBytes, { size, mtimeNs, ino }: BigIntStats): string =>
  `file:${createHash('sha256').update(name).update(`\0${size}\0${mtimeNs}\0${ino}`).digest('hex')}`;

/** Opens a claimed file; undefined when it is gone or no regular file. A pipe put in its place does not block us. */
export async function openRegular(path: PathBytes): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(codeOf(error))) return undefined;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

/** The file's bytes; throws at the end when somebody wrote to it meanwhile, so that no half of it is ever kept as a whole. */
export async function* wholeFile(handle: FileHandle, name: PathBytes, seen: BigIntStats): AsyncGenerator<Uint8Array> {
  for (let byteOffset = 0; ; ) {
    // A new buffer each time: whoever takes a piece may keep it.
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes, byteOffset);
    if (bytesRead === 0) break;
    byteOffset += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
  if (!isSettled(seen, await handle.stat({ bigint: true })))
    throw new FailureError('partner-unreachable', `${shownName(name)} was written to while it was read.`);
}
