import type { Algorithms } from 'ssh2';

/*
 * What we agree to speak. AES-GCM first: node:crypto does it natively, while chacha20-poly1305 is WebAssembly in ssh2 without its native
 * helper, at a third of the speed. SHA-1, CBC and 1,024-bit groups are off unless a channel names them: some old servers have nothing else.
 */
const KEX = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
] as const;
const HOST_KEYS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
] as const;
const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;

export const safeAlgorithms = {
  kex: [...KEX],
  serverHostKey: [...HOST_KEYS],
  cipher: [...CIPHERS],
  hmac: [...MACS],
  compress: ['none'],
} satisfies Algorithms;

/** What a channel may allow by name, at the end of our lists. */
export const LEGACY_ALGORITHMS = {
  'diffie-hellman-group14-sha1': 'kex',
  'diffie-hellman-group-exchange-sha1': 'kex',
  'diffie-hellman-group1-sha1': 'kex',
  'ssh-rsa': 'serverHostKey',
  'aes128-cbc': 'cipher',
  'aes256-cbc': 'cipher',
  '3des-cbc': 'cipher',
  'hmac-sha1': 'hmac',
} as const;
export type LegacyAlgorithm = keyof typeof LEGACY_ALGORITHMS;

/** Our lists and, after them, what the channel allows beside. */
export function algorithmsWith(legacy: readonly LegacyAlgorithm[]): Algorithms {
  const more = <K extends 'kex' | 'serverHostKey' | 'cipher' | 'hmac'>(kind: K) =>
    legacy.filter((name) => LEGACY_ALGORITHMS[name] === kind);
  return {
    kex: [...safeAlgorithms.kex, ...more('kex')],
    serverHostKey: [...safeAlgorithms.serverHostKey, ...more('serverHostKey')],
    cipher: [...safeAlgorithms.cipher, ...more('cipher')],
    hmac: [...safeAlgorithms.hmac, ...more('hmac')],
    compress: [...safeAlgorithms.compress],
  } as Algorithms;
}
