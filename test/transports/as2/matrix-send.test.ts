import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { collect } from '../../../src/transports/as2/content.ts';
import type { MessageProfile } from '../../../src/transports/as2/message/build.ts';
import { isName, messageIdOf, nameIn, quotedName } from '../../../src/transports/as2/names.ts';
import { build, exchange, fileOf, order, plainProfile, signedMdn, stations } from './stations.ts';

/* Rows 1 to 31 of the AS2 matrix: what a sender builds, received by our other half (row 32) and compared with what was sent. */
const between = stations();
afterAll(() => between.close());
const signedBy = between.world.identity('receiver').certificate.fingerprint;
const { world } = between;
const sign = (digest: 'sha1' | 'sha256' | 'sha384' | 'sha512', scheme: 'pkcs1' | 'pss' = 'pkcs1') => ({
  identity: world.identity('sender'),
  digest,
  scheme,
});
const encrypt = (
  cipher: NonNullable<MessageProfile['encrypt']>['cipher'],
  keyTransport: 'pkcs1' | 'oaep-sha1' | 'oaep-sha256' = 'pkcs1',
  name = 'receiver',
) => ({ recipients: [{ certificate: world.identity(name).certificate, keyTransport }], cipher });
const unsignedMdn = { ...signedMdn, signed: false };

const rows: readonly { readonly row: string; readonly profile: Partial<MessageProfile>; readonly layers: object }[] = [
  ...(['sha1', 'sha256', 'sha384', 'sha512'] as const).map((digest, index) => ({
    row: `row ${4 + index}: signed ${digest}`,
    profile: { sign: sign(digest) },
    layers: { signed: { digest, scheme: 'pkcs1', form: 'as-sent' }, encrypted: null },
  })),
  ...(
    [
      ['row 8', '3des'],
      ['row 9', 'aes-128-cbc'],
      ['row 10', 'aes-192-cbc'],
      ['row 11', 'aes-256-cbc'],
    ] as const
  ).map(([row, cipher]) => ({
    row: `${row}: signed and encrypted ${cipher}`,
    profile: { sign: sign('sha256'), encrypt: encrypt(cipher) },
    layers: { signed: { digest: 'sha256' }, encrypted: { cipher } },
  })),
  {
    row: 'row 12: encrypted only',
    profile: { encrypt: encrypt('aes-256-cbc') },
    layers: { signed: null, encrypted: { cipher: 'aes-256-cbc' } },
  },
  { row: 'row 13: compressed only', profile: { compress: 'before-signing' }, layers: { compressed: 'unsigned' } },
  {
    row: 'row 14: compressed and encrypted',
    profile: { compress: 'before-signing', encrypt: encrypt('aes-128-cbc') },
    layers: { compressed: 'unsigned', encrypted: { cipher: 'aes-128-cbc' } },
  },
  {
    row: 'row 15: compressed, signed, encrypted',
    profile: { compress: 'before-signing', sign: sign('sha256'), encrypt: encrypt('aes-256-cbc') },
    layers: { compressed: 'inside-signature', signed: { digest: 'sha256' } },
  },
  {
    row: 'row 16: signed, compressed, encrypted',
    profile: { compress: 'after-signing', sign: sign('sha256'), encrypt: encrypt('aes-256-cbc') },
    layers: { compressed: 'outside-signature', signed: { digest: 'sha256' } },
  },
  ...(['aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm'] as const).map((cipher) => ({
    row: `row 17: AuthEnvelopedData ${cipher}`,
    profile: { sign: sign('sha256'), encrypt: encrypt(cipher), version: '1.3' as const },
    layers: { encrypted: { cipher } },
  })),
  { row: 'row 18: RSA-PSS', profile: { sign: sign('sha256', 'pss') }, layers: { signed: { scheme: 'pss' } } },
  ...(['oaep-sha1', 'oaep-sha256'] as const).map((keyTransport) => ({
    row: `row 19: ${keyTransport}`,
    profile: { sign: sign('sha256'), encrypt: encrypt('aes-256-cbc', keyTransport) },
    layers: { encrypted: { cipher: 'aes-256-cbc' } },
  })),
  {
    row: 'row 20: ECDH, signed with ECDSA',
    profile: {
      sign: { identity: world.identity('curve'), digest: 'sha256', scheme: 'pkcs1' },
      encrypt: encrypt('aes-256-cbc', 'pkcs1', 'receiverCurve'),
    },
    layers: { signed: { scheme: 'ecdsa' } },
  },
];

