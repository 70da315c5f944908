import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ByteReader } from '../../../src/transports/as2/byte-reader.ts';
import { parseFields, readHead } from '../../../src/transports/as2/mime/head.ts';
import { MultipartReader } from '../../../src/transports/as2/mime/multipart.ts';
import { parseParameterized } from '../../../src/transports/as2/mime/parameters.ts';
import { cut } from './cms/opening.ts';
import { damagedMdns, damagedMessages, headerValues, samplesOf, splitParts } from './fuzzing.ts';
import { exchange, stations } from './stations.ts';

const between = stations();
afterAll(() => between.close());
let samples: Awaited<ReturnType<typeof samplesOf>>;
beforeAll(async () => {
  samples = await samplesOf(between);
});

describe('hostile AS2', () => {
  test('a damaged message is answered', async () => {
    await damagedMessages(between, samples.messages, 150);
    expect(readdirSync(between.temporaryFolder)).toEqual([]);
  });
  test('a damaged receipt is read or refused', () => damagedMdns(between, samples.mdns, 200));
  test('parts come back however they are cut', () => splitParts(500));
  test('header values of every kind', () => headerValues(500));

  test('a header block without an end, and one of too many headers', async () => {
    const endless = `Content-Type: ${'x'.repeat(70_000)}`;
    await expect(readHead(new ByteReader(cut(Buffer.from(endless), 5_000)))).rejects.toThrow('of headers');
    const long = `X-Odd: 1\r\nMIME-Version: 1.0\r\nContent-Type: a/b;\r\n ${'x'.repeat(1 << 20)}\r\n\r\nISA*`;
    await expect(readHead(new ByteReader(cut(Buffer.from(long), 5_000)))).rejects.toThrow('of headers');
    // A payload without headers that has a colon in its first line is no head.
    const payload = `UNA:+.? '${'UNB+UNOA:2+A+B '.repeat(10_000)}`;
    expect(await readHead(new ByteReader(cut(Buffer.from(payload), 5_000)))).toBeNull();
    const many = Buffer.from(`${'A: b\r\n'.repeat(201)}\r\n`);
    expect(() => parseFields(many)).toThrow('More than 200 headers');
  });
  test('folded and quoted headers', async () => {
    const head = await readHead(
      new ByteReader(
        cut(Buffer.from('Content-Type: multipart/signed;\r\n\tboundary="a;b=\\"c\\"";\r\n micalg=sha-256\r\n\r\n'), 3),
      ),
    );
    const { value, parameters } = parseParameterized(head?.fields[0]?.[1]);
    expect([value, parameters.get('boundary'), parameters.get('micalg')]).toEqual([
      'multipart/signed',
      'a;b="c"',
      'sha-256',
    ]);
  });
  test.each([undefined, '', 'x'.repeat(71), 'a\r\nb'])('the boundary %j is none', (boundary) =>
    expect(() => new MultipartReader(new ByteReader(cut(Buffer.alloc(0), 1)), boundary)).toThrow('without a boundary'),
  );
  test('a nest of multiparts ends', async () => {
    let body = 'x';
    for (let depth = 0; depth < 50; depth++)
      body = `--b${depth}\r\nContent-Type: multipart/signed; boundary=b${depth - 1}\r\n\r\n${body}\r\n--b${depth}--\r\n`;
    const { mdn } = await exchange(between, {}, (wire) => {
      wire.headers = wire.headers
        .filter(([name]) => name !== 'Content-Type')
        .concat([['Content-Type', 'multipart/signed; boundary=b49']]);
      wire.body = Buffer.from(body);
    });
    expect(mdn?.disposition.text).toBe('unexpected-processing-error');
  });
  test('nothing of a header gets into ours: AS2-From and names are one line', async () => {
    const { answer } = await exchange(between, { from: 'nobody' }, (wire) => {
      wire.headers = wire.headers.map(([name, value]) => [name, name === 'Message-ID' ? '<a\u0007b@c>' : value]);
    });
    expect(answer.status).toBe(400);
  });
});

describe('what can never be taken is told as such, and not as something that may come again', () => {
  const identity = between.world.identity('sender');
  const profile = { sign: { identity, digest: 'sha256', scheme: 'pkcs1' } } as const;
  const changed = async (change: (text: string) => string, type?: string) => {
    const { mdn } = await exchange(between, { profile }, (wire) => {
      if (type !== undefined)
        wire.headers = wire.headers.map(([name, value]) => [name, name === 'Content-Type' ? type : value]);
      wire.body = Buffer.from(change(wire.body.toString('latin1')), 'latin1');
    });
    return mdn?.dispositionText;
  };
  const never = 'automatic-action/MDN-sent-automatically; failed/failure: unsupported format';
  test('a multipart that is cut off', async () => expect(await changed((text) => text.slice(0, 300))).toBe(never));
  test('a boundary of 5,000 characters', async () =>
    expect(await changed((text) => text, `multipart/signed; micalg=sha-256; boundary="${'b'.repeat(5_000)}"`)).toBe(
      never,
    ));
  test('more attachments than are read', async () => {
    const part = '--b\r\nContent-Type: text/plain\r\n\r\nA\r\n';
    expect(await changed(() => `${part.repeat(65)}--b--\r\n`, 'multipart/related; boundary=b')).toBe(never);
  });
  test('headers of a mebibyte inside a signature', async () => {
    const { mdn } = await exchange(between, { profile }, (wire) => {
      wire.body = Buffer.from(
        wire.body
          .toString('latin1')
          .replace('Content-Type:', `Content-Type: a/b; x="${'x'.repeat(1 << 20)}"\r\nX-Was:`),
        'latin1',
      );
    });
    expect(mdn?.dispositionText).toBe(never);
  });
  test.each(['AS2-From', 'AS2-To', 'Message-ID'])('two headers %s', async (name) => {
    const { answer } = await exchange(between, { profile }, ({ headers }) => {
      headers.push([name, headers.find(([candidate]) => candidate === name)?.[1] ?? '']);
    });
    expect(answer).toMatchObject({ status: 400, mdn: null, detail: expect.stringContaining(name.toLowerCase()) });
    expect(between.events.at(-1)).toMatchObject({ kind: 'refused', modifier: 'malformed' });
  });
});
