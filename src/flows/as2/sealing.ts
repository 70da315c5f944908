import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { FailureError } from '../../core/failure.ts';

/*
 * A private key at rest:  version 01 | nonce (12) | tag (16) | PKCS#8 encrypted with AES-256-GCM, the key's name authenticated beside it,
 * so that one sealed key cannot be put in another's place.
 */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

export function sealPrivateKey(key: KeyObject, name: string, masterKey: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce);
  cipher.setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), sealed]);
}

/** FailureError `credential-missing` when the master key is another than the one it was sealed with. */
export function openPrivateKey(sealed: Buffer, name: string, masterKey: Buffer): KeyObject {
  const at = 1 + nonceBytes + tagBytes;
  try {
    if (sealed[0] !== version || sealed.length <= at) throw new Error('no sealed key');
    const decipher = createDecipheriv('aes-256-gcm', masterKey, sealed.subarray(1, 1 + nonceBytes));
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(1 + nonceBytes, at));
    const der = Buffer.concat([decipher.update(sealed.subarray(at)), decipher.final()]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new FailureError('credential-missing', `The private key ${name} was sealed with another master key.`, {
      cause,
      remedy: 'Start with the TALLYPORT_KEY, or the master-key file, that it was made with.',
    });
  }
}

/** 32 bytes as 64 hexadecimal digits or base64; FailureError `usage-wrong` for anything else. */
export function masterKeyIn(text: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length === 32) return key;
  throw new FailureError('usage-wrong', 'The master key has to be 32 bytes, as 64 hexadecimal digits or in base64.', {
    remedy: 'Make one with: openssl rand -hex 32',
  });
}
