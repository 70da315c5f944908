import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { compressed } from '../../../src/transports/as2/cms/compress.ts';
import { encrypted } from '../../../src/transports/as2/cms/encrypt.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import { examine } from '../../../src/transports/as2/doctor/received.ts';
import { type Exchanged, exchange, headOf, stations } from './stations.ts';

/* SignedData that holds its content, and signatures without signed attributes: OpenSSL makes both, and some AS2 products send them. */
const between = stations();
afterAll(() => between.close());
const { world } = between;
const usual = between.relation;
beforeEach(() => {
  between.relation = { ...usual, policy: { ...usual.policy, requireSignature: true } };
  for (const list of [between.taken, between.refused]) list.splice(0);
});

const head = 'Content-Type: application/EDI-X12\r\nContent-Disposition: attachment; filename="po.edi"\r\n\r\n';
const entityOf = (content: Uint8Array): Buffer => Buffer.concat([Buffer.from(head), content]);
const order = Buffer.from('ISA*00*~\r\nGS*PO~\nIEA*1~');
const signedBy = (name: string, part: Buffer, ...more: readonly string[]): Buffer => {
  world.write('part', part);
  return world.run(
    ...['cms', '-sign', '-binary', '-in', 'part', '-outform', 'DER', '-signer', `${name}.crt`, '-inkey', `${name}.key`],
    ...more,
  );
};
const pss = ['-keyopt', 'rsa_padding_mode:pss'];
const send = (
  body: Buffer,
  type = 'application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
): Promise<Exchanged> =>
  exchange(between, {}, (wire) => {
    wire.headers = wire.headers.filter(([name]) => !/^content-/i.test(name)).concat([['Content-Type', type]]);
    wire.body = body;
  });
const enveloped = async (plain: Buffer): Promise<Buffer> =>
  collect(
    encrypted(contentOf(plain), {
      recipients: [{ certificate: world.identity('receiver').certificate, keyTransport: 'pkcs1' }],
      cipher: 'aes-256-cbc',
      encoding: 'der',
    }).bytes(),
  );
const smime = (type: string): Buffer => Buffer.from(`Content-Type: application/pkcs7-mime; smime-type=${type}\r\n\r\n`);
const micOf = (part: Buffer, digest = 'sha256') => createHash(digest).update(part).digest('base64');

