import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import type { ExpectedMdn, MdnVerdict } from '../../../src/transports/as2/mdn/read.ts';
import { bareMessageId } from '../../../src/transports/as2/names.ts';
import { as2Routes } from '../../../src/transports/as2/receive/routes.ts';
import {
  type As2Sending,
  as2Transport,
  type SentMessage,
  timeOf,
} from '../../../src/transports/as2/send/as2-transport.ts';
import { post } from '../../../src/transports/as2/send/post.ts';
import { spool } from '../../../src/transports/as2/spool.ts';
import type { Line } from '../../../src/transports/http/client/exchange.ts';
import { guardedLookup, isAddressOf, isNeverReached } from '../../../src/transports/http/client/reach.ts';
import type { BodyLimits } from '../../../src/transports/http/paced-body.ts';
import * as limits from '../../../src/transports/limits.ts';
import type { OutboundDelivery } from '../../../src/transports/transport.ts';
import { build, order, plainProfile, signedMdn, stations } from './stations.ts';

const between = stations();
afterAll(() => between.close());
const { world } = between;
const servers: FastifyInstance[] = [];
const agreed = between.relation;
beforeEach(() => {
  between.relation = agreed;
  between.taken.length = 0;
  between.events.length = 0;
  between.posted.length = 0;
});
afterEach(async () => {
  for (const app of servers.splice(0)) await app.close();
});

const line: Line = {
  timeoutMs: 60_000,
  trusted: [],
  client: null,
  basic: null,
  proxyUrl: null,
  proxyBasic: null,
  allowLoopback: true,
  chunked: false,
};
const settled: { deliveryId: string; verdict: MdnVerdict }[] = [];

/** The receiving station on a real socket. */
async function listen(app: FastifyInstance = Fastify(), more: Partial<BodyLimits> = {}): Promise<string> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  await app.register(as2Routes, {
    station: between.station,
    mdns: {
      awaitedMdn: async (_channelId, id) => remembered.find((sent) => bareMessageId(sent.messageId) === id),
      settle: async (deliveryId, { verdict }) => void settled.push({ deliveryId, verdict }),
    },
    limits: { ...limits, ...more },
    bodyBytesMax: async () => {
      if (isDatabaseGone) throw new Error('the database is gone');
      return 200_000_000;
    },
  });
  servers.push(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/as2`;
}

/** A partner's server that answers what it is told to. */
async function answering(status: number, headers: Record<string, string> = {}, body = ''): Promise<string> {
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    payload.on('end', () => done(null));
  });
  app.post('/as2', async (_request, reply) => reply.code(status).headers(headers).send(body));
  servers.push(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/as2`;
}

