import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { findingsOf } from '../../src/flows/as2/doctor.ts';
import { createKey } from '../../src/flows/as2/keep-key.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { type As2Settings, type As2SignedForm, as2Defaults, as2SignedForms } from '../../src/partners/as2-settings.ts';
import { readCertificate } from '../../src/transports/as2/cms/certificate.ts';
import { compressed } from '../../src/transports/as2/cms/compress.ts';
import { encrypted } from '../../src/transports/as2/cms/encrypt.ts';
import { signDetached } from '../../src/transports/as2/cms/signed-data.ts';
import { collect, contentOf } from '../../src/transports/as2/content.ts';
import { readMdn } from '../../src/transports/as2/mdn/read.ts';
import { operator } from '../http/operator.ts';
import { as2ChannelId, undated } from '../support/as2-channel.ts';
import { as2Station } from '../support/as2-station.ts';

/*
 * An operator's way with each quirk: a message comes over HTTP and is refused, `doctor as2` is asked about what is kept of it, the setting it names is
 * put into the channel, and the same message is taken.
 */
const masterKey = randomBytes(32);
const them = await as2Station(masterKey);
const api = await operator(them.gateway, masterKey);
const { context, database } = them.gateway;
const rsa = { organization: 'Test', kind: 'rsa-2048', validDays: 30 } as const;
const made = (name: string) => createKey(context, masterKey, { ...rsa, name, commonName: name }, 'test');
const [theirs, other, ours, stranger] = [
  await made('theirs'),
  await made('other'),
  await made('ours'),
  await made('x'),
];
const ring = openKeyRing(database, { now: () => new Date() }, masterKey);
const [signer, foreigner] = await ring.identities(['ours', 'x']);
if (signer === undefined || foreigner === undefined) throw new Error('no key');

const agreed: Partial<As2Settings> = {
  ourName: 'THEM',
  theirName: 'US',
  url: 'http://127.0.0.1:9/as2',
  ourKeys: [{ name: 'theirs', ...undated }],
  theirCertificates: [{ pem: ours.certificate, ...undated }],
  requireEncryption: false,
};
beforeEach(() => them.configure(agreed));

const head = 'Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: binary\r\n\r\n';
const text = 'ISA*00~\r\nGS*PO \nIEA*1~\r\n';
const part = Buffer.from(head + text);
interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
async function signed(over: string | Buffer = part, identity = signer, content = part): Promise<Message> {
  const digest = createHash('sha256').update(over).digest();
  if (identity === undefined) throw new Error('no key');
  const cms = await signDetached(digest, { identity, digest: 'sha256', scheme: 'pkcs1', signingTime: new Date(0) });
  const signature = `Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}`;
  return {
    headers: {
      'Content-Type': 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="b"',
    },
    body: Buffer.concat([Buffer.from('--b\r\n'), content, Buffer.from(`\r\n--b\r\n${signature}\r\n--b--\r\n`)]),
  };
}
async function sealed(
  { headers, body }: Message,
  pem: string,
  cipher: '3des' | 'aes-256-cbc' | 'aes-256-gcm' = 'aes-256-gcm',
) {
  const inner = Buffer.concat([Buffer.from(`Content-Type: ${headers['Content-Type']}\r\n\r\n`), body]);
  const recipients = [{ certificate: readCertificate(pem), keyTransport: 'pkcs1' }] as const;
  return {
    headers: { 'Content-Type': 'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m' },
    body: await collect(encrypted(contentOf(inner), { recipients, cipher, encoding: 'der' }).bytes()),
  };
}

/** Sends it, and gives its disposition or status. */
async function sent({ headers, body }: Message, messageId: string, more: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(them.url, {
    method: 'POST',
    headers: {
      'AS2-From': 'US',
      'AS2-To': 'THEM',
      'AS2-Version': '1.2',
      'Message-ID': messageId,
      'Disposition-Notification-To': 'us@example',
      ...headers,
      ...more,
    },
    body: new Uint8Array(body),
  });
  const disposition = /^Disposition: .*; (.*)$/m.exec(await answer.text())?.[1];
  return disposition?.trim() ?? `${answer.status}`;
}
interface Told {
  readonly modifier: string;
  readonly findings: readonly { readonly what: string; readonly setting: string | null }[];
}
async function doctor(messageId: string): Promise<Told> {
  const { status, body } = await api.get(`/as2/refused/${encodeURIComponent(messageId)}`);
  expect(status).toBe(200);
  return body as unknown as Told;
}