describe.each(['der', 'ber'] as const)('row 21: encoded as %s', (encoding) => {
  describe.each(['binary', 'base64'] as const)('row 23: inner parts %s', (transferEncoding) => {
    test.each(rows)('row 32, $row: the payload arrives and the MIC matches', async ({ profile, layers }) => {
      between.taken.length = 0;
      const { verdict, mdn, answer } = await exchange(between, { profile: { ...profile, encoding, transferEncoding } });
      expect(answer.status).toBe(200);
      expect(mdn?.signature.kind).toBe('good');
      expect(verdict).toEqual({ kind: 'accepted', warning: null, micReading: 0, signedBy });
      expect(between.taken).toMatchObject([{ layers, files: [{ name: 'po.edi', bytes: order }] }]);
    });
  });
});

test('row 1: plain without a receipt: 200 and nothing else', async () => {
  between.taken.length = 0;
  const { answer } = await exchange(between, { mdn: null });
  expect(answer).toEqual({ status: 200, mdn: null });
  expect(between.taken).toMatchObject([{ files: [{ bytes: order }], mdn: null }]);
});
test('row 2: plain with an unsigned receipt', async () => {
  const { mdn, verdict } = await exchange(between, { mdn: unsignedMdn });
  expect(mdn).toMatchObject({ signature: { kind: 'none' }, disposition: { type: 'processed', modifier: 'none' } });
  expect(verdict?.kind).toBe('accepted');
});
test('row 3: plain with a signed receipt: its MIC is over the body alone', async () => {
  const { mdn, built, verdict } = await exchange(between, {});
  expect(mdn?.mic?.base64).toBe(built.mics.sha256?.[0]);
  expect(verdict).toEqual({ kind: 'accepted', warning: null, micReading: 0, signedBy });
});
test.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)(
  'rows 4-7: micalg is spelled as RFC 5751 spells %s',
  async (digest) => {
    const { headers } = await build(between, { profile: { sign: sign(digest) } });
    expect(Object.fromEntries(headers)['Content-Type']).toContain(`micalg=${digest.replace('sha', 'sha-')};`);
  },
);
test('row 17: a MIC that is absent or another fails the send, as when a peer stores ciphertext and says processed', async () => {
  const { world: _world, ...rest } = between;
  expect(rest).toBeDefined();
  const { judgeMdn } = await import('../../../src/transports/as2/mdn/read.ts');
  const { mdn, built } = await exchange(between, { profile: { sign: sign('sha256') } });
  if (mdn === null) throw new Error('no receipt');
  const expected = { signed: true, messageIsSigned: true, mics: built.mics };
  expect(judgeMdn({ ...mdn, mic: null }, expected).kind).toBe('mic-absent');
  expect(judgeMdn({ ...mdn, mic: { base64: 'AAAA', spelled: 'sha-256', digest: 'sha256' } }, expected).kind).toBe(
    'mic-differs',
  );
});
test('row 22: a Content-Length can be given, since the length is known before the first byte', async () => {
  for (const profile of [
    plainProfile,
    { ...plainProfile, compress: 'before-signing', sign: sign('sha256'), encrypt: encrypt('aes-256-cbc') } as const,
  ]) {
    const built = await build(between, { profile });
    expect(built.body.byteLength).toBe((await collect(built.body.bytes())).length);
  }
});
test('row 23: HTTP itself is binary, whatever the parts are', async () => {
  const { headers } = await build(between, { profile: { transferEncoding: 'base64' } });
  expect(Object.fromEntries(headers)['Content-Transfer-Encoding']).toBe('binary');
});
test.each([
  ['LF', Buffer.from('a\nb\n')],
  ['CRLF', Buffer.from('a\r\nb\r\n')],
  ['no line end', Buffer.from('a')],
  ['nothing', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(10)],
  ['random', randomBytes(3_000)],
  ['more than is held in memory', randomBytes(1_300_000)],
  ['a boundary of ours', Buffer.from('\r\n------=_0000\r\n--\r\n')],
])('row 24: a payload of %s is sent unchanged in every order', async (_what, bytes) => {
  for (const profile of [
    {},
    { sign: sign('sha256') },
    { compress: 'before-signing', sign: sign('sha256'), encrypt: encrypt('aes-256-cbc') },
    { compress: 'after-signing', sign: sign('sha256'), encrypt: encrypt('aes-128-gcm') },
  ] as const) {
    between.taken.length = 0;
    const { verdict } = await exchange(between, { files: [fileOf(bytes)], profile });
    expect(verdict?.kind).toBe('accepted');
    expect(between.taken[0]?.files[0]?.bytes.equals(bytes)).toBe(true);
  }
});
test.each(['po.edi', 'my order.edi', 'Bestellung Grün.edi', '注文.edi', `it's "so".edi`])(
  'row 25: the file name %s arrives',
  async (name) => {
    between.taken.length = 0;
    const built = await build(between, { files: [fileOf(order, name)] });
    for (const [, value] of built.headers) expect(value).toMatch(/^[\x20-\x7e]*$/);
    await exchange(between, { files: [fileOf(order, name)], profile: { sign: sign('sha256') } });
    expect(between.taken[0]?.files[0]?.name).toBe(name);
  },
);
test('row 26: no header is folded, and none can be smuggled in', async () => {
  const { headers } = await build(between, {
    profile: { sign: sign('sha256') },
    files: [fileOf(order, 'x\r\nAS2-To: other\r\n')],
  });
  for (const [, value] of headers) expect(value).not.toMatch(/[\r\n]/);
});
test('row 27: a Message-ID is <id@host>, at most 255 characters', () => {
  expect(messageIdOf('0198-ab', 'edi.example')).toBe('<0198-ab@edi.example>');
  expect(messageIdOf('x', 'h'.repeat(400)).length).toBe(255);
});
test('row 28: built again it is the same message: same ids, same boundary, same MIC', async () => {
  const sending = { messageId: '<one@sender.example>', profile: { sign: sign('sha256') } } as const;
  const [first, second] = [await build(between, sending), await build(between, sending)];
  expect(first.headers).toEqual(second.headers);
  expect(first.mics).toEqual(second.mics);
  expect(await collect(first.body.bytes())).toEqual(await collect(second.body.bytes()));
});
test.each([
  ['PLAIN', 'PLAIN'],
  ['two words', '"two words"'],
  ['a"b', '"a\\"b"'],
  ['a\\b', '"a\\\\b"'],
])('row 29: the name %s stands as %s', (name, header) => {
  expect(quotedName(name)).toBe(header);
  expect(nameIn(header)).toBe(name);
});
test('row 29: a name has 1 to 128 printable characters, and its case counts', async () => {
  expect([isName('a'.repeat(128)), isName('a'.repeat(129)), isName(''), isName('ä'), isName('a\nb')]).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  const { answer } = await exchange(between, { to: 'receiver' });
  expect(answer.mdn?.body.toString()).toContain('unknown-trading-partner');
});
test('row 30: EDIINT-Features tells of several attachments only when there are', async () => {
  const features = async (count: number) =>
    Object.fromEntries((await build(between, { files: Array.from({ length: count }, () => fileOf(order)) })).headers)[
      'EDIINT-Features'
    ];
  expect([await features(1), await features(2)]).toEqual(['AS2-Reliability', 'multiple-attachments, AS2-Reliability']);
});
