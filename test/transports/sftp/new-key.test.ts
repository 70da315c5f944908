import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { newSshKey } from '../../../src/transports/sftp/new-key.ts';

test('every key that is made can be read: of 1,000, ssh2 alone makes some that cannot', () => {
  for (let count = 0; count < 1_000; count += 1) {
    const read = ssh2.utils.parseKey(newSshKey('ed25519'));
    expect(Array.isArray(read) ? read[0] : read).not.toBeInstanceOf(Error);
  }
});
