import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { FailureError } from '../../core/failure.ts';
import type { KeySafe } from '../../transports/sftp/server/host-keys.ts';

/*
 * What lies sealed:  version 01 | nonce (12) | tag (16) | bytes encrypted with AES-256-GCM, a name authenticated beside them, so that nothing sealed
 * can be put in another's place. Key pairs in the database are PKCS#8 under their own name; host keys of SFTP are OpenSSH's text, in files.
 */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

function seal(bytes: Uint8Array, name: string, masterKey: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce);
  cipher.setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), sealed]);
}

/** FailureError `credential-missing` when the master key is another than the one it was sealed with, or `use` throws. */
function open<T>(sealed: Buffer, name: string, masterKey: Buffer, use: (bytes: Buffer) => T): T {
  const at = 1 + nonceBytes + tagBytes;
  try {
    if (sealed[0] !== version || sealed.length <= at) throw new Error('no sealed key');
    const decipher = createDecipheriv('aes-256-gcm', masterKey, sealed.subarray(1, 1 + nonceBytes));
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(1 + nonceBytes, at));
    return use(Buffer.concat([decipher.update(sealed.subarray(at)), decipher.final()]));
  } catch (cause) {
    throw new FailureError('credential-missing', `The private key ${name} was sealed with another master key.`, {
      cause,
      remedy: 'Start with the TALLYPORT_KEY, or the master-key file, that it was made with.',
    });
  }
}

export const sealPrivateKey = (key: KeyObject, name: string, masterKey: Buffer): Buffer =>
  seal(key.export({ type: 'pkcs8', format: 'der' }), name, masterKey);

/** FailureError `credential-missing` when the master key is another than the one it was sealed with. */
export const openPrivateKey = (sealed: Buffer, name: string, masterKey: Buffer): KeyObject =>
  open(sealed, name, masterKey, (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }));

/** No name of a key pair has a slash. The files' own names are not in it: a `.next` takes the other's place. */
const hostKeyName = 'sftp/host-key';

/** Keeps the host keys of our SFTP server sealed; null without a master key: they stay as they are. */
export const hostKeySafe = (masterKey: Buffer | null): KeySafe | null =>
  masterKey === null
    ? null
    : {
        seal: (bytes) => seal(bytes, hostKeyName, masterKey),
        open: (sealed) => open(sealed, hostKeyName, masterKey, (bytes) => bytes),
      };

/** 32 bytes as 64 hexadecimal digits or base64; FailureError `usage-wrong` for anything else. */
export function masterKeyIn(text: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length === 32) return key;
  throw new FailureError('usage-wrong', 'The master key has to be 32 bytes, as 64 hexadecimal digits or in base64.', {
    remedy: 'Make one with: openssl rand -hex 32',
  });
}
