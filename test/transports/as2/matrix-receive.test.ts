import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import { compressed } from '../../../src/transports/as2/cms/compress.ts';
import { encrypted } from '../../../src/transports/as2/cms/encrypt.ts';
import { signDetached } from '../../../src/transports/as2/cms/signed-data.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import { withLineEnds } from '../../../src/transports/as2/line-ends.ts';
import { parseDisposition, wasTaken } from '../../../src/transports/as2/mdn/disposition.ts';
import { parseMdnOptions } from '../../../src/transports/as2/mdn/options.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { cut } from './cms/opening.ts';
import {
  build,
  type Exchanged,
  exchange,
  fileOf,
  headOf,
  order,
  type Sending,
  signedMdn,
  stations,
} from './stations.ts';

/* Rows 33 to 76 of the AS2 matrix, as far as they are the protocol's and not the network's. */
const between = stations();
afterAll(() => between.close());
const { world } = between;
const agreed = between.relation;
beforeEach(() => {
  between.taken.length = 0;
  between.events.length = 0;
  between.posted.length = 0;
  between.relation = agreed;
});
const signing = { identity: world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' } as const;
const toReceiver = { certificate: world.identity('receiver').certificate, keyTransport: 'pkcs1' } as const;
const encryption = { recipients: [toReceiver], cipher: 'aes-256-cbc' } as const;
const full = { sign: signing, encrypt: encryption, compress: 'before-signing' } as const;

const setHeader = (headers: [string, string][], name: string, value: string | null) => {
  const at = headers.findIndex(([candidate]) => candidate.toLowerCase() === name.toLowerCase());
  if (at >= 0) headers.splice(at, 1);
  if (value !== null) headers.push([name, value]);
};
/** A message of another product's making: headers and body as they come. */
const raw = async (headers: Record<string, string>, body: Uint8Array, more: Sending = {}): Promise<Exchanged> =>
  exchange(between, { ...more }, (wire) => {
    for (const [name, value] of Object.entries(headers)) setHeader(wire.headers, name, value);
    for (const name of ['Content-Transfer-Encoding', 'Content-Disposition'])
      if (headers[name] === undefined) setHeader(wire.headers, name, null);
    wire.body = Buffer.from(body);
  });
const modifierOf = ({ mdn }: Exchanged) => mdn?.disposition.text ?? mdn?.disposition.type;
const envelope = async (plain: Uint8Array) =>
  collect(encrypted(contentOf(plain), { ...encryption, encoding: 'der' }).bytes());
const smime = (type = 'enveloped-data') => ({
  'Content-Type': `application/pkcs7-mime; smime-type=${type}; name=smime.p7m`,
});
const signedBody = async (part: Buffer, signedForm = part, boundary = 'b') => {
  const cms = await signDetached(createHash('sha256').update(signedForm).digest(), {
    ...signing,
    signingTime: new Date(0),
  });
  return Buffer.concat([
    Buffer.from(`--${boundary}\r\n`),
    part,
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}\r\n--${boundary}--\r\n`,
    ),
  ]);
};
const signedType = (boundary = 'b') => ({
  'Content-Type': `multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="${boundary}"`,
});
const payload = () => between.taken[0]?.files[0]?.bytes;

describe('unwrapping', () => {
  test.each([
    'application/pkcs7-mime',
    'application/pkcs7-mime; name=smime.p7m',
    'application/x-pkcs7-mime; smime-type=enveloped-data',
    'Application/PKCS7-MIME; smime-type=compressed-data',
  ])('rows 33-34: %s is opened by its content', async (type) => {
    await exchange(between, { profile: full }, ({ headers }) => setHeader(headers, 'Content-Type', type));
    expect(payload()).toEqual(order);
  });
  test('row 35: a base64 HTTP body', async () => {
    await exchange(between, { profile: full }, (wire) => {
      setHeader(wire.headers, 'Content-Transfer-Encoding', 'base64');
      wire.body = Buffer.from(wire.body.toString('base64').replaceAll(/.{76}/g, '$&\r\n'));
    });
    expect(payload()).toEqual(order);
  });
  test.each([
    `UNA:+.? 'UNB+UNOA:2+A+B'UNZ+0+1'`,
    'UNB+UNOA:2+A+B\r\n\r\nUNZ',
    'ISA*00*~\n\nIEA~',
    'UNA:+.? \r\n\r\nUNB',
  ])('row 36: decrypted without MIME headers it is the payload: %j', async (text) => {
    await raw(smime(), await envelope(Buffer.from(text)));
    expect(payload()?.toString()).toBe(text);
  });
  test('row 37: no transfer encoding means binary', async () => {
    await raw(
      smime(),
      await envelope(Buffer.concat([Buffer.from('Content-Type: application/edifact\r\n\r\n'), Buffer.from('a=3D\n')])),
    );
    expect(payload()?.toString()).toBe('a=3D\n');
  });
  test.each([
    ['as-sent', 'Content-Type: text/plain\n\nA\nB\n', (part: Buffer) => part],
    ['line-ends', 'Content-Type: text/plain\n\nA\nB\n', (part: Buffer) => withLineEnds(part, 0)],
    [
      'head-line-ends',
      'Content-Type: text/plain\n\nA\nB\n',
      () => Buffer.from('Content-Type: text/plain\r\n\r\nA\nB\n'),
    ],
    ['line-ends', 'Content-Type: text/plain\r\n\r\nA\nB\r\nC\n', (part: Buffer) => withLineEnds(part, 0)],
  ])('row 38: signed over the form %s, which is recorded', async (form, text, signed) => {
    const part = Buffer.from(text);
    const { mdn } = await raw(signedType(), await signedBody(part, signed(part)));
    expect(between.taken[0]?.layers.signed?.form).toBe(form);
    expect(mdn?.mic?.base64).toBe(createHash('sha256').update(signed(part)).digest('base64'));
  });
  test('row 39: compressed twice', async () => {
    const once = await collect((await compressed(contentOf(order), 'der')).bytes());
    const entity = Buffer.concat([
      Buffer.from('Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n'),
      once,
    ]);
    const twice = await collect((await compressed(contentOf(entity), 'der')).bytes());
    expect(modifierOf(await raw(smime('compressed-data'), twice))).toBe('decompression-failed');
  });
  test.each([60_000_000, 200_000_000])('row 40: a bomb of %i bytes is given up', async (size) => {
    async function* zeros() {
      for (let at = 0; at < size; at += 1 << 20) yield Buffer.alloc(1 << 20);
    }
    const bomb = await collect((await compressed({ byteLength: null, bytes: zeros }, 'ber')).bytes());
    expect(modifierOf(await raw(smime('compressed-data'), bomb))).toBe('decompression-failed');
    expect(between.taken).toEqual([]);
    expect(readdirSync(between.temporaryFolder)).toEqual([]);
  });
  test('row 41: signed twice, and layers without end', async () => {
    const inner = await signedBody(Buffer.from('Content-Type: text/plain\r\n\r\nA'));
    const part = Buffer.concat([Buffer.from(`Content-Type: ${signedType()['Content-Type']}\r\n\r\n`), inner]);
    expect(modifierOf(await raw(signedType('outer'), await signedBody(part, part, 'outer')))).toBe(
      'unexpected-processing-error',
    );
    let nest: Buffer = await envelope(order);
    nest = Buffer.concat([Buffer.from('Content-Type: application/pkcs7-mime\r\n\r\n'), nest]);
    // Encrypted and unsigned: told as every other fault of such a message, and known to the operator.
    expect(modifierOf(await raw(smime(), await envelope(nest)))).toBe('decryption-failed');
    expect(between.refused.at(-1)).toMatchObject({ modifier: 'unexpected-processing-error' });
  });
  test('row 43: a body that breaks off is thrown, and nothing is left of it', async () => {
    const built = await build(between, { profile: full });
    const bytes = await collect(built.body.bytes());
    async function* broken() {
      yield bytes.subarray(0, bytes.length - 20);
      throw new Error('socket hang up');
    }
    await expect(
      answerMessage(between.station, { head: headOf(built.headers), body: broken(), remote: null }),
    ).rejects.toThrow('socket hang up');
    expect([between.taken, between.posted, readdirSync(between.temporaryFolder)]).toEqual([[], [], []]);
  });
  test('row 44: several attachments are several files with one MIC', async () => {
    const files = [
      fileOf(order, 'po.edi'),
      fileOf(randomBytes(2_000_000), 'drawing.pdf', 'application/pdf'),
      fileOf(Buffer.alloc(0), 'empty.txt', 'text/plain'),
    ];
    for (const profile of [
      full,
      { sign: signing },
      { sign: signing, transferEncoding: 'base64' },
      { encrypt: encryption },
    ] as const) {
      between.taken.length = 0;
      const { verdict } = await exchange(between, { files, profile });
      expect(verdict?.kind).toBe('accepted');
      expect(between.taken[0]?.files.map(({ name, contentType }) => [name, contentType])).toEqual([
        ['po.edi', 'application/edi-x12'],
        ['drawing.pdf', 'application/pdf'],
        ['empty.txt', 'text/plain'],
      ]);
      expect(between.taken[0]?.files[1]?.bytes.equals(await collect(files[1]?.content.bytes() ?? cut(order, 1)))).toBe(
        true,
      );
    }
    between.relation = { ...agreed, attachments: 'one' };
    expect(modifierOf(await exchange(between, { files, profile: full }))).toBe('unsupported format');
  });
  test.each([
    [
      'preamble and epilogue',
      (body: Buffer) => Buffer.concat([Buffer.from('a preamble\r\n'), body, Buffer.from('an epilogue\r\n')]),
      'b',
    ],
    ['a boundary with = and blanks', (body: Buffer) => body, 'a =b= c'],
    [
      'blanks after the boundary',
      (body: Buffer) => Buffer.from(body.toString('latin1').replaceAll('--b\r\n', '--b \t\r\n'), 'latin1'),
      'b',
    ],
    ['no line end after the last boundary', (body: Buffer) => body.subarray(0, body.length - 2), 'b'],
    [
      'LF-only boundaries',
      (body: Buffer) =>
        Buffer.from(
          body
            .toString('latin1')
            .replaceAll(/\r\n--b(?!-not)/g, '\n--b')
            .replaceAll('--b\r\n', '--b\n'),
          'latin1',
        ),
      'b',
    ],
    ['lines that begin like the boundary', (body: Buffer) => body, 'IS'],
  ])('row 45: %s', async (_what, change, boundary) => {
    const part = Buffer.from('Content-Type: text/plain\r\n\r\nISA*00\r\n--ISA\r\n--b-not\r\n');
    await raw(signedType(boundary), change(await signedBody(part, part, boundary)));
    expect(payload()?.toString()).toBe('ISA*00\r\n--ISA\r\n--b-not\r\n');
  });
  test('row 45: without its closing boundary it is refused', async () => {
    const body = await signedBody(Buffer.from('Content-Type: text/plain\r\n\r\nA'));
    expect(modifierOf(await raw(signedType(), body.subarray(0, body.length - 6)))).toBe('unsupported format');
  });
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\orders\\po.edi', 'po.edi'],
    ['=?utf-8?B?R3LDvG4uZWRp?=', 'Grün.edi'],
    ['=?iso-8859-1?Q?Gr=FCn=2Eedi?=', 'Grün.edi'],
    ['a\u0001b.edi', 'a\ufffdb.edi'],
    [`${'x'.repeat(400)}.edi`, 'x'.repeat(255)],
    ['..', '..'],
  ])('row 46: the file name %j becomes the label %j', async (given, label) => {
    const part = Buffer.from(
      `Content-Type: text/plain\r\nContent-Disposition: attachment; filename="${given.replaceAll('\\', '\\\\')}"\r\n\r\nA`,
      'utf8',
    );
    await raw(signedType(), await signedBody(part));
    expect(between.taken[0]?.files[0]?.name).toBe(label);
  });
  test('row 46: RFC 2231 in pieces', async () => {
    const part = Buffer.from(
      `Content-Type: text/plain\r\nContent-Disposition: attachment; filename*0*=utf-8''Gr%C3%BC; filename*1="n.e"; filename*2=di\r\n\r\nA`,
    );
    await raw(signedType(), await signedBody(part));
    expect(between.taken[0]?.files[0]?.name).toBe('Grün.edi');
  });
});

