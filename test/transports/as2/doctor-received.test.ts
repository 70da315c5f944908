import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type As2SignedForm, as2SignedForms } from '../../../src/partners/as2-settings.ts';
import { type DigestName, OID } from '../../../src/transports/as2/cms/algorithms.ts';
import { type BerNode, childrenOf, isConstructed, oidOf, readNode } from '../../../src/transports/as2/cms/ber.ts';
import { compressed } from '../../../src/transports/as2/cms/compress.ts';
import { OBJECT_IDENTIFIER, tlv } from '../../../src/transports/as2/cms/der.ts';
import { encrypted } from '../../../src/transports/as2/cms/encrypt.ts';
import { signDetached, signDetachedBare } from '../../../src/transports/as2/cms/signed-data.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import type { Cabinet } from '../../../src/transports/as2/doctor/look.ts';
import { examine } from '../../../src/transports/as2/doctor/received.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { cut } from './cms/opening.ts';
import { build, fileOf, headOf, stations } from './stations.ts';

/* What partners do wrong is done here: each quirk is made, refused, named by the doctor, and accepted under the setting it names. */
const between = stations();
afterAll(() => between.close());
const { world } = between;
const usual = between.relation;
beforeEach(() => {
  between.relation = { ...usual, signedOver: [] };
  between.taken.splice(0);
  between.refused.splice(0);
});

const cabinet = (more: Partial<Cabinet> = {}): Cabinet => ({
  ours: [{ name: 'ours', inChannel: true, identity: world.identity('receiver') }],
  theirs: [{ whose: 'the channel sender/as2', inChannel: true, certificate: world.identity('sender').certificate }],
  ...more,
});
const headers = (contentType: string): [string, string][] => [
  ['AS2-From', '"Sender Inc"'],
  ['AS2-To', 'RECEIVER'],
  ['AS2-Version', '1.2'],
  ['Message-ID', `<${randomUUID()}@sender.example>`],
  ['Content-Type', contentType],
];
const sendRaw = (contentType: string, body: Buffer) =>
  answerMessage(between.station, { head: headOf(headers(contentType)), body: cut(body, 700), remote: '192.0.2.7' });

/** Sent, refused, kept; what the doctor says of it. */
async function diagnosed(contentType: string, body: Buffer, given = cabinet()) {
  await sendRaw(contentType, body);
  expect(between.taken).toEqual([]);
  const refused = between.refused.at(-1);
  expect(refused?.body?.equals(body)).toBe(true);
  const examined = await examine(headOf(refused?.headers ?? []), refused?.body ?? Buffer.alloc(0), given);
  return { modifier: refused?.modifier, ...examined };
}

const multipart = `multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="b"`;
interface Signing {
  readonly signed?: Buffer;
  readonly by?: string;
  readonly digest?: DigestName;
  readonly bare?: boolean;
}
async function signedBody(part: Buffer, { signed = part, by = 'sender', digest = 'sha256', bare = false }: Signing) {
  const options = { identity: world.identity(by), digest, scheme: 'pkcs1', signingTime: new Date(0) } as const;
  const content = createHash(digest).update(signed).digest();
  return bodyOf(part, bare ? signDetachedBare(content, options) : await signDetached(content, options));
}
const bodyOf = (part: Buffer, cms: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('--b\r\n'),
    part,
    Buffer.from('\r\n--b\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n'),
    Buffer.from(`${cms.toString('base64')}\r\n--b--\r\n`),
  ]);

const head = 'Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: binary\r\n\r\n';
const text = 'ISA*00~\r\nGS*PO \nIEA*1~\r\n';
const part = Buffer.from(head + text);
const SIGNS: Readonly<Record<As2SignedForm, string>> = {
  'line-feeds': (head + text).replaceAll('\r\n', '\n'),
  body: text,
  'body-line-ends': text.replaceAll(/\r?\n/g, '\r\n'),
  'with-line-break': `${head + text}\r\n`,
  'without-line-break': (head + text).slice(0, -2),
  'without-transfer-encoding': `Content-Type: application/EDI-X12\r\n\r\n${text}`,
};

