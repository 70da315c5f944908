import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readPkcs12, writePkcs12 } from '../../../../src/transports/as2/cms/pkcs12.ts';
import { opensslWorld } from '../openssl.ts';

const world = opensslWorld({ rsa: 'rsa', p256: 'p256', p384: 'p384', other: 'rsa' });
afterAll(() => world.close());
const hasKeytool = spawnSync('keytool', ['-help']).error === undefined;
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
    const told = spawnSync(
      'openssl',
      ['pkcs12', '-in', 'ours.p12', '-noout', '-info', '-passin', `pass:${passphrase}`],
      { cwd: world.folder, encoding: 'utf8' },
    ).stderr;
    expect(told).toContain('MAC: sha256, Iteration 250000');
    expect(told).toContain('PBES2, PBKDF2, AES-256-CBC, Iteration 250000, PRF hmacWithSHA256');
    expect(createPrivateKey(readPkcs12(file, passphrase).privateKeyPem).equals(world.identity(name).privateKey)).toBe(
      true,
    );
    expect(file.includes('PRIVATE')).toBe(false);
    // Encrypted anew each time: neither salt nor vector is used twice.
    expect(writePkcs12(world.identity(name), 'ours-2026', passphrase).equals(file)).toBe(false);
  });
  test.skipIf(!hasKeytool)('of ours is read by Java', () => {
    // keytool asks for passphrases in ASCII.
    world.write('java.p12', writePkcs12(world.identity('rsa'), 'ours-2026', 'a long passphrase'));
    const file = join(world.folder, 'java.p12');
    const rfc = execFileSync(
      'keytool',
      ['-exportcert', '-rfc', '-keystore', file, '-alias', 'ours-2026', '-storepass', 'a long passphrase'],
      { encoding: 'utf8' },
    );
    expect(new X509Certificate(rfc).raw).toEqual(world.identity('rsa').certificate.der);
    const onward = join(world.folder, 'onward.p12');
    execFileSync(
      'keytool',
      [
        '-importkeystore',
        '-noprompt',
        '-srckeystore',
        file,
        '-srcstorepass',
        'a long passphrase',
        '-destkeystore',
        onward,
        '-deststorepass',
        'another passphrase',
      ],
      { stdio: 'pipe' },
    );
    const { privateKeyPem } = readPkcs12(world.read('onward.p12'), 'another passphrase'); // and its key opened
    expect(createPrivateKey(privateKeyPem).equals(world.identity('rsa').privateKey)).toBe(true);
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