describe('dispositions', () => {
  test('row 48: a wrong key, garbage, a foreign recipient and a broken end are told in one way', async () => {
    const good = await envelope(order);
    const wrongKey = await collect(
      encrypted(contentOf(order), {
        recipients: [
          {
            certificate: {
              ...world.identity('stranger').certificate,
              serial: toReceiver.certificate.serial,
              issuer: toReceiver.certificate.issuer,
            },
            keyTransport: 'pkcs1',
          },
        ],
        cipher: 'aes-256-cbc',
        encoding: 'der',
      }).bytes(),
    );
    const foreign = await collect(
      encrypted(contentOf(order), {
        recipients: [{ certificate: world.identity('stranger').certificate, keyTransport: 'pkcs1' }],
        cipher: 'aes-256-cbc',
        encoding: 'der',
      }).bytes(),
    );
    const brokenEnd = Buffer.from(good);
    brokenEnd[good.length - 1] = (good.at(-1) ?? 0) ^ 0xff;
    const outcomes = [];
    for (const body of [
      wrongKey,
      foreign,
      randomBytes(500),
      Buffer.alloc(0),
      good.subarray(0, 400),
      good.subarray(0, good.length - 5),
    ])
      outcomes.push(await raw(smime(), body));
    const told = outcomes.map(({ mdn, answer }) => [answer.status, mdn?.dispositionText, mdn?.text, mdn?.mic]);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(told[0]).toEqual([
      200,
      'automatic-action/MDN-sent-automatically; processed/error: decryption-failed',
      expect.any(String),
      null,
    ]);
    expect(between.taken).toEqual([]);
  });
  test('row 49: an unknown signer', async () => {
    const outcome = await exchange(between, {
      profile: { sign: { ...signing, identity: world.identity('stranger') } },
    });
    expect(modifierOf(outcome)).toBe('authentication-failed');
    expect(outcome.verdict?.kind).toBe('refused');
  });
  test('row 50: changed content, a changed signature, and none', async () => {
    const change = (find: string, by: string) => (wire: { body: Buffer }) => {
      wire.body = Buffer.from(wire.body.toString('latin1').replace(find, by), 'latin1');
    };
    expect(modifierOf(await exchange(between, { profile: { sign: signing } }, change('SENDER', 'TENDER')))).toBe(
      'integrity-check-failed',
    );
    const part = Buffer.from('Content-Type: text/plain\r\n\r\nA');
    const body = (await signedBody(part)).toString('latin1');
    const signature = body.slice(body.indexOf('base64\r\n\r\n') + 10, body.lastIndexOf('\r\n--b--'));
    const cms = Buffer.from(signature, 'base64');
    cms[cms.length - 3] = (cms[cms.length - 3] ?? 0) ^ 1;
    expect(modifierOf(await raw(signedType(), Buffer.from(body.replace(signature, cms.toString('base64')))))).toBe(
      'integrity-check-failed',
    );
    expect(modifierOf(await raw(signedType(), Buffer.from(body.replace(signature, 'AAAA'))))).toBe(
      'integrity-check-failed',
    );
    expect(modifierOf(await raw(signedType(), Buffer.from('--b\r\n\r\nA\r\n--b--\r\n')))).toBe(
      'integrity-check-failed',
    );
  });
  test.each([
    ['unsigned', { requireSignature: true }, {}],
    ['unsigned under a tag', { requireSignature: true }, { encrypt: { ...encryption, cipher: 'aes-256-gcm' } }],
    ['unencrypted', { requireEncryption: true }, { sign: signing }],
    ['SHA-1', { allowWeak: false }, { sign: { ...signing, digest: 'sha1' } }],
    ['3DES', { allowWeak: false }, { sign: signing, encrypt: { ...encryption, cipher: '3des' } }],
  ] as const)('row 51: %s against the agreement', async (_what, policy, profile) => {
    between.relation = { ...agreed, policy: { ...agreed.policy, ...policy } };
    expect(modifierOf(await exchange(between, { profile }))).toBe('insufficient-message-security');
    expect(between.taken).toEqual([]);
  });
  test.each([
    ['unsigned', { requireSignature: true }, { encrypt: encryption }],
    ['3DES', { allowWeak: false }, { encrypt: { ...encryption, cipher: '3des' } }],
  ] as const)(
    'row 51: %s, encrypted and with no proof of who wrote it, is told like a wrong key',
    async (_what, policy, profile) => {
      between.relation = { ...agreed, policy: { ...agreed.policy, ...policy } };
      const outcome = await exchange(between, { profile });
      expect([modifierOf(outcome), outcome.mdn?.mic]).toEqual(['decryption-failed', null]);
      expect(between.refused.at(-1)).toMatchObject({
        modifier: 'insufficient-message-security',
        detail: expect.stringContaining('(They were told decryption-failed.)'),
      });
      expect(between.taken).toEqual([]);
    },
  );
  test('row 52: broken zlib', async () => {
    const cms = await collect((await compressed(contentOf(order), 'der')).bytes());
    cms[cms.length - 1] = (cms.at(-1) ?? 0) ^ 1;
    expect(modifierOf(await raw(smime('compressed-data'), cms))).toBe('decompression-failed');
  });
  test('row 53: a stranger is told so, unsigned and with nothing of us; without a wish for a receipt, 403', async () => {
    for (const names of [{ from: 'nobody' }, { to: 'nobody' }]) {
      const { answer, mdn } = await exchange(between, { ...names, profile: full });
      expect(mdn).toMatchObject({
        signature: { kind: 'none' },
        mic: null,
        disposition: { text: 'unknown-trading-partner' },
      });
      expect(answer.mdn?.body.toString()).not.toMatch(/Sender Inc|stack|at .*\.ts/);
      expect((await exchange(between, { ...names, mdn: null })).answer).toEqual({ status: 403, mdn: null });
      const asynchronousUrl = 'http://sender.example/mdn';
      expect((await exchange(between, { ...names, mdn: { ...signedMdn, asynchronousUrl } })).answer.status).toBe(403);
    }
    expect(between.posted).toEqual([]);
  });
  test('row 53: headers that are no names', async () => {
    expect((await exchange(between, {}, ({ headers }) => setHeader(headers, 'AS2-From', ''))).answer.status).toBe(400);
    expect(
      (await exchange(between, {}, ({ headers }) => setHeader(headers, 'AS2-From', 'a\u00e4'))).answer.status,
    ).toBe(400);
    expect((await exchange(between, {}, ({ headers }) => setHeader(headers, 'Message-ID', null))).answer.status).toBe(
      400,
    );
  });
  test('row 54: what cannot be stored is an MDN and 200, and the same message may come again', async () => {
    let fails = true;
    const broken = stations({
      take: async ({ mdn }) => {
        if (fails) throw new FailureError('disk-full', 'secret path');
        return { isNew: true, mdn };
      },
    });
    try {
      const sending = { messageId: '<again@sender.example>' };
      const first = await exchange(broken, sending);
      expect(first.answer.status).toBe(200);
      expect(modifierOf(first)).toBe('unexpected-processing-error');
      expect(first.answer.mdn?.body.toString()).not.toContain('secret');
      fails = false;
      expect((await exchange(broken, sending)).verdict?.kind).toBe('accepted');
    } finally {
      broken.close();
    }
  });
  test('row 55: certificates alone, a signature without a content, are no format of AS2', async () => {
    world.run('crl2pkcs7', '-nocrl', '-certfile', 'sender.crt', '-outform', 'DER', '-out', 'certificates.p7c');
    const outcome = await raw(smime('certs-only'), world.read('certificates.p7c'));
    expect(outcome.mdn?.dispositionText).toBe(
      'automatic-action/MDN-sent-automatically; failed/failure: unsupported format',
    );
  });
  test('row 56: no digest that we know', async () => {
    const options = 'signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, md2, whirlpool';
    const { mdn } = await exchange(between, {}, ({ headers }) =>
      setHeader(headers, 'Disposition-Notification-Options', options),
    );
    expect(mdn?.dispositionText).toBe(
      'automatic-action/MDN-sent-automatically; failed/failure: unsupported MIC-algorithms',
    );
    expect(mdn?.signature.kind).toBe('good');
  });
  test('row 57: a duplicate gets the stored receipt, octet for octet, and is not delivered again', async () => {
    const sending = { messageId: '<twice@sender.example>', profile: full };
    const [first, second] = [await exchange(between, sending), await exchange(between, sending)];
    expect(second.answer).toEqual(first.answer);
    expect(between.taken).toHaveLength(1);
    between.relation = { ...agreed, onDuplicate: 'warning' };
    const third = await exchange(between, sending);
    expect(third.mdn?.disposition).toEqual({ type: 'processed', modifier: 'warning', text: 'duplicate-document' });
  });
  test('row 57: two copies at once are one delivery', async () => {
    const sending = { messageId: '<race@sender.example>', profile: full };
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(between, sending)));
    expect(between.taken).toHaveLength(1);
    expect(new Set(answers.map(({ answer }) => answer.mdn?.body.toString())).size).toBe(1);
  });
  test('a failed first try never blocks the retry', async () => {
    const sending = { messageId: '<retry@sender.example>', profile: full };
    const failed = await exchange(between, sending, (wire) => {
      wire.body = wire.body.subarray(0, wire.body.length - 40);
    });
    expect(failed.verdict?.kind).toBe('refused');
    expect((await exchange(between, sending)).verdict?.kind).toBe('accepted');
  });
});

