import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../core/failure.ts';
import { createReader } from '../parsers/index.ts';
import type { ReadEvent } from '../parsers/transaction.ts';

/** One read of the disk: more gains nothing, and a file is never held whole. */
const chunkBytes = 256 * 1024;
const inputPollMs = 10;

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

/** Where a file is. Bytes where its name is no UTF-8, as names come from partners; 0 is what `-` names, standard input. */
export type FilePath = string | Buffer | 0;

/** What a command's FILE names: `-` is standard input, as engineers pipe; a file of that name is `./-`. */
export const namedFile = (name: string, resolve: (name: string) => string): NamedFile =>
  name === '-' ? { name: 'standard input', path: 0 } : { name, path: resolve(name) };

/** A file's size; throws FailureError `usage-wrong` when there is none or it is a folder. */
export function sizeOf(path: FilePath, name = String(path)): number {
  const stat = statOf(path, name);
  if (stat.isDirectory()) throw new FailureError('usage-wrong', `${name} can't be read: it is a folder.`);
  return stat.size;
}

export const isFolder = (path: string, name = path): boolean => statOf(path, name).isDirectory();

/** Whether a folder can be seen there; what cannot be read is told when it is opened. */
export function leadsToFolder(path: string | Buffer): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function statOf(path: FilePath, name: string) {
  try {
    return path === 0 ? fstatSync(path) : statSync(path);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Every file below a folder, in the order of their names; hidden ones are left out, as a shell leaves them out. */
export function filesBelow(folder: string): readonly (NamedFile & { readonly path: string | Buffer })[] {
  const files: (NamedFile & { readonly path: string | Buffer })[] = [];
  const open = [{ path: folder as string | Buffer, name: folder, isFolder: true }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!at.isFolder) {
      files.push({ path: at.path, name: at.name, isFound: true });
      continue;
    }
    const { path, name: above } = at;
    const visible = entriesOf(path, above).filter(({ name }) => name[0] !== DOT);
    for (const entry of visible.toSorted((a, b) => Buffer.compare(b.name, a.name))) {
      const inside = joined(path, entry.name);
      // A link to a folder is not followed: it may lead back up. One that leads nowhere is told like a file that cannot be read.
      if (entry.isSymbolicLink() && leadsToFolder(inside)) continue;
      open.push({ path: inside, name: join(above, entry.name.toString()), isFolder: entry.isDirectory() });
    }
  }
  return files;
}

const DOT = 0x2e;

/** Names are asked for as bytes: one that is no UTF-8 would come back as another name, which no file has. */
function joined(folder: string | Buffer, name: Buffer): string | Buffer {
  const text = name.toString();
  if (typeof folder === 'string' && Buffer.from(text).equals(name)) return join(folder, text);
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]);
}

function entriesOf(folder: string | Buffer, name: string) {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** A file as the user named it, and where it is. */
export interface NamedFile {
  readonly name: string;
  readonly path: FilePath;
  /** Found in a folder, and not named by anyone. */
  readonly isFound?: boolean;
}

/**
 * Why a file cannot be read, or null: one bad file among many must not cost the report about the others. What was found in a folder must be a
 * regular file, for a pipe there would keep its reader waiting for ever; one that is named may be a pipe.
 */
export function whyUnreadable({ path, name, isFound = false }: NamedFile): string | null {
  if (path === 0) return null;
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
    descriptor = path === 0 ? path : openSync(path, 'r');
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
    if (descriptor !== 0) closeSync(descriptor);
  }
}

function readOrThrow(descriptor: number, buffer: Uint8Array, name: string): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      // A pipe's end is an error on Windows; one whose writer has nothing yet may say so instead of waiting.
      if (descriptor === 0 && code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw unreadable(name, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, inputPollMs);
    }
  }
}

/** What the readers find in a file, in wire order, one event at a time: a transaction is dropped before the next is read. */
export function* eventsOf(file: NamedFile, onRead?: (bytes: number) => void): Generator<ReadEvent> {
  const reader = createReader();
  for (const chunk of chunksOf(file, onRead)) yield* reader.read(chunk);
  yield* reader.end();
}
