import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { type Identity, readCertificate } from '../../../src/transports/as2/cms/certificate.ts';
import { encrypted } from '../../../src/transports/as2/cms/encrypt.ts';
import { makeSelfSigned } from '../../../src/transports/as2/cms/self-signed.ts';
import { verifyDetached } from '../../../src/transports/as2/cms/verify.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import { cut, open } from './cms/opening.ts';
import { exchange, order, stations } from './stations.ts';

/* Rows 82 to 85 of the AS2 matrix. */
const between = stations();
afterAll(() => between.close());
const { world } = between;
const agreed = between.relation;

const made = async (name: string, from = new Date('2026-01-01'), days = 1_000): Promise<Identity> => {
  const { privateKey, certificatePem } = await makeSelfSigned(
    { commonName: name, organization: 'Test', kind: 'rsa-2048' },
    from,
    days,
  );
  return { privateKey, certificate: readCertificate(certificatePem) };
};

describe('row 82: two of each at once', async () => {
  const [oldOurs, newOurs, oldTheirs, newTheirs] = await Promise.all(['a', 'b', 'c', 'd'].map((name) => made(name)));
  if (oldOurs === undefined || newOurs === undefined || oldTheirs === undefined || newTheirs === undefined)
    throw new Error('no keys');
  const relation = {
    ...agreed,
    keys: { decryptWith: [newOurs, oldOurs], verifyWith: [newTheirs.certificate, oldTheirs.certificate] },
  };
  test.each([
    ['old', 'old', oldTheirs, oldOurs],
    ['old', 'new', oldTheirs, newOurs],
    ['new', 'old', newTheirs, oldOurs],
    ['new', 'new', newTheirs, newOurs],
  ])(
    'signed with their %s key, encrypted for our %s one; which it was is recorded',
    async (_theirs, _ours, signer, recipient) => {
      between.taken.length = 0;
      between.relation = relation;
      const { verdict } = await exchange(between, {
        profile: {
          sign: { identity: signer, digest: 'sha256', scheme: 'pkcs1' },
          encrypt: {
            recipients: [{ certificate: recipient.certificate, keyTransport: 'pkcs1' }],
            cipher: 'aes-256-cbc',
          },
        },
      });
      expect(verdict?.kind).toBe('accepted');
      const { signed, encrypted: opened } = between.taken[0]?.layers ?? {};
      expect(signed?.certificate.fingerprint).toBe(signer.certificate.fingerprint);
      expect(opened?.certificate.fingerprint).toBe(recipient.certificate.fingerprint);
    },
  );
});

test('row 83: an expired certificate that is in the channel is accepted', async () => {
  const expired = await made('expired', new Date('2001-01-01'), 1);
  expect(expired.certificate.validTo.toISOString()).toBe('2001-01-02T00:00:00.000Z');
  between.relation = { ...agreed, keys: { ...agreed.keys, verifyWith: [expired.certificate] } };
  const { verdict } = await exchange(between, {
    profile: { sign: { identity: expired, digest: 'sha256', scheme: 'pkcs1' } },
  });
  expect(verdict?.kind).toBe('accepted');
});