const SIGNS: Readonly<Record<As2SignedForm, string>> = {
  'line-feeds': (head + text).replaceAll('\r\n', '\n'),
  body: text,
  'body-line-ends': text.replaceAll(/\r?\n/g, '\r\n'),
  'with-line-break': `${head + text}\r\n`,
  'without-line-break': (head + text).slice(0, -2),
  'without-transfer-encoding': `Content-Type: application/EDI-X12\r\n\r\n${text}`,
};
const several = async (): Promise<Message> => {
  const file = (name: string) => `--r\r\nContent-Type: text/plain; name=${name}\r\n\r\n${name}\r\n`;
  const related = `Content-Type: multipart/related; boundary=r\r\n\r\n${file('a')}${file('b')}--r--\r\n`;
  return signed(related, signer, Buffer.from(related));
};
const large = async (): Promise<Message> => {
  const packed = await collect(
    (await compressed(contentOf(Buffer.from(`${head}${'A'.repeat(200_000)}`)), 'der')).bytes(),
  );
  const inner = Buffer.concat([
    Buffer.from('Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n'),
    packed,
  ]);
  return signed(inner, signer, inner);
};
const plain = async (): Promise<Message> => ({
  headers: { 'Content-Type': 'application/EDI-X12' },
  body: Buffer.from(text),
});

/** What is sent, how it is refused, the setting that the doctor names, and the channel that has it. */
const quirks: readonly (readonly [
  what: string,
  message: () => Promise<Message>,
  answer: string,
  modifier: string,
  setting: string,
  mended: Partial<As2Settings>,
])[] = [
  ...as2SignedForms.map(
    (form) =>
      [
        `signs the form ${form}`,
        () => signed(SIGNS[form]),
        'processed/error: integrity-check-failed',
        'integrity-check-failed',
        `signedOver: [${form}]`,
        { signedOver: [form] },
      ] as const,
  ),
  [
    'signs with a certificate of nobody, and encrypts with CBC: told only to the operator',
    async () => sealed(await signed(part, foreigner), theirs.certificate, 'aes-256-cbc'),
    'processed/error: decryption-failed',
    'authentication-failed',
    'theirCertificates: add it',
    { theirCertificates: [{ pem: stranger.certificate, ...undated }] },
  ],
  [
    'encrypts for another key of ours',
    async () => sealed(await signed(), other.certificate),
    'processed/error: decryption-failed',
    'decryption-failed',
    'ourKeys: add { name: other, use: encryption }',
    {
      ourKeys: [
        { name: 'theirs', ...undated },
        { name: 'other', use: 'encryption', from: null },
      ],
    },
  ],
  [
    'does not sign',
    plain,
    'processed/error: insufficient-message-security',
    'insufficient-message-security',
    'requireSignature: false',
    { requireSignature: false },
  ],
  [
    'does not sign, and encrypts with CBC',
    async () => sealed(await plain(), theirs.certificate, 'aes-256-cbc'),
    'processed/error: decryption-failed',
    'insufficient-message-security',
    'requireSignature: false',
    { requireSignature: false },
  ],
  [
    'sends several files',
    several,
    'failed/failure: unsupported format',
    'unsupported format',
    'attachments: several',
    { attachments: 'several' },
  ],
];

describe('a message that was refused, the setting that the doctor names, and the same message again', () => {
  test.each(quirks)('%s', async (_what, message, answer, modifier, setting, mended) => {
    const [id, wire] = [`<${randomUUID()}@us>`, await message()];
    expect(await sent(wire, id)).toBe(answer);
    const told = await doctor(id);
    expect(told.modifier).toBe(modifier);
    expect(told.findings.map((finding) => finding.setting)).toEqual([setting]);
    for (const finding of told.findings)
      expect(finding.what.includes('That gives up')).toBe(setting.startsWith('require'));
    await them.configure({ ...agreed, ...mended });
    // What is in force by now is not proposed once more.
    if (Object.keys(mended).some((name) => ['signedOver', 'requireSignature', 'attachments'].includes(name)))
      expect((await doctor(id)).findings).toEqual([
        { what: expect.stringContaining('accepts that by now: have it sent again'), setting: null },
      ]);
    expect(await sent(wire, id)).toBe('processed');
  });
  test('does not encrypt, where that was agreed', async () => {
    await them.configure({ ...agreed, requireEncryption: true });
    const [id, wire] = [`<${randomUUID()}@us>`, await signed()];
    expect(await sent(wire, id)).toBe('processed/error: insufficient-message-security');
    expect((await doctor(id)).findings.map(({ setting }) => setting)).toEqual(['requireEncryption: false']);
    await them.configure(agreed);
    expect(await sent(wire, id)).toBe('processed');
  });
  test('uses 3DES, where 1.3 was agreed', async () => {
    await them.configure({ ...agreed, allowWeak: false });
    const [id, wire] = [`<${randomUUID()}@us>`, await sealed(await signed(), theirs.certificate, '3des')];
    expect(await sent(wire, id)).toBe('processed/error: insufficient-message-security');
    expect((await doctor(id)).findings.map(({ setting }) => setting)).toEqual(['allowWeak: true']);
    await them.configure(agreed);
    expect(await sent(wire, id)).toBe('processed');
  });
  test('wants its receipt at a host of its own', async () => {
    const later = { 'Receipt-Delivery-Option': 'http://receipts.example/mdn' };
    const [id, wire] = [`<${randomUUID()}@us>`, await signed()];
    expect(await sent(wire, id, later)).toBe('403');
    expect((await doctor(id)).findings.map(({ setting }) => setting)).toEqual(['receiptHosts: add that host']);
    await them.configure({ ...agreed, receiptHosts: ['receipts.example'] });
    expect(await sent(wire, id, later)).toBe('200');
    expect(await them.gateway.rows('select url from as2_mdn where url is not null')).toEqual([
      { url: 'http://receipts.example/mdn' },
    ]);
  });
  test('compresses what is broken when it arrives', async () => {
    const { headers, body } = await large();
    const [id, at] = [`<${randomUUID()}@us>`, body.indexOf(Buffer.from([0x78, 0x9c]))];
    expect(at).toBeGreaterThan(0);
    body[at + 60] = (body[at + 60] ?? 0) ^ 0xff;
    expect(await sent({ headers, body }, id)).toBe('processed/error: decompression-failed');
    expect((await doctor(id)).modifier).toBe('decompression-failed');
  });
});

