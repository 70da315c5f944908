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

/** Whether a folder can be seen there; what cannot be read is told when it is opened. */
export function leadsToFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

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
  const open: { readonly path: string; readonly isFolder: boolean }[] = [{ path: folder, isFolder: true }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!at.isFolder) {
      files.push(at.path);
      continue;
    }
    const { path } = at;
    const visible = entriesOf(path).filter(({ name }) => !name.startsWith('.'));
    for (const entry of visible.toSorted((a, b) => (a.name < b.name ? 1 : -1))) {
      // A link to a folder is not followed: it may lead back up. One that leads nowhere is told like a file that cannot be read.
      if (entry.isSymbolicLink() && leadsToFolder(join(path, entry.name))) continue;
      open.push({ path: join(path, entry.name), isFolder: entry.isDirectory() });
    }
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
  /** Found in a folder, and not named by anyone. */
  readonly isFound?: boolean;
}

/**
 * Why a file cannot be read, or null: one bad file among many must not cost the report about the others. What was found in a folder must be a
 * regular file, for a pipe there would keep its reader waiting for ever; one that is named may be a pipe.
 */
export function whyUnreadable({ path, name, isFound = false }: NamedFile): string | null {
  try {
    const stat = statSync(path);
    if (isFound && !stat.isFile()) return `${name} can't be read: it is no regular file.`;
    if (stat.isFile()) closeSync(openSync(path, 'r'));
    return null;
  } catch (error) {
    return unreadable(name, error).message;
  }
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