describe('a signature that holds its content', () => {
  test.each([
    ['RSA', 'sender', ['-md', 'sha256'], 'pkcs1'],
    ['RSA-PSS', 'sender', ['-md', 'sha256', ...pss], 'pss'],
    ['ECDSA', 'curve', ['-md', 'sha256'], 'ecdsa'],
    ['RSA, in BER without lengths', 'sender', ['-md', 'sha256', '-stream', '-indef'], 'pkcs1'],
    ['RSA, without its certificate', 'sender', ['-md', 'sha256', '-nocerts'], 'pkcs1'],
    ['RSA, named by key identifier', 'sender', ['-md', 'sha256', '-keyid'], 'pkcs1'],
    ['RSA without signed attributes', 'sender', ['-md', 'sha256', '-noattr'], 'pkcs1'],
    ['RSA-PSS without signed attributes', 'sender', ['-md', 'sha256', '-noattr', ...pss], 'pss'],
    ['ECDSA without signed attributes', 'curve', ['-md', 'sha256', '-noattr'], 'ecdsa'],
  ])('%s is opened, verified, and answered with the MIC of the content', async (_what, name, more, scheme) => {
    const part = entityOf(order);
    const { mdn } = await send(signedBy(name, part, '-nodetach', ...more));
    expect(between.refused).toEqual([]);
    expect(between.taken).toMatchObject([
      {
        layers: {
          signed: { scheme, digest: 'sha256', form: 'as-sent', certificate: world.identity(name).certificate },
        },
        files: [{ name: 'po.edi', bytes: order }],
      },
    ]);
    expect(mdn?.mic).toMatchObject({ base64: micOf(part), digest: 'sha256' });
  });
  test('of 3 MB, encrypted, with compression inside and outside', async () => {
    const large = randomBytes(3_000_000);
    const part = entityOf(large);
    const pack = async (entity: Buffer) =>
      Buffer.concat([smime('compressed-data'), await collect((await compressed(contentOf(entity), 'der')).bytes())]);
    const signedPacked = signedBy('sender', await pack(part), '-nodetach', '-md', 'sha512');
    await send(await enveloped(Buffer.concat([smime('signed-data'), signedPacked])), 'application/pkcs7-mime');
    const packedSigned = await pack(Buffer.concat([smime('signed-data'), signedBy('sender', part, '-nodetach')]));
    await send(await enveloped(packedSigned), 'application/pkcs7-mime');
    expect(between.taken.map(({ layers, files }) => [layers.compressed, files[0]?.bytes.equals(large)])).toEqual([
      ['inside-signature', true],
      ['outside-signature', true],
    ]);
  });
  test('without a MIME header inside is the payload itself', async () => {
    await send(signedBy('sender', order, '-nodetach'));
    expect(between.taken[0]?.files[0]?.bytes.equals(order)).toBe(true);
  });
  test.each([
    ['a content that was changed', 'integrity-check-failed', (cms: Buffer) => changed(cms, cms.indexOf('GS*PO'))],
    ['a signature that was changed', 'integrity-check-failed', (cms: Buffer) => changed(cms, cms.length - 3)],
    // It cannot be read, and that is told in the same way whatever kind of CMS it is.
    ['an end that is missing', 'decryption-failed', (cms: Buffer) => cms.subarray(0, cms.indexOf('GS*PO') + 40)],
  ])('with %s is refused, and nothing is kept of it', async (_what, modifier, change) => {
    const outcome = await send(change(signedBy('sender', entityOf(order), '-nodetach')));
    expect(between.taken).toEqual([]);
    expect(outcome.mdn?.disposition.text).toBe(modifier);
  });
  test('of somebody else, or a second one around it, is refused', async () => {
    const stranger = await send(signedBy('stranger', entityOf(order), '-nodetach'));
    expect(stranger.mdn?.disposition.text).toBe('authentication-failed');
    const inner = Buffer.concat([smime('signed-data'), signedBy('sender', entityOf(order), '-nodetach')]);
    const twice = await send(signedBy('sender', inner, '-nodetach'));
    expect(twice.mdn?.disposition.text).toBe('unexpected-processing-error');
    expect(between.taken).toEqual([]);
  });
  test('is looked into by the doctor like any other', async () => {
    await send(signedBy('stranger', entityOf(order), '-nodetach'));
    const [refused] = between.refused;
    const { findings, evidence } = await examine(headOf(refused?.headers ?? []), refused?.body ?? Buffer.alloc(0), {
      ours: [],
      theirs: [],
    });
    expect(evidence.join()).toContain('holds its content');
    expect(findings[0]?.what).toContain(world.identity('stranger').certificate.fingerprint);
  });
});

const changed = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

describe('a signature beside its content, without signed attributes', () => {
  const type = 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="b"';
  const bodyOf = (part: Buffer, cms: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from('--b\r\n'),
      part,
      Buffer.from('\r\n--b\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n'),
      Buffer.from(`${cms.toString('base64')}\r\n--b--\r\n`),
    ]);
  test.each([
    ['sender', [], 'pkcs1'],
    ['sender', pss, 'pss'],
    ['curve', [], 'ecdsa'],
  ] as const)('of %s %j is verified, and a changed content is not', async (name, more, scheme) => {
    const part = entityOf(order);
    const cms = signedBy(name, part, '-noattr', '-md', 'sha256', ...more);
    const { mdn } = await send(bodyOf(part, cms), type);
    expect(between.taken).toMatchObject([{ layers: { signed: { scheme } } }]);
    expect(mdn?.mic?.base64).toBe(micOf(part));
    const outcome = await send(bodyOf(changed(part, part.indexOf('GS')), cms), type);
    expect(outcome.mdn?.disposition.text).toBe('integrity-check-failed');
    expect(between.taken).toHaveLength(1);
  });
  test('by PSS or ECDSA over more than is held in memory is refused, and says why; by RSA v1.5 it is taken', async () => {
    const part = entityOf(randomBytes(1_200_000));
    for (const [name, more] of [
      ['curve', []],
      ['sender', pss],
    ] as const) {
      const outcome = await send(bodyOf(part, signedBy(name, part, '-noattr', '-md', 'sha256', ...more)), type);
      expect(outcome.mdn?.disposition.text).toBe('integrity-check-failed');
      expect(between.refused.at(-1)?.detail).toContain('more than 1 MiB');
    }
    await send(bodyOf(part, signedBy('sender', part, '-noattr', '-md', 'sha256')), type);
    expect(between.taken).toHaveLength(1);
  });
});
