import type { Account } from './mailbox.ts';

/*
 * A partner's paths are words, split at slashes and looked up: they never become a path on our disk, so there is nowhere to climb to.
 * `..` stops at the root, as in a chroot.
 */
export type Place =
  | { readonly kind: 'root' }
  | { readonly kind: 'folder'; readonly folder: 'inbox' | 'outbox' }
  | { readonly kind: 'file'; readonly folder: 'inbox' | 'outbox'; readonly name: string }
  | { readonly kind: 'absent' }
  /** A name that nobody may have: a NUL, no UTF-8, too long. */
  | { readonly kind: 'impossible' };

const pathLengthMax = 1_024;
const nameBytesMax = 255;

/** The path without `.`, `..` and double slashes, beginning with one; undefined when it cannot be one. */
export function normalPath(path: string): string | undefined {
  if (path.length > pathLengthMax || /[\p{Cc}\ufffd]/u.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else if (Buffer.byteLength(part) > nameBytesMax) return undefined;
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function placeOf(path: string, { inbox, outbox }: Account): Place {
  const normal = normalPath(path);
  if (normal === undefined) return { kind: 'impossible' };
  const [first = '', name, ...deeper] = normal.slice(1).split('/');
  if (first === '') return { kind: 'root' };
  const folder = first === inbox.name ? 'inbox' : first === outbox.name ? 'outbox' : undefined;
  if (folder === undefined || deeper.length > 0) return { kind: 'absent' };
  return name === undefined ? { kind: 'folder', folder } : { kind: 'file', folder, name };
}

/** Names under which clients write what is not whole yet: WinSCP's .filepart, FileZilla's and others' .part, hidden files. */
export const isUnfinished = (name: string): boolean =>
  /^\.|^~\$|~$|\.(?:tmp|temp|part|partial|filepart|writing|crdownload|swp|bak)~?$/i.test(name);
