import { createHash } from 'node:crypto';
import type { Identity } from '../../transports/as2/cms/certificate.ts';
import { decrypted, enterContentInfo } from '../../transports/as2/cms/decrypt.ts';

/*
 * The MIC reckoned a second time, by means of our own: the part that is signed is cut out by its boundary, and node:crypto hashes its octets.
 * Nothing of the gateway's MIME reader, its digests or its MICs is asked; only the envelope is opened with its code, for cutting needs plain text.
 */

/** SHA-256 of the first part of a multipart/signed, base64: all octets between its boundary line and the line break before the next (RFC 1847). */
export function micOfSigned(contentType: string, body: Buffer): string {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error(`a signed message without a boundary: ${contentType.slice(0, 100)}`);
  const first = Buffer.from(`--${boundary}\r\n`, 'latin1');
  const next = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const start = body.indexOf(first);
  const end = start < 0 ? -1 : body.indexOf(next, start + first.length);
  if (end < 0) throw new Error('a signed message without its parts');
  return createHash('sha256')
    .update(body.subarray(start + first.length, end))
    .digest('base64');
}

/** The same of a message that is encrypted for this identity. Throws when it is no signed message under its envelope. */
export async function micOfEncrypted(body: Buffer, identity: Identity): Promise<string> {
  const { kind, stream } = await enterContentInfo(inOne(body));
  if (kind !== 'envelopedData') throw new Error(`a message that is ${kind}, and not enveloped`);
  const pieces: Buffer[] = [];
  for await (const piece of (await decrypted(stream, kind, [identity])).bytes) pieces.push(piece);
  const plain = Buffer.concat(pieces);
  const headEnd = plain.indexOf('\r\n\r\n');
  const head = plain.toString('latin1', 0, headEnd).replaceAll(/\r\n[ \t]+/g, ' ');
  const type = /^content-type:(.*)$/im.exec(head)?.[1] ?? '';
  return micOfSigned(type, plain.subarray(headEnd + 4));
}

async function* inOne(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
