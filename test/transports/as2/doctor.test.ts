import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { collect } from '../../../src/transports/as2/content.ts';
import { findReading, micReadings } from '../../../src/transports/as2/doctor/mic-readings.ts';
import { fieldOf } from '../../../src/transports/as2/mime/head.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import { cut } from './cms/opening.ts';
import { build, fileOf, headOf, judged, order, plainProfile, stations } from './stations.ts';

/* Each quirk that can be named is made here: a partner's side that hashes what the name says. */
const between = stations();
afterAll(() => between.close());
const profile = {
  ...plainProfile,
  compress: 'before-signing',
  sign: { identity: between.world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' },
} as const;
const text = Buffer.from('ISA*00~\r\nGS*PO~\nIEA~\r\n');
const message = (bytes: Buffer) => ({
  from: 'a',
  to: 'b',
  messageId: '<m@a>',
  subject: '',
  at: new Date(0),
  files: [fileOf(bytes)],
  mdn: null,
});
const head =
  'Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: binary\r\nContent-Disposition: attachment; filename="po.edi"\r\n\r\n';
const crlf = (value: string) => value.replaceAll(/\r?\n/g, '\r\n');
const body = text.toString();

describe('a MIC that differs', () => {
  test.each([
    ['the payload with its MIME headers', head + body, 'compress: after-signing'],
    ['the payload alone, without its MIME headers', body, 'sign: none'],
    ['every line end made CRLF: it was written anew', crlf(head + body), 'transferEncoding: base64'],
    ['the payload alone with every line end made CRLF', crlf(body), 'transferEncoding: base64'],
    ['every line end made LF', (head + body).replaceAll('\r\n', '\n'), 'transferEncoding: base64'],
    ['without the last line end', head + body.slice(0, -2), 'transferEncoding: base64'],
    ['in base64', `${head.replace('binary', 'base64')}${text.toString('base64')}\r\n`, 'transferEncoding: base64'],
    ['without its Content-Transfer-Encoding', head.replace('Content-Transfer-Encoding: binary\r\n', '') + body, null],
    ['nothing at all', '', null],
  ])('%s', async (what, hashed, setting) => {
    const readings = await micReadings(message(text), profile);
    for (const digest of ['sha1', 'sha256', 'sha512'] as const) {
      const found = findReading(createHash(digest).update(hashed, 'latin1').digest('base64'), readings);
      expect(found.map((one) => [one.digest, one.setting])).toContainEqual([digest, setting]);
      expect(found.map((one) => one.what).join()).toContain(what);
    }
  });
  test('the compressed part is what we sign ourselves', async () => {
    const built = await build(between, { profile, files: [fileOf(order)] });
    const readings = await micReadings(message(order), profile);
    expect(findReading(built.mics.sha256?.[0] ?? '', readings)).toEqual([
      { what: 'the compressed part with its MIME headers', digest: 'sha256', setting: 'compress: before-signing' },
    ]);
  });
  test('something else is none of them', async () =>
    expect(
      findReading(createHash('sha256').update('x').digest('base64'), await micReadings(message(text), profile)),
    ).toEqual([]));
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
