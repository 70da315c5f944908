import ssh2 from 'ssh2';

/**
 * A new private key in OpenSSH's format. Of 3,000 ed25519 keys that ssh2 1.17 made it could not read nine itself: each is read back, and a bad
 * one thrown away.
 */
export function newSshKey(kind: 'ed25519' | 'rsa'): string {
  for (;;) {
    const made =
      kind === 'rsa'
        ? ssh2.utils.generateKeyPairSync('rsa', { bits: 3_072 })
        : ssh2.utils.generateKeyPairSync('ed25519');
    const read = ssh2.utils.parseKey(made.private);
    const key = Array.isArray(read) ? read[0] : read;
    if (key !== undefined && !(key instanceof Error)) return made.private;
  }
}