describe('a signature that does not fit', () => {
  test.each(as2SignedForms.flatMap((form) => [[form, 'sha256', false] as const, [form, 'sha512', true] as const]))(
    'over the form %s, by %s, without attributes: %s',
    async (form, digest, bare) => {
      const body = await signedBody(part, { signed: Buffer.from(SIGNS[form]), digest, bare });
      const { modifier, findings } = await diagnosed(multipart, body);
      expect(modifier).toBe('integrity-check-failed');
      expect(findings.map(({ setting }) => setting)).toEqual([`signedOver: [${form}]`]);
      between.relation = { ...usual, signedOver: ['body', form] };
      await sendRaw(multipart, body);
      expect(between.taken.map(({ layers, files }) => [layers.signed?.form, files[0]?.bytes.toString()])).toEqual([
        [form, text],
      ]);
    },
  );
  test('a large part in such a form, cut anywhere', async () => {
    const lines = `${'PO1*1*10*EA*12.5**VN*HT-1001~\r\n'.repeat(50_000)}`;
    for (const form of as2SignedForms) {
      const signed = {
        'line-feeds': (head + lines).replaceAll('\r\n', '\n'),
        body: lines,
        'body-line-ends': lines,
        'with-line-break': `${head + lines}\r\n`,
        'without-line-break': (head + lines).slice(0, -2),
        'without-transfer-encoding': `Content-Type: application/EDI-X12\r\n\r\n${lines}`,
      }[form];
      between.relation = { ...usual, signedOver: [form] };
      await sendRaw(multipart, await signedBody(Buffer.from(head + lines), { signed: Buffer.from(signed) }));
      expect(between.taken.splice(0).map(({ layers }) => layers.signed?.form)).toEqual([form]);
    }
    expect(between.refused).toEqual([]);
  });
  test.each([
    ['blanks at the ends of lines', Buffer.from((head + text).replace('PO \n', 'PO\n')), part],
    ['nothing at all', Buffer.alloc(0), part],
    [
      'decoded, without its headers',
      Buffer.from(text),
      Buffer.from(`${head.replace('binary', 'base64')}${Buffer.from(text).toString('base64')}\r\n`),
    ],
  ])('over %s: named, and for them to mend', async (what, signed, sent) => {
    const { findings } = await diagnosed(multipart, await signedBody(sent, { signed }));
    expect(findings).toEqual([{ what: expect.stringContaining(what), setting: null }]);
  });
  test('over what is inside the compression', async () => {
    const packed = await collect((await compressed(contentOf(part), 'der')).bytes());
    const outer = Buffer.concat([
      Buffer.from('Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n'),
      packed,
    ]);
    const { findings, evidence } = await diagnosed(multipart, await signedBody(outer, { signed: part }));
    expect(findings).toEqual([{ what: expect.stringContaining('before it is compressed'), setting: null }]);
    expect(evidence.join()).toContain('compressed:');
  });
  test('over something else: changed on its way', async () => {
    const { findings } = await diagnosed(multipart, await signedBody(part, { signed: Buffer.from('something else') }));
    expect(findings).toEqual([{ what: expect.stringContaining('changed after they signed it'), setting: null }]);
  });
  test('PSS with other parameters than are written, as pyas2 does', async () => {
    const file = world.write('pss.part', part);
    const sign = (...more: string[]) =>
      world.run(
        ...['cms', '-sign', '-binary', '-in', file, '-signer', 'sender.crt', '-inkey', 'sender.key', '-outform', 'DER'],
        ...['-md', 'sha256', '-keyopt', 'rsa_padding_mode:pss', ...more],
      );
    // A PSS without parameters is SHA-1 with a salt of 20 (RFC 4055 3.1), and it was signed with SHA-256.
    const bare = withoutPssParameters(readNode(sign('-keyopt', 'rsa_pss_saltlen:32')));
    const body = bodyOf(part, bare);
    const { modifier, findings } = await diagnosed(multipart, body);
    expect([modifier, findings]).toEqual([
      'integrity-check-failed',
      [{ what: expect.stringContaining('They sign with PSS'), setting: null }],
    ]);
  });
  test('a key that is not the certificate’s', async () => {
    const forged = {
      certificate: world.identity('sender').certificate,
      privateKey: world.identity('stranger').privateKey,
    };
    const options = { identity: forged, digest: 'sha256', scheme: 'pkcs1', signingTime: new Date(0) } as const;
    const cms = await signDetached(createHash('sha256').update(part).digest(), options);
    const body = bodyOf(part, cms);
    const { findings } = await diagnosed(multipart, body);
    expect(findings.map(({ what }) => what).join()).toContain('made with another key');
  });
  test('a signer we do not know, whose certificate the message carries, and another channel’s', async () => {
    const body = await signedBody(part, { by: 'stranger' });
    const { fingerprint, subject } = world.identity('stranger').certificate;
    const alone = await diagnosed(multipart, body);
    expect(alone.modifier).toBe('authentication-failed');
    expect(alone.findings).toEqual([
      { what: expect.stringContaining(fingerprint), setting: 'theirCertificates: add it' },
    ]);
    expect(alone.findings[0]?.what).toContain(subject);
    expect(alone.findings[0]?.what).toContain('the message itself');
    expect(alone.findings[0]?.what).toContain('the signature fits');
    const { theirs } = cabinet();
    const elsewhere = {
      whose: 'the channel other/as2',
      inChannel: false,
      certificate: world.identity('stranger').certificate,
    };
    const other = await diagnosed(multipart, body, cabinet({ theirs: [...theirs, elsewhere] }));
    expect(other.findings[0]?.what).toContain('the channel other/as2');
    // Told once, however many channels know it.
    const many = Array.from({ length: 18 }, (_, at) => ({ ...elsewhere, whose: `the channel evil/${at}` }));
    const known = await diagnosed(multipart, body, cabinet({ theirs: [...theirs, ...many] }));
    expect(known.findings).toEqual([
      {
        what: expect.stringContaining(
          'known from the channel evil/0, the channel evil/1, the channel evil/2, the channel evil/3, the channel evil/4 and 13 more',
        ),
        setting: 'theirCertificates: add it',
      },
    ]);
  });
  test('a form that is signed under another digest than is named: no setting takes that', async () => {
    const options = {
      identity: world.identity('sender'),
      digest: 'sha256',
      scheme: 'pkcs1',
      signingTime: new Date(0),
    } as const;
    const misnamed = createHash('sha1').update(SIGNS.body).digest();
    const { findings } = await diagnosed(multipart, bodyOf(part, await signDetached(misnamed, options)));
    expect(findings).toEqual([
      { what: expect.stringContaining('without its MIME headers'), setting: null },
      { what: 'They name sha256 and hash with another algorithm.', setting: null },
    ]);
  });
});

