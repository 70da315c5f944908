import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../core/failure.ts';
import { createReader } from '../parsers/index.ts';
import type { ReadEvent } from '../parsers/transaction.ts';

/** One read of the disk: more gains nothing, and a file is never held whole. */
const chunkBytes = 256 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'its links lead in a circle',
};

/** Exit code 2 and a sentence a person can act on, for anything that goes wrong with a file of theirs. */
export function unreadable(path: string, error: unknown): FailureError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new FailureError('usage-wrong', `${path} can't be read: ${reason}.`, { cause: error });
}

/** A file's size; throws FailureError `usage-wrong` when there is none or it is a folder. */
export function sizeOf(path: string, name = path): number {
  const stat = statOf(path, name);
  if (stat.isDirectory()) throw new FailureError('usage-wrong', `${name} can't be read: it is a folder.`);
  return stat.size;
}

export const isFolder = (path: string, name = path): boolean => statOf(path, name).isDirectory();

function statOf(path: string, name: string) {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Every file below a folder, in the order of their names; hidden ones are left out, as a shell leaves them out. */
export function filesBelow(folder: string): readonly string[] {
  const files: string[] = [];
  const open = [folder];
  while (true) {
    const path = open.pop();
    if (path === undefined) break;
    if (path !== folder && !isFolder(path)) {
      files.push(path);
      continue;
    }
    // A link to a folder is not followed: it may lead back up.
    const entries = entriesOf(path).filter(({ name }) => !name.startsWith('.'));
    const visible = entries.filter((entry) => !entry.isSymbolicLink() || !isFolder(join(path, entry.name)));
    const names = visible.map(({ name }) => name).toSorted();
    for (const name of names.toReversed()) open.push(join(path, name));
  }
  return files;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** A file as the user named it, and where it is. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** The bytes of a file, piece by piece; each piece is the same memory again. Throws FailureError `usage-wrong`. */
export function* chunksOf(
  { path, name }: NamedFile,
  onRead: (bytes: number) => void = () => undefined,
): Generator<Uint8Array> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw unreadable(name, error);
  }
  const buffer = new Uint8Array(chunkBytes);
  try {
    for (;;) {
      const count = readOrThrow(descriptor, buffer, name);
      if (count === 0) return;
      yield buffer.subarray(0, count);
      onRead(count);
    }
  } finally {
    closeSync(descriptor);
  }
}

function readOrThrow(descriptor: number, buffer: Uint8Array, name: string): number {
  try {
    return readSync(descriptor, buffer);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** What the readers find in a file, in wire order, one event at a time: a transaction is dropped before the next is read. */
export function* eventsOf(file: NamedFile, onRead?: (bytes: number) => void): Generator<ReadEvent> {
  const reader = createReader();
  for (const chunk of chunksOf(file, onRead)) yield* reader.read(chunk);
  yield* reader.end();
}