describe('row 84: recipients and signers however they are named', () => {
  test.each([
    ['a negative serial', '-5'],
    ['a serial whose first bit is set', '0xF1F2F3F4F5F6F7F8'],
    ['the serial 0', '0'],
    ['a long serial', `0x${'7F'.repeat(20)}`],
  ])('%s', async (_what, serial) => {
    world.run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'odd.key',
      '-out',
      'odd.crt',
      '-days',
      '9',
      '-subj',
      '/CN=odd',
      '-set_serial',
      serial,
    );
    world.write('content', order);
    const certificate = readCertificate(world.read('odd.crt'));
    const { createPrivateKey } = await import('node:crypto');
    const identity = { certificate, privateKey: createPrivateKey(world.read('odd.key')) };
    for (const flags of [[], ['-keyid']]) {
      const signature = world.run(
        'cms',
        '-sign',
        '-binary',
        '-in',
        'content',
        '-outform',
        'DER',
        '-signer',
        'odd.crt',
        '-inkey',
        'odd.key',
        ...flags,
      );
      expect(
        verifyDetached(signature, (name) => [createHash(name).update(order).digest()], [certificate]),
      ).toMatchObject({ ok: true });
      const envelope = world.run(
        'cms',
        '-encrypt',
        '-binary',
        '-in',
        'content',
        '-outform',
        'DER',
        '-aes256',
        '-recip',
        'odd.crt',
        ...flags,
      );
      expect((await open(cut(envelope, 100), [identity])).bytes.equals(order)).toBe(true);
    }
    const ours = await collect(
      encrypted(contentOf(order), {
        recipients: [{ certificate, keyTransport: 'pkcs1' }],
        cipher: 'aes-128-cbc',
        encoding: 'der',
      }).bytes(),
    );
    world.write('ours', ours);
    expect(
      world
        .run('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', 'ours', '-recip', 'odd.crt', '-inkey', 'odd.key')
        .equals(order),
    ).toBe(true);
  });
  test('two certificates of one issuer and subject are told apart by their serials', async () => {
    const [first, second] = [await made('twin'), await made('twin')];
    const cms = await collect(
      encrypted(contentOf(order), {
        recipients: [{ certificate: second.certificate, keyTransport: 'pkcs1' }],
        cipher: 'aes-128-cbc',
        encoding: 'der',
      }).bytes(),
    );
    expect((await open(cut(cms, 64), [first, second])).bytes.equals(order)).toBe(true);
    await expect(open(cut(cms, 64), [first])).rejects.toMatchObject({ kind: 'undecryptable' });
  });
});

describe('row 85: a certificate that comes in a message (CEM)', () => {
  const cem = [
    '--c',
    'Content-Type: application/ediint-cert-exchange+xml',
    '',
    '<EDIINTCertificateExchangeRequest requestId="1"/>',
    '--c',
    'Content-Type: application/pkcs7-mime; smime-type=certs-only',
    'Content-Transfer-Encoding: base64',
    '',
    'MAA=',
    '--c--',
    '',
  ].join('\r\n');
  const request = () =>
    exchange(between, {}, (wire) => {
      const type = 'multipart/related; type="application/ediint-cert-exchange+xml"; boundary=c';
      wire.headers = wire.headers
        .filter(([name]) => !/^(?:content-|ediint)/i.test(name))
        .concat([
          ['Content-Type', type],
          ['EDIINT-Features', 'CEM'],
        ]);
      wire.body = Buffer.from(cem);
    });
  test('is refused and told to the operator; no certificate is taken over, and we never offer it', async () => {
    between.taken.length = 0;
    between.refused.length = 0;
    between.relation = { ...agreed, attachments: 'one' };
    const { mdn, built, answer } = await request();
    expect(mdn?.dispositionText).toBe('automatic-action/MDN-sent-automatically; failed/failure: unsupported format');
    expect(between.taken).toEqual([]);
    expect(between.refused).toMatchObject([{ modifier: 'unsupported format', body: Buffer.from(cem) }]);
    for (const headers of [built.headers, answer.mdn?.headers ?? []])
      expect(headers.filter(([name, value]) => /^ediint/i.test(name) && /cem/i.test(value))).toEqual([]);
  });
  test('where several attachments were agreed it is files like others', async () => {
    between.taken.length = 0;
    between.relation = { ...agreed, attachments: 'several' };
    await request();
    expect(between.taken[0]?.files.map(({ contentType }) => contentType)).toEqual([
      'application/ediint-cert-exchange+xml',
      'application/pkcs7-mime',
    ]);
    const stranger = { identity: world.identity('stranger'), digest: 'sha256', scheme: 'pkcs1' } as const;
    expect((await exchange(between, { profile: { sign: stranger } })).mdn?.disposition.text).toBe(
      'authentication-failed',
    );
  });
});
