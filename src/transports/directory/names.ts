import { Buffer } from 'node:buffer';
import { sep } from 'node:path';
import { labelOf } from '../label.ts';

/*
 * Names in a partner's folder are bytes, not text: one that is no UTF-8 would be another name after decoding, and its file could
 * never be taken. So paths are joined as bytes, and text is only what people are shown.
 */
export type PathBytes = Buffer;

export const joinPath = (folder: PathBytes | string, ...names: readonly (PathBytes | string)[]): PathBytes =>
  Buffer.concat([Buffer.from(folder), ...names.flatMap((name) => [Buffer.from(sep), Buffer.from(name)])]);

export const shownName = (name: PathBytes): string => labelOf(name.toString('utf8')) ?? 'a file without a name';

/** Hidden files, and the endings under which the usual clients and editors write what is not whole yet. */
const UNFINISHED = /^\.|~$|\.(?:tmp|temp|part|partial|filepart|writing|crdownload|swp|bak)$/i;

export const isPassedBy = (name: PathBytes): boolean => UNFINISHED.test(name.toString('latin1'));

/** Our own folder inside an inbox: hidden, on the same file system, so that a claim is one atomic rename. */
export const workFolder = '.tallyport';

/** The name cut so that `prefix` fits before it in the 255 bytes a file system allows. */
export const prefixed = (prefix: string, name: PathBytes): PathBytes =>
  Buffer.concat([Buffer.from(prefix), name.subarray(0, 255 - Buffer.byteLength(prefix))]);

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