describe('the receipts we make', () => {
  test.each([
    ['signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, SHA1', 'sha1', 'SHA1'],
    ['signed-receipt-protocol=optional,pkcs7-signature;signed-receipt-micalg=optional,sha-256', 'sha256', 'sha-256'],
    [
      'Signed-Receipt-Protocol = Required, PKCS7-signature ; signed-receipt-MICALG = required , md2, sha_512 , sha1',
      'sha512',
      'sha_512',
    ],
    ['signed-receipt-micalg=rsa-sha384', 'sha384', 'rsa-sha384'],
  ])('rows 59-60: %s', (header, digest, digestText) =>
    expect(parseMdnOptions(header)).toMatchObject({ digest, digestText, unsupported: false }),
  );
  test('row 59: unsigned when nobody asked for a signature', async () => {
    expect((await exchange(between, { mdn: { ...signedMdn, signed: false } })).mdn?.signature.kind).toBe('none');
  });
  test('row 61: an error is signed too', async () => {
    const outcome = await exchange(between, {
      profile: { sign: { ...signing, identity: world.identity('stranger') } },
    });
    expect(outcome.mdn?.signature.kind).toBe('good');
  });
  test.each(['sha1', 'SHA-256', 'sha_256', 'sha512'])(
    'row 62: the MIC is named as it was asked for: %s',
    async (spelled) => {
      const { mdn, verdict } = await exchange(between, {}, ({ headers }) =>
        setHeader(
          headers,
          'Disposition-Notification-Options',
          `signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, ${spelled}`,
        ),
      );
      expect(mdn?.mic?.spelled).toBe(spelled);
      expect(verdict?.kind).toBe('accepted');
    },
  );
  test('row 62: signed SHA-1 and asked for SHA-256: the MIC is the signature\u2019s, and matches', async () => {
    const { mdn, verdict } = await exchange(between, { profile: { sign: { ...signing, digest: 'sha1' } } });
    expect(mdn?.mic).toMatchObject({ digest: 'sha1', spelled: 'sha-1' });
    expect(verdict?.kind).toBe('accepted');
  });
  test.each(['<id@sender.example>', 'id-without-brackets@sender', '<odd id@x>'])(
    'row 63: %s comes back as it was',
    async (messageId) => {
      expect((await exchange(between, { messageId })).answer.mdn?.body.toString()).toContain(
        `Original-Message-ID: ${messageId}\r\n`,
      );
    },
  );
  test('rows 64-65: names swapped with their quotes, a report in three parts, no folded header', async () => {
    const { answer } = await exchange(between, {});
    const headers = Object.fromEntries(answer.mdn?.headers ?? []);
    expect(headers).toMatchObject({
      'AS2-From': 'RECEIVER',
      'AS2-To': '"Sender Inc"',
      'Message-ID': expect.stringMatching(/^<.+@receiver\.example>$/),
    });
    const text = answer.mdn?.body.toString() ?? '';
    expect(text).toContain('Final-Recipient: rfc822; RECEIVER\r\n');
    expect(text).toMatch(/multipart\/report; report-type=disposition-notification; boundary="[^"\r\n]+"\r\n\r\n/);
    for (const [, value] of answer.mdn?.headers ?? []) expect(value).not.toMatch(/[\r\n]/);
    world.write(
      'mdn',
      Buffer.concat([Buffer.from(`Content-Type: ${headers['Content-Type']}\r\n\r\n`), answer.mdn?.body ?? order]),
    );
    const report = world.run('smime', '-verify', '-in', 'mdn', '-CAfile', 'receiver.crt', '-purpose', 'any').toString();
    expect(report).toContain('Disposition: automatic-action/MDN-sent-automatically; processed');
  });
  test('row 66: an asynchronous receipt goes to the partner\u2019s host alone', async () => {
    const to = (asynchronousUrl: string) =>
      exchange(between, { mdn: { ...signedMdn, asynchronousUrl }, profile: full });
    const good = await to('http://sender.example/mdn');
    expect(good.answer).toEqual({ status: 200, mdn: null });
    between.taken.length = 0;
    expect(between.posted.map(({ url }) => url)).toEqual(['http://sender.example/mdn']);
    for (const url of [
      'http://localhost/mdn',
      'http://169.254.169.254/',
      'http://other.example/',
      'file:///etc/passwd',
      'not an address',
    ]) {
      expect((await to(url)).answer).toEqual({
        status: 403,
        mdn: null,
        detail: expect.stringContaining('Receipt-Delivery-Option'),
      });
      expect(between.refused.at(-1)).toMatchObject({ modifier: 'receipt-address', channelId: agreed.channelId });
    }
    // Not taken: they would wait for a receipt for ever, and send it again and again.
    expect([between.posted.length, between.taken]).toEqual([1, []]);
  });
  test('row 66: a refused message\u2019s receipt is posted too, and a duplicate\u2019s once more', async () => {
    const mdn = { ...signedMdn, asynchronousUrl: 'http://sender.example/mdn' };
    await exchange(between, { mdn, profile: { sign: { ...signing, identity: world.identity('stranger') } } });
    expect(between.posted).toHaveLength(1);
    const sending = { mdn, messageId: '<lost@sender.example>' };
    await exchange(between, sending);
    await exchange(between, sending);
    expect(between.posted).toHaveLength(3);
    expect(between.posted[2]?.body).toEqual(between.posted[1]?.body);
  });
  test('row 67: Disposition-Notification-To may be anything', async () => {
    const { mdn } = await exchange(between, {}, ({ headers }) =>
      setHeader(headers, 'Disposition-Notification-To', '%%% not an address'),
    );
    expect(mdn?.disposition.type).toBe('processed');
  });
});

