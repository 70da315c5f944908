import { createHash } from 'node:crypto';
import type { DigestName } from './cms/algorithms.ts';
import { messageIdLengthMax, nameLengthMax } from './limits.ts';

/*
 * An AS2 name (RFC 4130 6.2): 1 to 128 printable ASCII characters, compared exactly. With a blank, a quote or a backslash in it, it stands in
 * quotes, the latter two behind a backslash.
 */

/** The name that a header carries; undefined when it is none. */
export function nameIn(header: string | undefined): string | undefined {
  const text = header?.trim() ?? '';
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  const name = isQuoted ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
  return isName(name) ? name : undefined;
}

export const isName = (name: string): boolean =>
  name.length <= nameLengthMax && /^[\x20-\x7e]+$/.test(name) && name.trim() !== '';

/** A name as a header carries it. */
export const quotedName = (name: string): string =>
  /[\s"\\]/.test(name) ? `"${name.replaceAll(/(["\\])/g, '\\$1')}"` : name;

/** Ours: "<…@…>", no blank, at most 255 characters. */
export const messageIdOf = (id: string, host: string): string => `<${id}@${host}>`.slice(0, 255);

/** A Message-ID that may be kept and compared; undefined for one that is empty, too long or not printable. */
export function messageIdIn(header: string | undefined): string | undefined {
  const text = header?.trim() ?? '';
  return text.length > 0 && text.length <= messageIdLengthMax && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

/** Compared without brackets: some products drop them, some add them. */
export const bareMessageId = (id: string): string => id.trim().replace(/^<(.*)>$/, '$1');

/** 64 hexadecimal digits that stand for (From, To, Message-ID): what a duplicate is known by. */
export const messageKey = (from: string, to: string, messageId: string): string =>
  createHash('sha256')
    .update([from, to, bareMessageId(messageId)].map((part) => `${part.length}:${part}`).join(''))
    .digest('hex');

const DIGEST_NAMES: Readonly<Record<string, DigestName>> = {
  sha: 'sha1',
  sha1: 'sha1',
  sha256: 'sha256',
  sha2256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
};

/** "SHA1", "sha-256", "sha_256", "rsa-sha256": all of these are sent. Undefined: none that we have. */
export const digestCalled = (text: string): DigestName | undefined =>
  DIGEST_NAMES[
    text
      .toLowerCase()
      .replaceAll(/[-_"\s]/g, '')
      .replace(/^rsa/, '')
  ];

/** As RFC 5751 3.4.3.2 writes it. */
export const micalgOf = (digest: DigestName): string => digest.replace('sha', 'sha-');
