import { once } from 'node:events';
import { copyFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import {
  Agent,
  createServer as createHttpsServer,
  type Server as HttpsServer,
  request as httpsRequest,
} from 'node:https';
import { type AddressInfo, connect, createServer, type LookupFunction, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSelfSigned } from '../../../src/transports/as2/cms/self-signed.ts';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import type { Admittance } from '../../../src/transports/as2/receive/admit.ts';
import { post } from '../../../src/transports/as2/send/post.ts';
import type { Line } from '../../../src/transports/http/client/exchange.ts';
import { guarded } from '../../../src/transports/http/client/reach.ts';
import { partnerListener } from '../../../src/transports/http/listener.ts';
import { followTlsFiles, readTlsFiles } from '../../../src/transports/http/tls.ts';
import { build, type Stations, stations } from './stations.ts';

/* HTTPS on real sockets, with certificates that OpenSSL made. */
const between: Stations = stations();
afterAll(() => between.close());
const { world } = between;
// Certificates are made today.
(between.station as { clock: { now(): Date } }).clock = { now: () => new Date() };
const usual = between.relation;
const closing: (() => Promise<unknown> | unknown)[] = [];
beforeEach(() => {
  between.relation = usual;
  for (const list of [between.taken, between.refused, between.events]) list.splice(0);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An authority, and what it has signed: `certify('leaf', 'authority', …)`. */
function certify(name: string, issuer: string | null, more: readonly string[], days = '2'): void {
  world.run(
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/O=Test/CN=${name}`,
  );
  writeFileSync(join(world.folder, `${name}.ext`), more.join('\n'));
  const signer =
    issuer === null
      ? ['-signkey', `${name}.key`]
      : ['-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`, '-CAcreateserial'];
  world.run(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-out',
    `${name}.crt`,
    '-days',
    days,
    '-extfile',
    `${name}.ext`,
    ...signer,
  );
}
const authority = ['basicConstraints=critical,CA:TRUE', 'subjectKeyIdentifier=hash'];
const server = [
  'basicConstraints=CA:FALSE',
  'subjectAltName=DNS:localhost,IP:127.0.0.1',
  'extendedKeyUsage=serverAuth',
];
const client = ['basicConstraints=CA:FALSE', 'extendedKeyUsage=clientAuth'];
certify('root', null, authority);
certify('between', 'root', authority);
certify('listener', 'root', server);
certify('client', 'root', client);
certify('below', 'between', client);
certify('webserver', 'root', server);
certify('elsewhere', 'root', ['basicConstraints=CA:FALSE', 'subjectAltName=DNS:elsewhere.example']);
certify('no-authority', 'root', client);
certify('under-no-authority', 'no-authority', client);
certify('other-root', null, authority);
certify('other', 'other-root', client);
const pem = (...names: readonly string[]): string => names.map((name) => world.read(`${name}.crt`).toString()).join('');
const clientOf = (...names: readonly string[]): Line['client'] => ({
  certificate: pem(...names),
  key: world.read(`${names[0]}.key`).toString(),
});

async function listener(tls = true, name = 'listener'): Promise<{ url: URL; app: FastifyInstance }> {
  const app = partnerListener({
    channelOf: async () => undefined,
    intake: { receive: async () => Promise.reject(new Error('not asked')) },
    mailbox: { list: async () => [], open: async () => undefined, confirm: async () => false },
    as2: {
      station: between.station,
      mdns: { awaitedMdn: async () => undefined, settle: async () => undefined },
      bodyBytesMax: async () => 50_000_000,
    },
    report: ({ failure }) => expect(failure).toBeUndefined(),
    ...(tls ? { tls: { key: world.read(`${name}.key`), certificate: world.read(`${name}.crt`) } } : {}),
  });
  closing.push(() => app.close());
  return {
    app,
    url: new URL('/as2', (await app.listen({ port: 0, host: '127.0.0.1' })).replace('127.0.0.1', 'localhost')),
  };
}

const line: Line = {
  timeoutMs: 20_000,
  trusted: [pem('root')],
  client: null,
  basic: null,
  proxyUrl: null,
  proxyBasic: null,
  allowLoopback: true,
  chunked: false,
};
async function send(url: URL, more: Partial<Line> = {}) {
  const built = await build(between, {});
  return post(url, built.headers, contentOf(await collect(built.body.bytes())), { ...line, ...more });
}
const admits = (more: Partial<Admittance>): void => {
  between.relation = { ...usual, admits: { certificates: [], basic: null, ...more } };
};

describe('row 79: our listener', () => {
  test('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    const { url } = await listener();
    expect((await send(url)).status).toBe(200);
    for (const [version, works] of [
      ['TLSv1.3', true],
      ['TLSv1.2', true],
      ['TLSv1.1', false],
    ] as const) {
      const socket = tlsConnect({
        port: Number(url.port),
        servername: 'localhost',
        ca: pem('root'),
        minVersion: version === 'TLSv1.1' ? 'TLSv1' : version,
        maxVersion: version,
        // Without it OpenSSL would not even offer the old one.
        ...(works ? {} : { ciphers: 'DEFAULT@SECLEVEL=0' }),
      });
      const outcome = await Promise.race([
        once(socket, 'secureConnect').then(() => true),
        once(socket, 'error').then(() => false),
      ]).catch(() => false);
      socket.destroy();
      expect([version, outcome]).toEqual([version, works]);
    }
  });
  test.each([
    ['pinned, its own', ['client'], ['client'], 200],
    ['pinned, signed by itself', ['sender'], ['sender'], 200],
    ['of its authority', ['client'], ['root'], 200],
    ['below an authority between that it shows', ['below', 'between'], ['root'], 200],
    ['one of two', ['client'], ['other', 'client'], 200],
    ['below an authority between that it does not show', ['below'], ['root'], 403],
    ['another of the same authority than the one pinned', ['client'], ['below'], 403],
    ['of another authority', ['other'], ['root'], 403],
    ['of another authority, which it shows', ['other', 'other-root'], ['root'], 403],
    ['meant for servers', ['webserver'], ['root'], 403],
    ['signed by one that is no authority', ['under-no-authority', 'no-authority'], ['root'], 403],
    ['that is no authority, and pinned, does not vouch for others', ['under-no-authority'], ['no-authority'], 403],
  ])('takes a client certificate %s: %j', async (_what, shown, trusted, status) => {
    const { url } = await listener();
    admits({ certificates: trusted.map((name) => pem(name)) });
    expect((await send(url, { client: clientOf(...shown) })).status).toBe(status);
    expect(between.taken).toHaveLength(status === 200 ? 1 : 0);
    if (status === 200) return;
    expect(between.refused).toMatchObject([{ modifier: 'not-admitted', channelId: 'sender/as2', body: null }]);
    expect(between.refused[0]?.detail).toContain(`CN=${shown[0]}`);
  });
  test('an authority counts while it is valid; a pinned certificate as long as it is pinned', async () => {
    const { url } = await listener();
    between.relation = { ...usual, admits: { certificates: [pem('root')], basic: null } };
    const station = between.station as { clock: { now(): Date } };
    const now = station.clock;
    station.clock = { now: () => new Date('2046-01-01T00:00:00Z') };
    expect((await send(url, { client: clientOf('client') })).status).toBe(403);
    admits({ certificates: [pem('client')] });
    expect((await send(url, { client: clientOf('client') })).status).toBe(200);
    station.clock = now;
  });
  test('turns away who shows none, over HTTPS and HTTP, with messages and receipts', async () => {
    admits({ certificates: [pem('client')] });
    for (const { url } of [await listener(), await listener(false)]) {
      expect((await send(url)).status).toBe(403);
      const receipt: [string, string][] = [
        ['AS2-From', '"Sender Inc"'],
        ['AS2-To', 'RECEIVER'],
        ['Content-Type', 'multipart/report; report-type=disposition-notification; boundary=b'],
      ];
      expect((await post(url, receipt, contentOf(Buffer.from('--b--')), line)).status).toBe(403);
    }
    expect(between.refused.map(({ detail }) => detail)).toEqual(Array(4).fill('It showed no client certificate.'));
  });
  test('row 81: asks for a user and password, and reads nothing of the body before', async () => {
    const { url } = await listener();
    const basic = { user: 'acme', password: 'päss:word' };
    admits({ basic });
    expect((await send(url, { basic })).status).toBe(200);
    for (const wrong of [null, { ...basic, password: 'pass' }, { ...basic, user: 'acm' }, { user: '', password: '' }]) {
      const answer = await send(url, { basic: wrong });
      expect([answer.status, answer.body.length]).toEqual([401, 0]);
      expect(answer.head.fields).toContainEqual(['www-authenticate', 'Basic realm="AS2"']);
    }
    expect(between.taken).toHaveLength(1);
    expect(JSON.stringify(between.refused)).not.toContain(Buffer.from('acme:').toString('base64').slice(0, 6));
    // The body never comes, and the answer does not wait for it.
    const waiting = httpsRequest(url, {
      method: 'POST',
      ca: pem('root'),
      headers: { 'AS2-From': '"Sender Inc"', 'AS2-To': 'RECEIVER', 'Message-ID': '<x@y>', 'Content-Length': '1000000' },
    });
    waiting.flushHeaders();
    waiting.on('error', () => undefined); // the connection is closed on us
    const [answer] = (await once(waiting, 'response')) as [IncomingMessage];
    expect([answer.statusCode, answer.headers.connection]).toEqual([401, 'close']);
    waiting.destroy();
  });
  test('takes up a new certificate without a restart, and keeps the old one when the new is none', async () => {
    const { app, url } = await listener();
    const files = { key: join(world.folder, 'live.key'), certificate: join(world.folder, 'live.crt') };
    const put = (name: string, second: number): void => {
      for (const [part, path] of [
        ['key', files.key],
        ['crt', files.certificate],
      ] as const) {
        copyFileSync(join(world.folder, `${name}.${part}`), path);
        utimesSync(path, second, second);
      }
    };
    put('listener', 1_000);
    const events: object[] = [];
    // It looks when it is told to: on a clock of its own it could look between the two files.
    const own = app.server as unknown as HttpsServer;
    const followed = followTlsFiles(own, files, (event) => events.push(event), 3_600_000);
    closing.push(followed.close);
    const shown = async (): Promise<string> => {
      const socket = tlsConnect({ port: Number(url.port), ca: pem('root'), checkServerIdentity: () => undefined });
      await once(socket, 'secureConnect');
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return String(subject.CN);
    };
    expect(await shown()).toBe('listener');
    await followed.look(); // it has seen the first ones
    expect(events).toEqual([]);
    put('webserver', 2_000);
    await Promise.all([followed.look(), followed.look()]); // twice at once: told once
    expect(await shown()).toBe('webserver');
    admits({ certificates: [pem('client')] });
    expect((await send(url, { client: clientOf('client') })).status).toBe(200); // still asks for the client's
    writeFileSync(files.certificate, 'half a certifi');
    await followed.look();
    expect(await shown()).toBe('webserver');
    expect(events).toMatchObject([{ validTo: expect.any(Date) }, { failure: { kind: 'config-invalid' } }]);
    // By itself too: what it shows is looked at until it is the new one.
    const often = followTlsFiles(own, files, () => undefined, 5);
    closing.push(often.close);
    await often.look();
    put('listener', 3_000);
    while ((await shown()) !== 'listener') await new Promise((resolve) => setTimeout(resolve, 5)); // else it ends by the test's time
    await expect(readTlsFiles({ ...files, certificate: join(world.folder, 'other.crt') })).rejects.toMatchObject({
      kind: 'config-invalid',
    });
  });
});

/** A proxy as companies have them: CONNECT for https, absolute addresses for http. Tells what it was asked. */
async function proxy(
  refuses = false,
  wants: string | null = null,
): Promise<{ url: string; asked: string[]; open: Set<Socket> }> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const given: Server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { 'proxy-authorization': shown = null, ...headers } = request.headers;
    if (shown !== wants) return void request.resume().on('end', () => response.writeHead(407).end());
    const onward = httpRequest(String(request.url), { method: 'POST', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  given.on('connect', (request, socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    asked.push(`CONNECT ${request.url} ${request.headers.authorization ?? 'without credentials'}`);
    if (refuses || (request.headers['proxy-authorization'] ?? null) !== wants)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const [host, port] = String(request.url).split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  given.listen(0, '127.0.0.1');
  await once(given, 'listening');
  closing.push(() => {
    given.closeAllConnections();
    given.close();
  });
  return { url: `http://127.0.0.1:${(given.address() as AddressInfo).port}`, asked, open };
}

describe('the way out', () => {
  test('what answers, and is of no use, is told as what it is', async () => {
    const { url: plain } = await listener(false);
    const secure = new URL(plain.href.replace('http:', 'https:'));
    await expect(send(secure)).rejects.toMatchObject({
      message: `TLS: ${secure.host} answers without TLS: what listens there speaks something else.`,
    });
    for (const [answer, told] of [
      [(socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2_000_000)}`), 'an answer of more than'],
      [(socket: Socket) => socket.destroy(), 'was reached, and gave no answer of use: '],
    ] as const) {
      const given = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => answer(socket));
      }).listen(0, '127.0.0.1');
      await once(given, 'listening');
      closing.push(() => given.close());
      const url = new URL(`http://127.0.0.1:${(given.address() as AddressInfo).port}/as2`);
      const failure = await send(url).then(String, String);
      expect(failure).toContain(told);
      expect(failure).not.toContain('could not be reached');
    }
  });
  test('over a proxy: a tunnel for https, in which client certificate and password stay unseen', async () => {
    const { url } = await listener();
    const basic = { user: 'acme', password: 'secret' };
    admits({ certificates: [pem('client')], basic });
    const { url: proxyUrl, asked } = await proxy();
    expect((await send(url, { proxyUrl, client: clientOf('client'), basic })).status).toBe(200);
    expect(asked).toEqual([`CONNECT localhost:${url.port} without credentials`]);
  });
  test('a tunnel is closed with its request', async () => {
    const { url } = await listener();
    const { url: proxyUrl, open } = await proxy();
    await send(url, { proxyUrl });
    await expect(send(url, { proxyUrl, trusted: [pem('other-root')] })).rejects.toThrow();
    while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 5)); // else it ends by the test's time
  });
  test('over a proxy: an absolute address for http', async () => {
    const { url } = await listener(false);
    const { url: proxyUrl, asked } = await proxy();
    expect((await send(url, { proxyUrl })).status).toBe(200);
    expect(asked).toEqual([`POST ${url.href}`]);
  });
  test('in the tunnel the certificate is checked as without it', async () => {
    const { url } = await listener();
    const { url: proxyUrl } = await proxy();
    await expect(send(url, { proxyUrl, trusted: [pem('other-root')] })).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: /),
    });
    await expect(send(url, { proxyUrl, trusted: [] })).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: /),
    });
  });
  test('a proxy that refuses, or is not there, is told', async () => {
    const { url } = await listener();
    const { url: proxyUrl } = await proxy(true);
    await expect(send(url, { proxyUrl })).rejects.toMatchObject({
      kind: 'partner-unreachable',
      message: expect.stringContaining('the proxy answered 407'),
    });
    await expect(send(url, { proxyUrl: 'http://127.0.0.1:9' })).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });
  test('a proxy is shown its own user and password, and the partner never', async () => {
    const proxyBasic = { user: 'gateway', password: 'pröxy:word' };
    const wants = `Basic ${Buffer.from('gateway:pröxy:word').toString('base64')}`;
    const basic = { user: 'acme', password: 'secret' };
    for (const tls of [true, false]) {
      const { url, app } = await listener(tls);
      const heard: IncomingMessage['headers'][] = [];
      app.server.on('request', ({ headers }) => heard.push(headers));
      admits({ basic });
      const { url: proxyUrl } = await proxy(false, wants);
      expect((await send(url, { proxyUrl, proxyBasic, basic })).status).toBe(200);
      expect(heard.map(({ 'proxy-authorization': shown }) => shown)).toEqual([undefined]);
      const other = { ...proxyBasic, password: 'other' };
      const refused = send(url, { proxyUrl, proxyBasic: other, basic }).then(
        ({ status }) => `status ${status}`,
        (error: Error) => error.message,
      );
      expect(await refused).toContain('the proxy answered 407');
      expect(heard).toHaveLength(1);
    }
  });
  test('a pinned certificate needs no authority above it, and no name', async () => {
    const { url } = await listener(true, 'elsewhere');
    await expect(send(url)).rejects.toMatchObject({ message: expect.stringMatching(/^TLS: .*elsewhere/) });
    expect((await send(url, { trusted: [pem('elsewhere')] })).status).toBe(200);
    await expect(send(url, { trusted: [pem('webserver')] })).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: /),
    });
  });
  test('one that has ended is refused, pinned too', async () => {
    const made = { commonName: 'localhost', organization: 'Test', kind: 'p256' } as const;
    const { privateKey, certificatePem } = await makeSelfSigned(made, new Date('2020-01-01T00:00:00Z'), 30);
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const ended = createHttpsServer({ key, cert: certificatePem }, (_request, response) => response.end());
    ended.listen(0, '127.0.0.1');
    await once(ended, 'listening');
    closing.push(() => ended.close());
    const url = new URL(`https://localhost:${(ended.address() as AddressInfo).port}/as2`);
    await expect(send(url, { trusted: [certificatePem] })).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: .*expired/),
    });
  });
  test('a name in the certificate must be theirs, unless the certificate itself is pinned', async () => {
    const { url } = await listener();
    const byOtherName = new URL(url.href.replace('localhost', '127.0.0.2'));
    await expect(send(byOtherName)).rejects.toMatchObject({ message: expect.stringMatching(/^TLS: |^TCP: /) });
    expect((await send(new URL(url.href.replace('localhost', '127.0.0.1')))).status).toBe(200);
  });
  test('never to the loopback unless it is configured, over a tunnel neither', async () => {
    const { url } = await listener();
    const { url: proxyUrl, asked } = await proxy();
    await expect(send(url, { allowLoopback: false })).rejects.toMatchObject({
      message: expect.stringContaining('loopback'),
    });
    const byNumber = new URL(url.href.replace('localhost', '127.0.0.1'));
    await expect(send(byNumber, { allowLoopback: false, proxyUrl })).rejects.toMatchObject({ kind: 'config-invalid' });
    expect([asked, between.taken]).toEqual([[], []]);
  });
  test.each([
    ['127.1'],
    ['2130706433'],
    ['0x7f.0.0.1'],
    ['0177.0.0.1'],
    ['127.0.0.1.'],
    ['0'],
    ['１２７.0.0.1'],
    ['[::1]'],
    ['[::ffff:127.0.0.1]'],
    ['[::ffff:7f00:1]'],
    ['[::127.0.0.1]'],
    ['[64:ff9b::127.0.0.1]'],
    ['[2002:7f00:1::]'],
    ['[fe80::1]'],
    ['169.254.169.254'],
    ['[fd00:ec2::254]'],
    ['localhost'],
    ['localhost.'],
  ])('nor in any spelling: %s', async (host) => {
    let connections = 0;
    const open = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    open.listen(0, '::');
    await once(open, 'listening');
    closing.push(() => open.close());
    const url = new URL(`http://${host}:${(open.address() as AddressInfo).port}/as2`);
    await expect(send(url, { allowLoopback: false })).rejects.toMatchObject({
      // Some resolvers know no name with a point at its end.
      message: expect.stringMatching(/loopback|ENOTFOUND localhost\./),
    });
    expect(connections).toBe(0);
  });
  test('nor by a name that leads elsewhere the second time: what was checked is what is connected to', async () => {
    const { url } = await listener(false);
    let asked = 0;
    // First a public address with one of ours hidden behind it, then ours alone.
    const rebinding: LookupFunction = (_name, _options, callback) => {
      asked++;
      const ours = { address: '127.0.0.1', family: 4 };
      callback(null, asked === 1 ? [{ address: '192.0.2.1', family: 4 }, ours] : [ours]);
    };
    const reached: string[] = [];
    const ask = (): Promise<string> =>
      new Promise((resolve) => {
        const request = httpRequest(
          `http://rebinding.example:${url.port}/as2`,
          { agent: false, lookup: guarded(rebinding), method: 'POST' },
          () => resolve('answered'),
        );
        request.on('socket', (socket) => socket.on('lookup', (_error, address: string) => reached.push(address)));
        request.on('error', ({ message }) => resolve(message));
        setTimeout(() => request.destroy(new Error('unreachable')), 300).unref();
        request.end();
      });
    expect(await ask()).not.toBe('answered');
    expect(asked).toBe(1);
    expect(await ask()).toContain('loopback');
    expect(reached.filter((address) => address === '127.0.0.1')).toEqual([]);
  });
});