/** Every AlgorithmIdentifier of PSS without its parameters; lengths are written anew. */
function withoutPssParameters(node: BerNode): Buffer {
  if (!isConstructed(node.tag)) return node.raw;
  const children = childrenOf(node);
  const isPss = children[0]?.tag === OBJECT_IDENTIFIER && oidOf(children[0]) === OID.pss;
  return tlv(node.tag, ...(isPss ? children.slice(0, 1) : children).map(withoutPssParameters));
}

describe('what we cannot decrypt', () => {
  const smime = 'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m';
  const envelopeFor = async (name: string, cipher: 'aes-256-cbc' | 'aes-128-gcm' = 'aes-256-cbc') => {
    const recipients = [{ certificate: world.identity(name).certificate, keyTransport: 'pkcs1' }] as const;
    return collect(encrypted(contentOf(part), { recipients, cipher, encoding: 'der' } as never).bytes());
  };
  test('is for a key of nobody here', async () => {
    const { modifier, findings, evidence } = await diagnosed(smime, await envelopeFor('stranger'));
    expect(modifier).toBe('decryption-failed');
    expect(findings).toEqual([{ what: expect.stringContaining('none of ours'), setting: 'ourKeys' }]);
    expect(evidence.join()).toMatch(/encrypted with aes-256-cbc,for .*CN=stranger, serial [\da-f]+, by RSA v1\.5/);
  });
  test.each(['stranger', 'curve'])('is for a key of ours that is not the channel’s: %s', async (name) => {
    const { ours } = cabinet();
    const forgotten = { name: 'of-last-year', inChannel: false, identity: world.identity(name) };
    between.relation = { ...usual, keys: { ...usual.keys, decryptWith: [world.identity('receiver')] } };
    const given = cabinet({ ours: [...ours, forgotten] });
    const { findings, evidence } = await diagnosed(smime, await envelopeFor(name, 'aes-128-gcm'), given);
    expect(findings).toEqual([
      {
        what: expect.stringContaining('of-last-year'),
        setting: 'ourKeys: add { name: of-last-year, use: encryption }',
      },
    ]);
    expect(evidence.join()).toContain('application/edi-x12'); // it is opened and looked through to the payload
  });
  test('was changed on its way', async () => {
    const envelope = await envelopeFor('receiver', 'aes-128-gcm');
    envelope[envelope.length - 60] = (envelope[envelope.length - 60] ?? 0) ^ 1;
    const { findings } = await diagnosed(smime, envelope);
    expect(findings.map(({ what }) => what).join()).toContain('does not open with it');
  });
  test('has a cipher of the past', async () => {
    const envelope = await envelopeFor('receiver');
    const aes256 = Buffer.from('060960864801650304012a', 'hex');
    // The same length, so that nothing else has to change: AES-128-CFB, which nobody should send.
    Buffer.from('0609608648016503040104', 'hex').copy(envelope, envelope.indexOf(aes256));
    const { findings } = await diagnosed(smime, envelope);
    expect(findings).toEqual([{ what: expect.stringContaining('AES-128-CFB'), setting: null }]);
  });
  test('is no CMS at all', async () => {
    const { findings } = await diagnosed(smime, Buffer.from('not a CMS'));
    expect(findings).toEqual([{ what: expect.stringContaining('cannot be read any further'), setting: null }]);
  });
});

