import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { DigestName } from '../../../src/transports/as2/cms/algorithms.ts';
import { collect } from '../../../src/transports/as2/content.ts';
import { adviseOnMic, type MicProfile, type MicQuestion } from '../../../src/transports/as2/doctor/mic-readings.ts';
import type { ExpectedMics } from '../../../src/transports/as2/message/build.ts';
import { fieldOf } from '../../../src/transports/as2/mime/head.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { cut } from './cms/opening.ts';
import { build, fileOf, headOf, judged, plainProfile, stations } from './stations.ts';

/* Each quirk that can be named is made here: a partner's side that hashes what the name says. */
const between = stations();
afterAll(() => between.close());
const text = Buffer.from('ISA*00~\r\nGS*PO~\nIEA~\r\n');
const plain: MicProfile = {
  signs: true,
  encrypts: true,
  compress: 'none',
  transferEncoding: 'binary',
  encoding: 'der',
  digest: 'sha256',
};
const base64: MicProfile = { ...plain, transferEncoding: 'base64' };
const packed: MicProfile = { ...plain, compress: 'before-signing' };

/** The message that a profile makes, by the code that sends it. */
const made = async (profile: MicProfile, bytes = text): Promise<ExpectedMics> => {
  const { compress, transferEncoding } = profile;
  const sign = { identity: between.world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' } as const;
  const recipients = [{ certificate: between.world.identity('receiver').certificate, keyTransport: 'pkcs1' }] as const;
  const { mics, discard } = await build(between, {
    profile: {
      ...plainProfile,
      compress,
      transferEncoding,
      sign: profile.signs ? sign : null,
      encrypt: { recipients, cipher: 'aes-256-cbc' },
    },
    files: [fileOf(bytes)],
  });
  await discard();
  return mics;
};
/** What stands inside it: headers and body of the payload. */
const payloadOf = ({ transferEncoding }: MicProfile, bytes = text): readonly [head: string, body: string] => [
  `Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: ${transferEncoding}\r\nContent-Disposition: attachment; filename="po.edi"\r\n\r\n`,
  transferEncoding === 'binary' ? bytes.toString('latin1') : bytes.toString('base64').replaceAll(/.{1,76}/g, '$&\r\n'),
];
type Partner = (head: string, body: string) => string;
const hashed = (digest: DigestName, content: string): string =>
  createHash(digest).update(content, 'latin1').digest('base64');
const asked = async (profile: MicProfile, content: string, digest: DigestName, named = digest, bytes = text) =>
  adviseOnMic({
    file: fileOf(bytes),
    mic: { base64: hashed(digest, content), spelled: named, digest: named },
    expected: await made(profile, bytes),
    profile,
  });

const crlf = (value: string): string => value.replaceAll(/\r?\n/g, '\r\n');
const lf = (value: string): string => value.replaceAll('\r\n', '\n');
const lastLineEnd = (value: string): string => value.replace(/\r?\n$/, '');
const unencoded = (head: string): string => head.replace(/Content-Transfer-Encoding.*\r\n/, '');
const whole: Partner = (head, body) => head + body;
const alone: Partner = (_head, body) => body;
const inBase64: Partner = (head, body) =>
  head.includes('base64')
    ? head + body
    : head.replace('binary', 'base64') +
      Buffer.from(body, 'latin1')
        .toString('base64')
        .replaceAll(/.{1,76}/g, '$&\r\n');
const decoded: Partner = (head, body) =>
  head + (head.includes('base64') ? Buffer.from(body, 'base64').toString('latin1') : body);
const WARNED = 'gives up our signature';

describe('a MIC that differs', () => {
  test.each<[string, MicProfile, Partner, string | null, Partial<MicProfile>]>([
    ['the payload with its MIME headers', packed, whole, 'compress: after-signing', { compress: 'after-signing' }],
    ['without its MIME headers', plain, alone, 'sign: none', { signs: false }],
    [
      'every line end made CRLF: it was written anew',
      plain,
      (head, body) => crlf(head + body),
      'transferEncoding: base64',
      { transferEncoding: 'base64' },
    ],
    [
      'every line end made CRLF: it was written anew',
      packed,
      (head, body) => crlf(head + body),
      'compress: after-signing, transferEncoding: base64',
      { compress: 'after-signing', transferEncoding: 'base64' },
    ],
    [
      'the payload alone with every line end made CRLF',
      plain,
      (_head, body) => crlf(body),
      'sign: none, transferEncoding: base64',
      { signs: false, transferEncoding: 'base64' },
    ],
    ['in base64', plain, inBase64, 'transferEncoding: base64', { transferEncoding: 'base64' }],
    ['decoded', base64, decoded, 'transferEncoding: binary', { transferEncoding: 'binary' }],
    // What no setting mends: their MIC differs under all of them.
    ['every line end made LF', plain, (head, body) => lf(head + body), null, {}],
    ['every line end made LF', base64, (head, body) => lf(head + body), null, {}],
    ['every line end made LF', packed, (head, body) => lf(head + body), null, {}],
    ['without the last line end', plain, (head, body) => head + lastLineEnd(body), null, {}],
    ['without the last line end', base64, (head, body) => head + lastLineEnd(body), null, {}],
    ['without its Content-Transfer-Encoding', plain, (head, body) => unencoded(head) + body, null, {}],
    ['nothing at all', plain, () => '', null, {}],
  ])('%s (%o)', async (what, profile, partner, setting, change) => {
    for (const digest of ['sha1', 'sha256', 'sha512'] as const) {
      const found = await asked(profile, partner(...payloadOf(profile)), digest);
      expect(found?.setting).toBe(setting);
      expect(found?.what).toContain(what);
      expect(found?.what).toContain(`with ${digest}`);
      expect(found?.what.includes('No setting accepts this: the partner must')).toBe(setting === null);
      expect(found?.what.includes(WARNED)).toBe(setting?.includes('sign: none') ?? false);
    }
    // The same partner, sent to under that setting by the code that sends: it answers what we wait for.
    if (setting === null) return;
    const mended = { ...profile, ...change };
    expect((await made(mended)).sha256).toContain(hashed('sha256', partner(...payloadOf(mended))));
  });
  test('who hashes what was sent with another digest than is named has that quirk alone', async () => {
    for (const profile of [plain, base64]) {
      const found = await asked(profile, whole(...payloadOf(profile)), 'sha1', 'sha256');
      expect(found).toEqual({
        what: 'They hashed what we sent, with sha1, though they name sha256. No setting accepts this: the partner must name the digest they hash with.',
        setting: null,
      });
    }
    // With another reading beside: a setting for that one would not help either.
    const both = await asked(plain, alone(...payloadOf(plain)), 'sha1', 'sha256');
    expect(both?.setting).toBeNull();
    expect(both?.what).toContain('hash what was signed, with the digest they name');
  });
  test('a digest that is not kept of a large message is asked for', async () => {
    const large = Buffer.alloc(2_000_000, 'A~\r\n');
    expect(await asked(plain, whole(...payloadOf(plain, large)), 'sha512', 'sha512', large)).toEqual({
      what: expect.stringContaining('They hashed what we sent, with sha512'),
      setting: 'sign: sha512',
    });
    expect((await asked(plain, alone(...payloadOf(plain, large)), 'sha512', 'sha512', large))?.setting).toBe(
      'sign: none, mdnDigest: sha512',
    );
  });
  test('a channel that was changed since it was sent is told to be right by now', async () => {
    const content = crlf(whole(...payloadOf(base64)));
    const mic = { base64: hashed('sha256', crlf(whole(...payloadOf(plain)))), spelled: 'sha-256', digest: 'sha256' };
    const expected = await made(plain);
    expect((await made(base64)).sha256).toContain(hashed('sha256', content));
    expect(await adviseOnMic({ file: fileOf(text), mic, expected, profile: base64 } as MicQuestion)).toEqual({
      what: expect.stringContaining('agrees with that: release the delivery'),
      setting: null,
    });
  });
  test('something else is none of them', async () => expect(await asked(packed, 'x', 'sha256')).toBeNull());
  test('a partner who hashes the body of a compressed message is taken, and told which reading it was', async () => {
    between.relation = { ...between.relation, micOverCompressed: 'body' };
    const built = await build(between, { profile: { compress: 'before-signing' } });
    const request = { head: headOf(built.headers), body: cut(await collect(built.body.bytes()), 999), remote: null };
    expect(fieldOf(request.head, 'as2-to')).toBe('RECEIVER');
    const { mdn } = await answerMessage(between.station, request);
    if (mdn === null) throw new Error('no receipt');
    expect((await judged(between, built, mdn)).verdict).toMatchObject({ kind: 'accepted', micReading: 1 });
  });
});