test('everything that was refused here is listed, of this channel', async () => {
  const { items } = (await api.get('/as2/refused')).body as { items: { channel: string }[] };
  expect(items.length).toBeGreaterThan(as2SignedForms.length);
  expect(new Set(items.map(({ channel }) => channel))).toEqual(new Set([as2ChannelId]));
});

describe('a receipt of ours that is none', () => {
  const settings: As2Settings = {
    kind: 'as2',
    ...as2Defaults,
    ourName: 'US',
    theirName: 'THEM',
    url: null,
    ourKeys: [],
    theirCertificates: [],
    receiptHosts: [],
    timeoutMs: 5_000,
  };
  const told = async (
    disposition: string,
    more: Partial<As2Settings> = {},
    mic = 'Received-Content-MIC: AAAA, sha-256\r\n',
  ) => {
    const body = `--r\r\nContent-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: <a@b>\r\nDisposition: automatic-action/MDN-sent-automatically; ${disposition}\r\n${mic}\r\n--r--\r\n`;
    const fields = [['content-type', 'multipart/report; boundary=r']] as const;
    return findingsOf(await readMdn({ fields, raw: Buffer.alloc(0) }, contentOf(Buffer.from(body)).bytes(), []), {
      ...settings,
      ...more,
    });
  };
  test('one that took a signed message without a MIC has a finding of its own', async () => {
    expect(await told('processed', { mdn: 'unsigned' }, '')).toEqual([
      { what: expect.stringContaining('no Received-Content-MIC'), setting: null },
    ]);
    expect(await told('processed', { mdn: 'unsigned', sign: 'none' }, '')).toEqual([]);
  });
  test.each`
    disposition                                   | more                                                      | proposed
    ${'processed'}                                | ${{}}                                                     | ${['mdn: unsigned']}
    ${'processed'}                                | ${{ mdn: 'unsigned' }}                                    | ${[]}
    ${'processed/error: unknown-trading-partner'} | ${{}}                                                     | ${['ourName, theirName']}
    ${'failed/failure: something of theirs'}      | ${{}}                                                     | ${[]}
    ${'processed/error: decompression-failed'}    | ${{ compress: 'before-signing' }}                         | ${['compress: none']}
    ${'processed/error: decompression-failed'}    | ${{}}                                                     | ${[null]}
    ${'processed/error: authentication-failed'}   | ${{}}                                                     | ${['ourKeys, transferEncoding: base64']}
    ${'processed/error: authentication-failed'}   | ${{ signatureScheme: 'pss', transferEncoding: 'base64' }} | ${['ourKeys, signatureScheme: pkcs1']}
    ${'none of the two'}                          | ${{}}                                                     | ${[null]}
    ${'processed/error: decryption-failed'}       | ${{ keyTransport: 'oaep-sha256' }}                        | ${['theirCertificates, ourKeys, encrypt, keyTransport: pkcs1']}
    ${'processed/error: decryption-failed'}       | ${{}}                                                     | ${['theirCertificates, ourKeys, encrypt']}
  `('"$disposition" with $more proposes $proposed', async ({ disposition, more, proposed }) => {
    const found = await told(disposition, more);
    expect(found.map(({ setting }) => setting)).toEqual(proposed);
    for (const { what, setting } of found) expect(what.includes('proves nothing')).toBe(setting === 'mdn: unsigned');
  });
});
