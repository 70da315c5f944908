import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import type { ReceptionLimits } from '../../../src/transports/as2/receive/reception.ts';
import { as2Routes } from '../../../src/transports/as2/receive/routes.ts';
import { post } from '../../../src/transports/as2/send/post.ts';
import * as limits from '../../../src/transports/limits.ts';
import { build, fileOf, judgedText, order, stations } from './stations.ts';

/* Strangers who write a partner's name and then hardly anything: on real sockets, and nothing of it depends on how fast this machine is. */
const between = stations();
afterAll(() => between.close());
const apps: FastifyInstance[] = [];
const sockets: Socket[] = [];
beforeEach(() => {
  between.taken.length = 0;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const app of apps.splice(0)) await app.close();
});

async function listen(more: Partial<ReceptionLimits> = {}): Promise<URL> {
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  await app.register(as2Routes, {
    station: between.station,
    mdns: { awaitedMdn: async () => undefined, settle: async () => undefined },
    limits: { ...limits, ...more },
    bodyBytesMax: async () => 200_000_000,
  });
  apps.push(app);
  return new URL(`${await app.listen({ port: 0, host: '127.0.0.1' })}/as2`);
}

interface Slow {
  readonly socket: Socket;
  answer(): string;
}

/** Headers of a partner's, the beginning of a body, and no more. */
async function slow(url: URL, begun: Buffer, from = '"Sender Inc"'): Promise<Slow> {
  const socket = connect(Number(url.port), url.hostname);
  sockets.push(socket);
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  await new Promise((connected) => socket.once('connect', connected));
  const head = `POST /as2 HTTP/1.1\r\nHost: ${url.host}\r\nAS2-From: ${from}\r\nAS2-To: RECEIVER\r\nMessage-ID: <slow@x>\r\nContent-Type: text/plain\r\nContent-Length: 100000000\r\n\r\n`;
  await new Promise((written) => socket.write(Buffer.concat([Buffer.from(head), begun]), written));
  return { socket, answer: () => answer };
}

const line = {
  timeoutMs: 60_000,
  trusted: [],
  client: null,
  basic: null,
  proxyUrl: null,
  proxyBasic: null,
  allowLoopback: true,
  chunked: false,
};
async function honest(url: URL, bytes: Buffer = order): Promise<string> {
  const built = await build(between, { files: [fileOf(bytes)], profile: { sign: null } });
  const answer = await post(url, built.headers, contentOf(await collect(built.body.bytes())), line);
  await built.discard();
  if (answer.status !== 200) return `${answer.status}`;
  return judgedText({ status: 200, mdn: { headers: answer.head.fields, body: answer.body } });
}
const processed = expect.stringContaining('; processed');
const mebibytes = (count: number) => Buffer.alloc(count * 1024 * 1024, 'SEGMENT*1~\n');

test('200 slow bodies under a partner’s name hold up none of its messages', async () => {
  const url = await listen();
  const slows = await Promise.all(Array.from({ length: 200 }, () => slow(url, Buffer.from('I'))));
  for (let count = 0; count < 12; count++) expect(await honest(url)).toEqual(processed);
  expect(between.taken).toHaveLength(12);
  expect(slows.map(({ answer, socket }) => [answer(), socket.destroyed])).toEqual(slows.map(() => ['', false]));
});

test('slow bodies of more than a mebibyte hold up no small message, and give way to a large one', async () => {
  const url = await listen({ uploadsPerChannelCountMax: 2, slowMsMin: 50 });
  const slows = await Promise.all([1, 2].map(() => slow(url, mebibytes(2))));
  expect(await honest(url)).toEqual(processed);
  expect(await honest(url, mebibytes(3))).toEqual(processed);
  expect(between.taken.map(({ files }) => files[0]?.bytes.length)).toEqual([order.length, 3 * 1024 * 1024]);
  expect(slows.filter(({ answer }) => answer().includes('Others wait'))).toHaveLength(1);
});

test('of more bodies than one address may have under way the slowest goes', async () => {
  const url = await listen({ slowMsMin: 40 });
  const first = await slow(url, Buffer.from('I'));
  const dropped = new Promise((answered) => first.socket.once('data', answered));
  await new Promise((later) => setTimeout(later, 50)); // it has been waited for longest, and sent as little as any
  const others = await Promise.all(Array.from({ length: 256 }, () => slow(url, Buffer.from('ISA*'))));
  await dropped;
  expect(first.answer()).toContain('this body comes slowest of all');
  expect(others.filter(({ answer }) => answer() !== '')).toEqual([]);
  expect(await honest(url)).toEqual(processed);
});

test('a body that comes octet by octet is put together', async () => {
  const url = await listen();
  const built = await build(between, { profile: { sign: null } });
  const body = await collect(built.body.bytes());
  const socket = connect(Number(url.port), url.hostname);
  sockets.push(socket);
  socket.setNoDelay(true);
  const head = [['Host', url.host], ['Content-Length', `${body.length}`], ...built.headers];
  socket.write(`POST /as2 HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  for (const octet of body) await new Promise((written) => socket.write(Buffer.from([octet]), written));
  const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
  expect(answer).toMatch(/^HTTP\/1.1 200/);
  expect(between.taken[0]?.files[0]?.bytes).toEqual(order);
});