describe('the receipts we read', () => {
  test('row 68: by a wrong key, tampered with, or unsigned, the send has failed', async () => {
    between.relation = { ...agreed, signMdnWith: world.identity('stranger') };
    expect((await exchange(between, {})).verdict?.kind).toBe('signature-wrong');
    between.relation = { ...agreed, signMdnWith: null };
    expect((await exchange(between, {})).verdict?.kind).toBe('unsigned');
  });
  test.each([
    ['automatic-action/MDN-sent-automatically; processed', 'processed', 'none', null, true],
    ['Automatic-action/mdn-sent-automatically;processed', 'processed', 'none', null, true],
    [
      'automatic-action/MDN-sent-automatically; processed/Warning: duplicate-document',
      'processed',
      'warning',
      'duplicate-document',
      true,
    ],
    [
      'automatic-action/MDN-sent-automatically; processed/Error:decryption-failed',
      'processed',
      'error',
      'decryption-failed',
      false,
    ],
    [
      'automatic-action/MDN-sent-automatically; failed/Failure: unsupported format',
      'failed',
      'failure',
      'unsupported format',
      false,
    ],
    ['manual-action/MDN-sent-manually; failed', 'failed', 'failure', null, false],
    ['automatic-action/MDN-sent-automatically; processed/odd', 'processed', 'error', null, false],
    ['nonsense', 'unknown', 'none', null, false],
    ['', 'unknown', 'none', null, false],
  ])('row 70: %s', (text, type, modifier, told, taken) => {
    expect(parseDisposition(text)).toEqual({ type, modifier, text: told });
    expect(wasTaken(parseDisposition(text))).toBe(taken);
  });
});
