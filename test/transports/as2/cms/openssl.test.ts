import { createHash, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { type DigestName, digests } from '../../../../src/transports/as2/cms/algorithms.ts';
import { compressed, decompressed } from '../../../../src/transports/as2/cms/compress.ts';
import { enterContentInfo } from '../../../../src/transports/as2/cms/decrypt.ts';
import { authenticatedContentType, encrypted } from '../../../../src/transports/as2/cms/encrypt.ts';
import { signDetached, signDetachedBare } from '../../../../src/transports/as2/cms/signed-data.ts';
import { verifyDetached } from '../../../../src/transports/as2/cms/verify.ts';
import { collect, contentOf } from '../../../../src/transports/as2/content.ts';
import { opensslWorld } from '../openssl.ts';
import { cut, open } from './opening.ts';

const world = opensslWorld({ us: 'rsa', them: 'rsa', curve: 'p256', curve384: 'p384' });
afterAll(() => world.close());
const content = Buffer.concat([Buffer.from('Content-Type: application/EDI-X12\r\n\r\nISA*00~\n'), randomBytes(5_000)]);
world.write('content', content);
const digestsOf = (bytes: Uint8Array) => (name: DigestName) => [createHash(name).update(bytes).digest()];
const digestNames = digests.map(({ name }) => name);
const pssOptions = (digest: string) => [
  '-keyopt',
  'rsa_padding_mode:pss',
  '-keyopt',
  'rsa_pss_saltlen:digest',
  '-keyopt',
  `rsa_mgf1_md:${digest}`,
];

describe('a signature that openssl makes, we verify', () => {
  const signers = [
    { name: 'us', scheme: 'pkcs1', more: () => [] },
    { name: 'us', scheme: 'pss', more: pssOptions },
    { name: 'curve', scheme: 'ecdsa', more: () => [] },
    { name: 'curve384', scheme: 'ecdsa', more: () => [] },
  ] as const;
  const cases = signers.flatMap((signer) =>
    digestNames.flatMap((digest) =>
      [
        [],
        ['-keyid'],
        ['-nocerts'],
        // OpenSSL 3.0 cannot write PSS as a stream: "illegal zero content".
        ...(signer.scheme === 'pss' ? [] : [['-stream', '-indef']]),
      ].map((flags) => ({
        ...signer,
        digest,
        flags,
        title: `${signer.name} ${signer.scheme} ${digest} ${flags.join(' ')}`,
      })),
    ),
  );
  test.each(cases)('$title', ({ name, scheme, digest, flags, more }) => {
    const cms = world.run(
      'cms',
      '-sign',
      '-binary',
      '-in',
      'content',
      '-outform',
      'DER',
      '-md',
      digest,
      '-signer',
      `${name}.crt`,
      '-inkey',
      `${name}.key`,
      ...more(digest),
      ...flags,
    );
    const trusted = [world.identity('them').certificate, world.identity(name).certificate];
    expect(verifyDetached(cms, digestsOf(content), trusted)).toMatchObject({
      ok: true,
      digest,
      scheme,
      certificate: trusted[1],
    });
    expect(verifyDetached(cms, digestsOf(content), trusted.slice(0, 1))).toMatchObject({
      ok: false,
      kind: 'signer-unknown',
    });
    expect(verifyDetached(cms, digestsOf(Buffer.from('other')), trusted)).toMatchObject({
      ok: false,
      kind: 'digest-wrong',
    });
  });

  test.each(digestNames)('without signed attributes: RSA %s', (digest) => {
    const cms = world.run(
      'cms',
      '-sign',
      '-binary',
      '-noattr',
      '-in',
      'content',
      '-outform',
      'DER',
      '-md',
      digest,
      '-signer',
      'us.crt',
      '-inkey',
      'us.key',
    );
    const trusted = [world.identity('us').certificate];
    expect(verifyDetached(cms, digestsOf(content), trusted)).toMatchObject({ ok: true, digest });
    expect(verifyDetached(cms, digestsOf(Buffer.from('other')), trusted)).toMatchObject({
      ok: false,
      kind: 'digest-wrong',
    });
  });

  test('two signers, the second of them trusted', () => {
    const cms = world.run(
      'cms',
      '-sign',
      '-binary',
      '-in',
      'content',
      '-outform',
      'DER',
      '-signer',
      'us.crt',
      '-inkey',
      'us.key',
      '-signer',
      'them.crt',
      '-inkey',
      'them.key',
    );
    expect(verifyDetached(cms, digestsOf(content), [world.identity('them').certificate])).toMatchObject({ ok: true });
    expect(verifyDetached(cms, digestsOf(content), [world.identity('us').certificate])).toMatchObject({ ok: true });
  });
});

describe('a signature of ours, openssl verifies', () => {
  const verify = (cms: Buffer, name: string) => {
    world.write('signature', cms);
    return world.run(
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'signature',
      '-content',
      'content',
      '-CAfile',
      `${name}.crt`,
      '-purpose',
      'any',
    );
  };
  const cases = digestNames.flatMap((digest) =>
    (
      [
        ['us', 'pkcs1'],
        ['us', 'pss'],
        ['curve', 'pkcs1'],
        ['curve384', 'pss'],
      ] as const
    ).map(([name, scheme]) => ({ digest, name, scheme })),
  );
  test.each(cases)('$name $scheme $digest', async ({ digest, name, scheme }) => {
    const identity = world.identity(name);
    const cms = await signDetached(createHash(digest).update(content).digest(), {
      identity,
      digest,
      scheme,
      signingTime: new Date('2026-11-25T12:00:00Z'),
    });
    expect(verify(cms, name).equals(content)).toBe(true);
    expect(verifyDetached(cms, digestsOf(content), [identity.certificate])).toMatchObject({ ok: true, digest });
  });
  test.each(digestNames)('without signed attributes %s', (digest) => {
    const identity = world.identity('us');
    const cms = signDetachedBare(createHash(digest).update(content).digest(), {
      identity,
      digest,
      scheme: 'pkcs1',
      signingTime: new Date(),
    });
    expect(verify(cms, 'us').equals(content)).toBe(true);
  });
});

const opensslCiphers = {
  '3des': 'des3',
  'aes-128-cbc': 'aes-128-cbc',
  'aes-192-cbc': 'aes-192-cbc',
  'aes-256-cbc': 'aes-256-cbc',
  'aes-128-gcm': 'aes-128-gcm',
  'aes-192-gcm': 'aes-192-gcm',
  'aes-256-gcm': 'aes-256-gcm',
} as const;
const cipherNames = [
  '3des',
  'aes-128-cbc',
  'aes-192-cbc',
  'aes-256-cbc',
  'aes-128-gcm',
  'aes-192-gcm',
  'aes-256-gcm',
] as const;

describe('an envelope that openssl makes, we open', () => {
  const transports = [
    { name: 'us', flags: [] },
    { name: 'us', flags: ['-keyid'] },
    { name: 'us', flags: ['-keyopt', 'rsa_padding_mode:oaep'] },
    { name: 'us', flags: ['-keyopt', 'rsa_padding_mode:oaep', '-keyopt', 'rsa_oaep_md:sha256'] },
    { name: 'curve', flags: [] },
    { name: 'curve', flags: ['-keyid'] },
    { name: 'curve', flags: ['-keyopt', 'ecdh_kdf_md:sha256'] },
    { name: 'curve384', flags: ['-keyopt', 'ecdh_kdf_md:sha384'] },
  ];
  const encodings = [[], ['-stream', '-indef']];
  const cases = cipherNames.flatMap((cipher) =>
    transports.flatMap((transport) =>
      encodings.map((encoding) => ({
        ...transport,
        cipher,
        encoding,
        title: `${cipher} to ${transport.name} ${transport.flags.join(' ')} ${encoding.join(' ')}`,
      })),
    ),
  );
  test.each(cases)('$title', async ({ name, flags, cipher, encoding }) => {
    const cms = world.run(
      'cms',
      '-encrypt',
      '-binary',
      '-in',
      'content',
      '-outform',
      'DER',
      `-${opensslCiphers[cipher]}`,
      ...encoding,
      '-recip',
      `${name}.crt`,
      ...flags,
    );
    for (const size of [1, 700, cms.length]) {
      const opened = await open(cut(cms, size), [world.identity('them'), world.identity(name)]);
      expect(opened.cipher).toBe(cipher);
      expect(opened.bytes.equals(content)).toBe(true);
    }
    await expect(open(cut(cms, 999), [world.identity('them')])).rejects.toMatchObject({ kind: 'undecryptable' });
  });
});

describe('an envelope of ours, openssl opens', () => {
  const recipients = [
    ['us', 'pkcs1'],
    ['us', 'oaep-sha1'],
    ['us', 'oaep-sha256'],
    ['curve', 'pkcs1'],
    ['curve384', 'pkcs1'],
  ] as const;
  const cases = cipherNames.flatMap((cipher) =>
    recipients.flatMap(([name, keyTransport]) =>
      (['der', 'ber'] as const).map((encoding) => ({ cipher, name, keyTransport, encoding })),
    ),
  );
  test.each(cases)('$cipher to $name $keyTransport $encoding', async ({ cipher, name, keyTransport, encoding }) => {
    const recipient = { certificate: world.identity(name).certificate, keyTransport };
    const envelope = encrypted(contentOf(content), { recipients: [recipient], cipher, encoding });
    const cms = await collect(envelope.bytes());
    expect(envelope.byteLength).toBe(encoding === 'der' ? cms.length : null);
    world.write('envelope', cms);
    const opened = world.run(
      'cms',
      '-decrypt',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'envelope',
      '-recip',
      `${name}.crt`,
      '-inkey',
      `${name}.key`,
    );
    expect(opened.equals(content)).toBe(true);
    expect((await open(cut(cms, 13), [world.identity(name)])).bytes.equals(content)).toBe(true);
  });

  test.each([0, 1, 15, 16, 17, 31, 32, 100])(
    '%i bytes and authenticated attributes, which openssl does not read and we do',
    async (length) => {
      const recipient = { certificate: world.identity('us').certificate, keyTransport: 'pkcs1' } as const;
      const plain = randomBytes(length);
      for (const cipher of ['aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm'] as const)
        for (const encoding of ['der', 'ber'] as const) {
          const attributes = [authenticatedContentType()];
          const cms = await collect(
            encrypted(contentOf(plain), {
              recipients: [recipient],
              cipher,
              encoding,
              authenticatedAttributes: attributes,
            }).bytes(),
          );
          expect((await open(cut(cms, 50), [world.identity('us')])).bytes.equals(plain)).toBe(true);
          const tampered = Buffer.from(cms);
          const at = tampered.lastIndexOf(Buffer.from('06092a864886f70d010701', 'hex')); // the attribute's value, id-data
          tampered[at + 10] = 2;
          await expect(open(cut(tampered, 50), [world.identity('us')])).rejects.toMatchObject({
            kind: 'undecryptable',
          });
        }
    },
  );

  test('two recipients, either of them opens it', async () => {
    const recipients = ['us', 'curve'].map(
      (name) => ({ certificate: world.identity(name).certificate, keyTransport: 'pkcs1' }) as const,
    );
    const cms = await collect(
      encrypted(contentOf(content), { recipients, cipher: 'aes-256-cbc', encoding: 'der' }).bytes(),
    );
    for (const name of ['us', 'curve'])
      expect((await open(cut(cms, 100), [world.identity(name)])).bytes.equals(content)).toBe(true);
  });
});

describe('compression', () => {
  test.each(['der', 'ber'] as const)('%s comes back as it was', async (encoding) => {
    const cms = await collect((await compressed(contentOf(content), encoding)).bytes());
    for (const size of [1, 64, cms.length]) {
      const { kind, stream } = await enterContentInfo(cut(cms, size));
      expect(kind).toBe('compressedData');
      expect((await collect(decompressed(stream, 1e6))).equals(content)).toBe(true);
    }
    // OpenSSL of Debian has no zlib for CMS; its own reader of ASN.1 at least agrees with the form.
    world.write('compressed', cms);
    expect(world.run('asn1parse', '-inform', 'DER', '-in', 'compressed').toString()).toContain(
      'id-smime-alg-zlibCompression'.slice(0, 7),
    );
  });
  test('a bomb is given up, and so is a broken or truncated stream', async () => {
    const bomb = await collect(
      (
        await compressed(
          {
            byteLength: null,
            async *bytes() {
              for (let i = 0; i < 64; i++) yield Buffer.alloc(1 << 20);
            },
          },
          'ber',
        )
      ).bytes(),
    );
    const inflate = async (cms: Buffer, max: number) => {
      const { stream } = await enterContentInfo(cut(cms, 4_096));
      for await (const _ of decompressed(stream, max));
    };
    await expect(inflate(bomb, 1e9)).rejects.toMatchObject({ kind: 'not-inflatable' });
    await expect(inflate(bomb, 1e5)).rejects.toMatchObject({ kind: 'not-inflatable' });
    const cms = await collect((await compressed(contentOf(content), 'der')).bytes());
    const broken = Buffer.from(cms);
    broken[cms.length - 2] = (broken[cms.length - 2] ?? 0) ^ 1;
    await expect(inflate(broken, 1e9)).rejects.toMatchObject({ kind: 'not-inflatable' });
    await expect(inflate(cms.subarray(0, 2_000), 1e9)).rejects.toMatchObject({ name: 'CmsFault' });
  });
});

test('a substitute for a wrongly padded key is always the same one, and fails as a wrong key does', async () => {
  const us = world.identity('us');
  const recipient = { certificate: us.certificate, keyTransport: 'pkcs1' } as const;
  const cms = await collect(
    encrypted(contentOf(content), { recipients: [recipient], cipher: 'aes-256-cbc', encoding: 'der' }).bytes(),
  );
  const foreign = { certificate: us.certificate, privateKey: world.identity('them').privateKey };
  const outcomes = new Set<string>();
  for (let i = 0; i < 3; i++)
    outcomes.add(
      await open(cut(cms, 500), [foreign]).then(
        ({ bytes }) => bytes.toString('hex'),
        (error: Error) => error.message,
      ),
    );
  expect(outcomes.size).toBe(1);
});