describe('keep-alive', () => {
  test('over one connection two partners’ names get their own answers, a refused body between them', async () => {
    const { url } = await listener();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: pem('root') });
    closing.push(() => agent.destroy());
    const ask = async (headers: readonly (readonly [string, string])[], body: Buffer) => {
      const request = httpsRequest(url, { method: 'POST', agent, headers: headers.flat() as never });
      request.end(body);
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      return { status: answer.statusCode, text: (await collect(answer)).toString() };
    };
    const ids: string[] = [];
    for (let round = 0; round < 4; round++) {
      const messageId = `<round-${round}@sender.example>`;
      const stranger = round % 2 === 1;
      const built = await build(between, { messageId, ...(stranger ? { from: 'Nobody' } : {}) });
      const body = await collect(built.body.bytes());
      const answer = await ask([['Host', url.host], ...built.headers, ['Content-Length', String(body.length)]], body);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(`Original-Message-ID: ${messageId}`);
      expect(answer.text.includes('unknown-trading-partner')).toBe(stranger);
      ids.push(...(answer.text.match(/round-\d/g) ?? []));
    }
    expect(new Set(ids)).toEqual(new Set(['round-0', 'round-1', 'round-2', 'round-3']));
  });
  test('what is sent after a message that was turned away is not taken for a request', async () => {
    const { url } = await listener(false);
    admits({ basic: { user: 'a', password: 'b' } });
    const smuggled =
      'POST /as2 HTTP/1.1\r\nHost: x\r\nAS2-From: RECEIVER\r\nAS2-To: Nobody\r\nMessage-ID: <s@x>\r\nContent-Length: 0\r\n\r\n';
    const socket = connect(Number(url.port), '127.0.0.1');
    socket.write(
      `POST /as2 HTTP/1.1\r\nHost: x\r\nAS2-From: "Sender Inc"\r\nAS2-To: RECEIVER\r\nMessage-ID: <m@x>\r\nContent-Length: 5000\r\n\r\n${smuggled}`,
    );
    const text = (await collect(socket)).toString();
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 401']);
    expect(between.refused).toHaveLength(1);
  });
  test('a server that answers early or twice is heard once, over a connection of its own', async () => {
    let connections = 0;
    const twice = createServer((socket) => {
      connections++;
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nAHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nB'),
      );
      socket.on('error', () => undefined);
    });
    twice.listen(0, '127.0.0.1');
    await once(twice, 'listening');
    closing.push(() => twice.close());
    const url = new URL(`http://127.0.0.1:${(twice.address() as AddressInfo).port}/as2`);
    const answers = [await send(url), await send(url)].map(({ body }) => body.toString());
    expect(answers).toEqual(['A', 'A']);
    expect(connections).toBe(2);
  });
});