const remembered: (SentMessage & { expected: ExpectedMdn })[] = [];
let refusal: string | null = null;
let unanswered = 0;
let isDatabaseGone = false;
const delivery = (id: string, bytes: Uint8Array = order): OutboundDelivery => ({
  id,
  channelId: 'sender/as2',
  fileName: 'po.edi',
  byteLength: bytes.byteLength,
  bytes: () => contentOf(bytes).bytes(),
  idempotencyKey: id,
  contentType: 'application/EDI-X12',
});
const sending = (url: string, more: Partial<As2Sending> = {}): As2Sending => ({
  url: new URL(url),
  ourName: 'Sender Inc',
  theirName: 'RECEIVER',
  subject: 'EDI',
  host: 'sender.example',
  profile: {
    ...plainProfile,
    compress: 'before-signing',
    sign: { identity: world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' },
    encrypt: {
      recipients: [{ certificate: world.identity('receiver').certificate, keyTransport: 'pkcs1' }],
      cipher: 'aes-256-cbc',
    },
  },
  mdn: signedMdn,
  mdnDueMs: 60_000,
  verifyMdnWith: [world.identity('receiver').certificate],
  line,
  ...more,
});
const send = (given: As2Sending, which: OutboundDelivery) =>
  as2Transport({
    sendingTo: async () => given,
    sent: {
      takeRefusal: async () => {
        const told = refusal;
        refusal = null;
        return told;
      },
      unansweredSends: async () => unanswered,
      remember: async (sent) => void remembered.push(sent),
      keepMdn: async () => undefined,
    },
    spool: (source) => spool(source, 1e9, between.temporaryFolder),
  }).send(which);
const id = (last: number): string => `0198c7a0-0000-7000-8000-${String(last).padStart(12, '0')}`;

describe('over HTTP', () => {
  test('a delivery is sent, verified, and answered with a receipt that holds', async () => {
    const receipt = await send(sending(await listen()), delivery(id(1)));
    expect(receipt).toEqual({ kind: 'mdn', detail: expect.stringContaining('as sent') });
    expect(between.taken).toMatchObject([
      { messageId: `<${id(1)}@sender.example>`, remote: '127.0.0.1', files: [{ name: 'po.edi', bytes: order }] },
    ]);
  });
  test('row 28: every attempt has the same Message-ID, so a lost receipt is sent again', async () => {
    const url = await listen();
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await send(sending(url), delivery(id(2)))).toMatchObject({ kind: 'mdn' });
    expect(between.taken).toHaveLength(1);
    expect(timeOf(id(2)).toISOString()).toBe(timeOf(id(2)).toISOString());
  });
  test.each([false, true])('row 22 and 42: 20 MB, chunked: %s', async (chunked) => {
    const bytes = Buffer.alloc(20_000_000, 'SEGMENT*1~\n');
    const given = sending(await listen(), { line: { ...line, chunked } });
    expect(await send(given, delivery(id(chunked ? 3 : 4), bytes))).toMatchObject({ kind: 'mdn' });
    expect(between.taken[0]?.files[0]?.bytes.equals(bytes)).toBe(true);
  });
  test('row 42: Expect: 100-continue', async () => {
    const built = await build(between, {});
    const body = await collect(built.body.bytes());
    const url = new URL(await listen());
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = [
        ...built.headers.flat(),
        'Host',
        url.host,
        'Expect',
        '100-continue',
        'Content-Length',
        `${body.length}`,
      ];
      const request = httpRequest(
        { host: url.hostname, port: url.port, path: '/as2', method: 'POST', headers: headers as never },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('continue', () => request.end(body));
      request.on('error', reject);
      request.flushHeaders();
    });
    expect(status).toBe(200);
    expect(between.taken).toHaveLength(1);
  });
  test('row 43: a client that goes away leaves nothing, and its message may come again', async () => {
    const url = new URL(await listen());
    const built = await build(between, { messageId: '<gone@sender.example>' });
    const body = await collect(built.body.bytes());
    const head = [['Host', url.host], ['Content-Length', `${body.length}`], ...built.headers]
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`POST /as2 HTTP/1.1\r\n${head}\r\n`);
    socket.write(body.subarray(0, body.length - 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(between.taken).toEqual([]);
    expect((await post(url, built.headers, contentOf(body), line)).status).toBe(200);
    expect(between.taken).toHaveLength(1);
  });
  test('row 47: a look with a browser gets a line of text, other methods none', async () => {
    const url = await listen();
    const look = await fetch(url);
    expect([look.status, await look.text()]).toEqual([200, 'AS2 messages are posted to this address.\n']);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
  });
  test('a body that trickles is given up', async () => {
    const url = new URL(await listen(Fastify(), { bodyIdleMsMax: 100 }));
    const built = await build(between, {});
    const head = [['Host', url.host], ['Content-Length', '1000'], ...built.headers]
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`POST /as2 HTTP/1.1\r\n${head}\r\nA`);
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    expect(answer).not.toMatch(/^HTTP\/1.1 200/);
    expect(between.taken).toEqual([]);
    socket.destroy();
  });
});

