import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { micOfSigned } from '../../src/simulator/as2/own-mic.ts';
import { type As2Postbox, as2Postbox } from '../../src/simulator/as2/postbox.ts';
import { freePorts } from '../../src/simulator/bell.ts';
import { as2CertificateIn, as2IdentityIn } from '../../src/simulator/own-keys.ts';
import type { Host } from '../../src/simulator/process.ts';
import type { Report } from '../../src/simulator/protocol.ts';
import { buildMdn } from '../../src/transports/as2/mdn/build.ts';

let folder: string;
let stop: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyport-as2-postbox-'));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

const hostOf = (reports: Report[]): Host => ({
  tell: (report) => reports.push(report),
  metCheckpoint: () => Promise.resolve(),
  whenAsked: () => undefined,
  signal: stop.signal,
  now: () => new Date(),
});

const keys = (name: string) => join(folder, name);

const optionsFor = (us: string, them: string, receipts: 'sync' | 'async', at: Partial<As2Postbox>): As2Postbox => ({
  party: us,
  ourName: us.toUpperCase(),
  theirName: them.toUpperCase(),
  url: '',
  listenPort: 0,
  theirCertificate: readFileSync(join(keys(them), 'as2-certificate.pem'), 'utf8'),
  keyFolder: keys(us),
  receipts,
  contentType: 'application/EDI-X12',
  taken: join(folder, `${us}-taken`),
  ...at,
});

const failedIn = (reports: readonly Report[]): readonly string[] =>
  reports.flatMap((one) =>
    one.kind === 'checked' ? one.failed.map(({ what }) => what) : one.kind === 'failed' ? [one.message] : [],
  );
const passedIn = (reports: readonly Report[]) =>
  reports.reduce((sum, one) => sum + (one.kind === 'checked' ? one.passed : 0), 0);

async function makeKeys(): Promise<void> {
  for (const name of ['shop', 'maker']) await as2CertificateIn(keys(name), name, new Date());
}

describe('two AS2 stations', () => {
  test.each(['sync', 'async'] as const)('exchange a file with %s receipts, and reckon one MIC', async (receipts) => {
    await makeKeys();
    const [shopPort = 0, makerPort = 0] = await freePorts(2);
    const heard: Report[] = [];
    const told: Report[] = [];
    const shop = await as2Postbox(
      optionsFor('shop', 'maker', receipts, { listenPort: shopPort, url: `http://127.0.0.1:${makerPort}/` }),
      hostOf(heard),
    );
    const maker = await as2Postbox(
      optionsFor('maker', 'shop', receipts, { listenPort: makerPort, url: `http://127.0.0.1:${shopPort}/` }),
      hostOf(told),
    );
    await shop.put('850-1.edi', 'ISA*00*ÄÖ~');
    for (let tries = 0; tries < 400 && (shop.unanswered?.().length ?? 0) > 0; tries += 1) await sleep(10);
    const [file] = await maker.list();
    expect(file?.fileName).toBe('850-1.edi');
    expect(Buffer.from((await maker.take(file ?? { id: '', fileName: '' })) ?? []).toString('latin1')).toBe(
      'ISA*00*ÄÖ~',
    );
    expect(await maker.list()).toEqual([]);
    expect([failedIn(heard), failedIn(told)]).toEqual([[], []]);
    expect([passedIn(heard), passedIn(told)]).toEqual([5, 5]);
    expect(shop.unanswered?.()).toEqual([]);
  });

  test.each([
    ['another MIC', { mic: { base64: Buffer.alloc(32).toString('base64'), spelled: 'sha-256' } }, 'MIC'],
    ['no MIC', { mic: null }, 'MIC'],
    ['a refusal', { disposition: 'processed/error: decryption-failed' }, 'disposition'],
  ])('find out a receipt with %s', async (_what, lie, complaint) => {
    await makeKeys();
    const [shopPort = 0] = await freePorts(1);
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const content = {
          originalMessageId: String(request.headers['message-id']),
          originalFrom: 'SHOP',
          originalTo: 'MAKER',
          disposition: 'processed',
          text: '',
          mic: null,
          messageId: '<1@maker>',
          at: new Date(),
          version: '1.2' as const,
          ...lie,
        };
        const signing = { identity: as2IdentityIn(keys('maker')), digest: 'sha256', scheme: 'pkcs1' } as const;
        buildMdn(content, signing).then(({ headers, body }) => {
          response.writeHead(200, headers.flat());
          response.end(body);
        });
      });
    });
    const makerPort = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(Object(server.address()).port));
    });
    const heard: Report[] = [];
    const shop = await as2Postbox(
      optionsFor('shop', 'maker', 'sync', { listenPort: shopPort, url: `http://127.0.0.1:${makerPort}/` }),
      hostOf(heard),
    );
    await shop.put('850-1.edi', 'ISA');
    server.close();
    expect(failedIn(heard)).toContain(`MDN of 850-1.edi: ${complaint}`);
  });

  test('keep their keys to themselves, and make them once', async () => {
    const first = await as2CertificateIn(keys('shop'), 'shop', new Date());
    expect(await as2CertificateIn(keys('shop'), 'shop', new Date())).toBe(first);
    expect((await stat(join(keys('shop'), 'as2-key.pem'))).mode & 0o77).toBe(0);
  });
});

describe('the MIC reckoned once more', () => {
  const part = 'Content-Type: text/plain\r\n\r\nHello\r\n';
  const body = Buffer.from(
    `--b1\r\n${part}\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b1--\r\n`,
  );
  test('is over the first part, to the line break before its boundary', () =>
    expect(micOfSigned('multipart/signed; boundary="b1"', body)).toBe(
      createHash('sha256').update(part).digest('base64'),
    ));
  test('wants a boundary, and the parts', () => {
    expect(() => micOfSigned('multipart/signed', body)).toThrow(/without a boundary/);
    expect(() => micOfSigned('multipart/signed; boundary=b2', body)).toThrow(/without its parts/);
  });
});
