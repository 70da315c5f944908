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
    expect(await readHead(new ByteReader(cut(Buffer.from(endless), 5_000)))).toBeNull();
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