describe('what becomes of a send', () => {
  test('a burst waits for its turn instead of being sent away', async () => {
    const url = await listen(Fastify(), { uploadsPerChannelCountMax: 2 } as Partial<BodyLimits>);
    const all = Array.from({ length: 40 }, (_, index) => send(sending(url), delivery(id(2_000 + index))));
    for (const receipt of await Promise.all(all)) expect(receipt).toMatchObject({ kind: 'mdn' });
    expect(between.taken).toHaveLength(40);
  });
  test('turns are not lost while the database is away', async () => {
    const url = await listen(Fastify(), { uploadsPerChannelCountMax: 2 } as Partial<BodyLimits>);
    isDatabaseGone = true;
    for (let index = 0; index < 5; index++)
      await expect(send(sending(url), delivery(id(2_100 + index)))).rejects.toMatchObject({
        kind: 'partner-refused-for-now',
      });
    isDatabaseGone = false;
    expect(await send(sending(url), delivery(id(2_106)))).toMatchObject({ kind: 'mdn' });
  });
  test('row 31: to ourselves it is not sent', async () => {
    await expect(
      send(sending('http://127.0.0.1:9/as2', { theirName: 'Sender Inc' }), delivery(id(5))),
    ).rejects.toMatchObject({ kind: 'config-invalid' });
  });
  test.each([
    [401, 'partner-refused'],
    [403, 'partner-refused'],
    [404, 'partner-refused'],
    [408, 'partner-refused-for-now'],
    [429, 'partner-refused-for-now'],
    [500, 'partner-refused-for-now'],
    [503, 'partner-refused-for-now'],
  ])('row 78: %i is %s', async (status, kind) => {
    await expect(send(sending(await answering(status)), delivery(id(6)))).rejects.toMatchObject({ kind });
  });
  test('row 78: nobody there', async () => {
    await expect(send(sending('http://127.0.0.1:9/as2'), delivery(id(6)))).rejects.toMatchObject({
      kind: 'partner-unreachable',
      message: expect.stringMatching(/^TCP: /),
    });
    await expect(send(sending('http://no-such-host.invalid/as2'), delivery(id(6)))).rejects.toMatchObject({
      kind: 'partner-unreachable',
      message: expect.stringMatching(/^DNS: /),
    });
  });
  test('row 80: a redirect is not followed', async () => {
    const there = await listen();
    await expect(send(sending(await answering(302, { location: there })), delivery(id(7)))).rejects.toMatchObject({
      kind: 'partner-refused',
      remedy: expect.stringContaining('Redirects'),
    });
    expect(between.taken).toEqual([]);
  });
  test.each([
    ['nothing', {}, ''],
    ['HTML', { 'content-type': 'text/html' }, '<html>'],
    ['half a receipt', { 'content-type': 'multipart/report; boundary=b' }, '--b\r\n'],
  ])('row 73: 200 with %s', async (_what, headers, body) => {
    await expect(send(sending(await answering(200, headers, body)), delivery(id(8)))).rejects.toMatchObject({
      kind: 'partner-refused-for-now',
    });
  });
  test('row 68-69: a receipt that does not hold is no receipt', async () => {
    between.relation = { ...agreed, signMdnWith: world.identity('stranger') };
    await expect(send(sending(await listen()), delivery(id(9)))).rejects.toMatchObject({
      kind: 'partner-refused',
      message: expect.stringMatching(/^MDN, signature wrong/),
    });
    between.relation = { ...agreed, signMdnWith: null };
    await expect(send(sending(await listen()), delivery(id(10)))).rejects.toMatchObject({
      message: expect.stringMatching(/^MDN, not signed/),
    });
  });
  test('an answer to another message is not ours', async () => {
    const built = await build(between, { messageId: '<other@sender.example>' });
    const first = await post(new URL(await listen()), built.headers, built.body, line);
    const headers = Object.fromEntries(
      first.head.fields.filter(([name]) => /^(?:content-type|as2-|message-id)/.test(name)),
    );
    await expect(
      send(sending(await answering(200, headers, first.body.toString('latin1'))), delivery(id(11))),
    ).rejects.toMatchObject({ kind: 'partner-refused-for-now' });
  });
  test('row 75: no receipt by its time: the same again, and after five times a person is told', async () => {
    const given = sending(await answering(200), {
      mdn: { ...signedMdn, asynchronousUrl: 'http://sender.example/as2/mdn' },
    });
    for (; unanswered < 5; unanswered++)
      expect(await send(given, delivery(id(12)))).toEqual({ kind: 'receipt-due', dueMs: 60_000 });
    await expect(send(given, delivery(id(12)))).rejects.toMatchObject({ kind: 'partner-refused' });
    unanswered = 0; // a person has released it
    refusal = 'MIC, another: x';
    await expect(send(given, delivery(id(12)))).rejects.toMatchObject({ message: 'MIC, another: x' });
    expect(await send(given, delivery(id(12)))).toMatchObject({ kind: 'receipt-due' });
  });
});

test('row 81: basic authentication is shown to their server', async () => {
  const app = Fastify();
  const shown: unknown[] = [];
  app.addHook('onRequest', async (request) => {
    shown.push(request.headers.authorization);
  });
  const url = await listen(app);
  const basic = { user: 'harbor', password: 'tools: ä' };
  expect(await send(sending(url, { line: { ...line, basic } }), delivery(id(40)))).toMatchObject({ kind: 'mdn' });
  expect(shown).toEqual([`Basic ${Buffer.from('harbor:tools: ä').toString('base64')}`]);
  expect(JSON.stringify(between.taken[0]?.headers)).not.toContain('Basic'); // no password is kept with a message
});

test('row 86: what AS2 Restart asks for is passed over politely', async () => {
  const url = new URL(await listen());
  const built = await build(between, {});
  const body = contentOf(await collect(built.body.bytes()));
  expect((await fetch(url, { method: 'HEAD', headers: { etag: '"x"' } })).status).toBe(200);
  expect((await post(url, [...built.headers, ['ETag', '"x"']], body, line)).status).toBe(200);
  expect(between.taken).toHaveLength(1);
});

