import { createHash } from 'node:crypto';

/** As `ssh-keygen -lf` prints it: SHA256:<base64 without padding>. Takes the key as it goes over the wire (RFC 4253, 6.6). */
export const fingerprintOf = (wireKey: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(wireKey).digest('base64').replace(/=+$/, '')}`;

/** "ssh-ed25519" of a key as it goes over the wire; a question mark when it is none. */
export function keyTypeOf(wireKey: Uint8Array): string {
  const view = Buffer.from(wireKey.buffer, wireKey.byteOffset, wireKey.byteLength);
  const length = view.byteLength >= 4 ? view.readUInt32BE(0) : 0;
  const name = view.toString('latin1', 4, 4 + Math.min(length, 64));
  return /^[a-z0-9@.-]+$/.test(name) ? name : '?';
}