describe('what is kept of a refusal', () => {
  test('its headers without secrets, and its octets up to a limit', async () => {
    const wire = await build(between, { files: [fileOf(Buffer.alloc(600_000, 65))] });
    between.relation = { ...usual, policy: { ...usual.policy, requireSignature: true } };
    const body = await collect(wire.body.bytes());
    const fields = [...wire.headers, ['Authorization', 'Basic c2VjcmV0'] as const, ['Cookie', 'secret=1'] as const];
    await answerMessage(between.station, { head: headOf(fields), body: cut(body, 9_999), remote: '192.0.2.7' });
    expect(between.refused).toMatchObject([
      { channelId: 'sender/as2', modifier: 'insufficient-message-security', body: null, remote: '192.0.2.7' },
    ]);
    expect(JSON.stringify(between.refused)).not.toMatch(/c2VjcmV0|secret/);
  });
  test('of strangers nothing but that they came', async () => {
    const wire = await build(between, { from: 'Nobody' });
    await answerMessage(between.station, {
      head: headOf(wire.headers),
      body: cut(await collect(wire.body.bytes()), 999),
      remote: null,
    });
    expect(between.refused).toMatchObject([{ channelId: null, modifier: 'unknown-trading-partner', body: null }]);
  });
  test('a fault in the middle of a message leaves the rest to be kept', async () => {
    const envelope = await collect(
      encrypted(contentOf(Buffer.alloc(300_000, 66)), {
        recipients: [{ certificate: world.identity('stranger').certificate, keyTransport: 'pkcs1' }],
        cipher: 'aes-256-cbc',
        encoding: 'der',
      } as never).bytes(),
    );
    await sendRaw('application/pkcs7-mime', envelope);
    expect(between.refused[0]?.body?.equals(envelope)).toBe(true);
  });
});