describe('receipts that come by themselves', () => {
  test.each(['/as2', '/as2/mdn'])('rows 71, 72, 74, 77: posted to %s, before or after our own answer', async (path) => {
    remembered.length = settled.length = 0;
    const url = await listen();
    const asynchronousUrl = 'http://sender.example/as2/mdn';
    expect(await send(sending(url, { mdn: { ...signedMdn, asynchronousUrl } }), delivery(id(20)))).toMatchObject({
      kind: 'receipt-due',
    });
    const [mdn] = between.posted;
    if (mdn === undefined) throw new Error('no receipt was made');
    // The sending side's own listener, which here shares the lookups: names are swapped in a receipt.
    between.relation = {
      ...agreed,
      theirName: agreed.ourName,
      ourName: agreed.theirName,
      keys: { ...agreed.keys, verifyWith: [world.identity('receiver').certificate] },
    };
    const target = new URL(path, url);
    expect((await post(target, mdn.headers, contentOf(mdn.body), line)).status).toBe(200);
    expect(settled).toMatchObject([{ deliveryId: id(20), verdict: { kind: 'accepted' } }]);
    remembered.length = 0;
    expect((await post(target, mdn.headers, contentOf(mdn.body), line)).status).toBe(404);
    between.relation = { ...between.relation, theirName: 'nobody' };
    expect((await post(target, mdn.headers, contentOf(mdn.body), line)).status).toBe(403);
    expect(
      (
        await post(
          new URL(url),
          [
            ['Content-Type', 'multipart/report; boundary=b'],
            ['AS2-From', 'RECEIVER'],
            ['AS2-To', '"Sender Inc"'],
          ],
          contentOf(Buffer.from('--b--')),
          line,
        )
      ).status,
    ).toBe(403);
  });
});

describe('where we go', () => {
  test.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '169.254.169.254',
    '::1',
    '::',
    'fe80::1',
    '::ffff:127.0.0.1',
    '224.0.0.1',
  ])('never to %s', async (address) => {
    expect(isNeverReached(address)).toBe(true);
    const url = new URL(`http://${address.includes(':') ? `[${address}]` : address}:9/as2`);
    await expect(post(url, [], contentOf(order), { ...line, allowLoopback: false })).rejects.toMatchObject({
      kind: 'config-invalid',
    });
  });
  test.each(['192.0.2.1', '10.0.0.1', '2001:db8::1'])('%s is an address like others', (address) =>
    expect(isNeverReached(address)).toBe(false),
  );
  test('nor by a name that leads there', async () => {
    const error = await new Promise<Error | null>((resolve) =>
      guardedLookup('localhost', {}, (failure) => resolve(failure)),
    );
    expect(error?.message).toContain('loopback');
  });
  test.each([
    ['http://sender.example/x', true],
    ['https://SENDER.example:8443/x', true],
    ['https://sender.example.evil/', false],
    ['https://user:pass@sender.example/', false],
    ['ftp://sender.example/', false],
    ['file:///sender.example', false],
  ])('%s: %s', (url, allowed) => expect(isAddressOf(new URL(url), ['sender.example'])).toBe(allowed));
});

describe('TLS', () => {
  const https = async (more: object = {}) => {
    world.run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'tls.key',
      '-out',
      'tls.crt',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    );
    const app = Fastify({ https: { key: world.read('tls.key'), cert: world.read('tls.crt'), ...more } });
    return (await listen(app as unknown as FastifyInstance)).replace('http://127.0.0.1', 'https://localhost');
  };
  test('row 79: an unknown certificate is refused, a pinned one trusted, whatever its name', async () => {
    const url = await https();
    await expect(send(sending(url), delivery(id(30)))).rejects.toMatchObject({
      kind: 'partner-refused',
      message: expect.stringMatching(/^TLS: /),
    });
    const trusted = [world.read('tls.crt').toString()];
    expect(await send(sending(url, { line: { ...line, trusted } }), delivery(id(31)))).toMatchObject({ kind: 'mdn' });
    expect(
      await send(sending(url.replace('localhost', '127.0.0.1'), { line: { ...line, trusted } }), delivery(id(32))),
    ).toMatchObject({ kind: 'mdn' });
  });
  test('row 79: mutual TLS', async () => {
    const url = await https({ requestCert: true, rejectUnauthorized: true, ca: world.read('sender.crt') });
    const trusted = [world.read('tls.crt').toString()];
    await expect(send(sending(url, { line: { ...line, trusted } }), delivery(id(33)))).rejects.toMatchObject({
      kind: 'partner-unreachable',
    });
    const client = { certificate: world.read('sender.crt').toString(), key: world.read('sender.key').toString() };
    expect(await send(sending(url, { line: { ...line, trusted, client } }), delivery(id(34)))).toMatchObject({
      kind: 'mdn',
    });
  });
  test('row 79: nothing below TLS 1.2', async () => {
    const url = await https({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    const trusted = [world.read('tls.crt').toString()];
    await expect(send(sending(url, { line: { ...line, trusted } }), delivery(id(35)))).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: /),
    });
  });
});
