import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { readPkcs12, writePkcs12 } from '../../../../src/transports/as2/cms/pkcs12.ts';
import { opensslWorld } from '../openssl.ts';

const world = opensslWorld({ rsa: 'rsa', p256: 'p256', p384: 'p384', other: 'rsa' });
afterAll(() => world.close());
const passphrase = 'käse & "brot"';
const exported = (name: string, ...more: readonly string[]): Buffer =>
  world.run(
    'pkcs12',
    '-export',
    '-inkey',
    `${name}.key`,
    '-in',
    `${name}.crt`,
    '-passout',
    `pass:${passphrase}`,
    ...more,
  );

describe('PKCS#12', () => {
  test.each([
    ['rsa', []],
    ['p256', []],
    ['p384', ['-macalg', 'sha512']],
    ['rsa', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['rsa', ['-keypbe', 'AES-128-CBC', '-certpbe', 'NONE', '-iter', '1']],
    ['rsa', ['-certfile', 'other.crt', '-name', 'ours of 2026']],
    ['p256', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-certfile', 'other.crt']],
  ] as const)('of OpenSSL is read: %s %j', (name, more) => {
    const { privateKeyPem, certificatePem } = readPkcs12(exported(name, ...more), passphrase);
    const { certificate, privateKey } = world.identity(name);
    expect(new X509Certificate(certificatePem).raw.equals(certificate.der)).toBe(true);
    expect(createPrivateKey(privateKeyPem).equals(privateKey)).toBe(true);
  });
  test('of Windows and Java of old, with RC2 of 40 bits, is read', () => {
    const file = exported('rsa', '-legacy');
    expect(new X509Certificate(readPkcs12(file, passphrase).certificatePem).subject).toContain('CN=rsa');
  });
  test.each(['rsa', 'p256', 'p384'])('of ours is read by OpenSSL and by ourselves: %s', (name) => {
    const file = writePkcs12(world.identity(name), 'ours-2026', passphrase);
    world.write('ours.p12', file);
    const pem = world.run('pkcs12', '-in', 'ours.p12', '-nodes', '-passin', `pass:${passphrase}`).toString();
    expect(createPrivateKey(pem).equals(world.identity(name).privateKey)).toBe(true);
    expect(new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))).raw).toEqual(
      world.identity(name).certificate.der,
    );
    expect(pem).toContain('friendlyName: ours-2026');
    expect(createPrivateKey(readPkcs12(file, passphrase).privateKeyPem).equals(world.identity(name).privateKey)).toBe(
      true,
    );
    expect(file.includes('PRIVATE')).toBe(false);
    // Encrypted anew each time: neither salt nor vector is used twice.
    expect(writePkcs12(world.identity(name), 'ours-2026', passphrase).equals(file)).toBe(false);
  });
  test.each([
    ['another passphrase', () => exported('rsa'), 'other'],
    ['no PKCS#12', () => Buffer.from('hello'), passphrase],
    ['cut off', () => exported('rsa').subarray(0, 900), passphrase],
    ['nothing', () => Buffer.alloc(0), passphrase],
    ['no key', () => exported('rsa', '-nokeys'), passphrase],
    ['no certificate', () => exported('rsa', '-nocerts'), passphrase],
  ])('with %s is refused', (_what, file, given) => {
    expect(() => readPkcs12(file(), given)).toThrow(expect.objectContaining({ kind: 'usage-wrong' }));
  });
});
