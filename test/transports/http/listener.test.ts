import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import { everythingFrom, httpChannel, type PartnerServer, startPartnerServer } from './partner-server.ts';

const servers: PartnerServer[] = [];
afterEach(async () => {
  for (const { app } of servers.splice(0)) await app.close();
});
const channels = [
  httpChannel('shop/web', 'right-token'),
  httpChannel('other/web', 'other-token'),
  httpChannel('shop/silent', null, { pushUrl: 'https://shop.example/in' }),
];
async function start(
  ...[given = channels, more = {}]: Partial<Parameters<typeof startPartnerServer>>
): Promise<PartnerServer> {
  const server = await startPartnerServer(given, more);
  servers.push(server);
  return server;
}
const files = '/partners/shop/web/files';
const post = (body: string | Uint8Array | ReadableStream | null, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body,
  headers,
});

async function expectProblem(response: Response, status: number): Promise<Record<string, unknown>> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body: Record<string, unknown> = Object(await response.json());
  expect(body).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
  expect(Object.keys(body).filter((key) => !['type', 'title', 'status', 'detail'].includes(key))).toEqual([]);
  return body;
}

describe('a file that is posted', () => {
  test('is answered 202 with its id, after commit', async () => {
    let committed = false;
    const server = await start(channels, {
      beforeCommit: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        committed = true;
      },
    });
    const response = await server.fetch(files, post('ISA*00~', { 'content-type': 'application/EDI-X12' }));
    expect(committed).toBe(true);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ transmissionId: expect.stringMatching(/^[0-9a-f-]{36}$/), isNew: true });
    expect(server.kept).toMatchObject([
      { channelId: 'shop/web', text: 'ISA*00~', sourceKey: null, name: null, remote: '127.0.0.1' },
    ]);
  });

  test.each([
    'application/EDI-X12',
    'application/json',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'x/y',
    undefined,
  ])('comes as bytes, whatever its type: %s', async (type) => {
    const server = await start();
    const bytes = randomBytes(70_000);
    const response = await server.fetch(
      files,
      post(new Uint8Array(bytes), type === undefined ? {} : { 'content-type': type }),
    );
    expect(response.status).toBe(202);
    expect(server.kept[0]?.text).toBe(bytes.toString('latin1'));
  });

  test('may be empty', async () => {
    const server = await start();
    expect((await server.fetch(files, post(null))).status).toBe(202);
    expect(server.kept[0]?.text).toBe('');
  });

  test('may come in chunks of no announced length', async () => {
    const server = await start();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of ['ISA', '*00', '~']) controller.enqueue(Buffer.from(piece));
        controller.close();
      },
    });
    const response = await server.fetch(files, { ...post(body), duplex: 'half' });
    expect(response.status).toBe(202);
    expect(server.kept[0]?.text).toBe('ISA*00~');
  });

  test('is known again by its Idempotency-Key, in its channel only', async () => {
    const server = await start();
    const again = { 'idempotency-key': 'po-4711' };
    const first: unknown = await (await server.fetch(files, post('ISA*1~', again))).json();
    const second: unknown = await (await server.fetch(files, post('ISA*1~', again))).json();
    expect(second).toEqual({ ...Object(first), isNew: false });
    await server.fetch('/partners/other/web/files', { ...post('ISA*1~', again), token: 'other-token' });
    expect(server.kept.map(({ channelId }) => channelId)).toEqual(['shop/web', 'other/web']);
    expect(server.kept[0]?.sourceKey).toMatch(/^key:[0-9a-f]{64}$/);
  });

  test.each([
    [{ 'x-file-name': 'order%20%C3%A9.edi' }, 'order é.edi'],
    [{ 'x-file-name': '../../etc/passwd' }, 'passwd'],
    [{ 'x-file-name': '..%2F..%2Fetc%2Fpasswd' }, 'passwd'],
    [{ 'x-file-name': 'C:\\orders\\1.edi' }, '1.edi'],
    [{ 'x-file-name': 'a%00b%0Ac' }, 'a�b�c'],
    [{ 'x-file-name': '100%' }, '100%'],
    [{ 'x-file-name': '/' }, null],
    [{ 'content-disposition': 'attachment; filename="order.edi"' }, 'order.edi'],
    [{ 'content-disposition': 'attachment' }, null],
  ])('has a label from %j', async (headers, name) => {
    const server = await start();
    await server.fetch(files, post('ISA', headers as Record<string, string>));
    expect(server.kept[0]?.name).toBe(name);
  });

  test('keeps its headers but for credentials', async () => {
    const server = await start();
    await server.fetch(files, post('ISA', { 'x-order': '1', cookie: 'session=1' }));
    expect(server.kept[0]?.headers).toMatchObject({ 'x-order': '1', 'content-length': '3' });
    expect(JSON.stringify(server.kept[0]?.headers)).not.toMatch(/right-token|session/);
  });
});

describe('strangers', () => {
  test.each<[string, string, string | null]>([
    ['no token', files, null],
    ['a wrong token', files, 'wrong-token'],
    ['the token of another partner', files, 'other-token'],
    ['a channel that does not exist', '/partners/shop/nothing/files', 'right-token'],
    ['a partner that does not exist', '/partners/nobody/web/files', 'right-token'],
    ['a channel that takes no posts', '/partners/shop/silent/files', 'right-token'],
    ['a path that climbs', '/partners/shop/..%2fweb/files', 'right-token'],
    ['a name with a NUL', '/partners/shop/web%00/files', 'right-token'],
  ])('%s: 401, and all of them alike', async (_what, path, token) => {
    const server = await start();
    const response = await server.fetch(path, { ...post('ISA*secret~'), token });
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="partners"');
    expect(await expectProblem(response, 401)).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'A bearer token of this channel is wanted.',
    });
    expect(server.kept).toEqual([]);
  });

  test.each(['Basic cmlnaHQtdG9rZW4=', 'Bearer', 'Bearer ', 'right-token', `Bearer ${'x'.repeat(600)}`])(
    'an Authorization of %j is none',
    async (authorization) => {
      const server = await start();
      await expectProblem(await server.fetch(files, { ...post('ISA', { authorization }), token: null }), 401);
    },
  );

  test.each([
    ['GET', '/'],
    ['GET', '/partners'],
    ['GET', files],
    ['PUT', files],
    ['POST', '/orders/1/decision'],
    ['GET', '/openapi.json'],
  ])('%s %s is no route here', async (method, path) => {
    const server = await start();
    await expectProblem(await server.fetch(path, { method }), 404);
  });
});

describe('what is refused by its headers, before its body', () => {
  test.each<[Record<string, string>, number]>([
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ 'content-encoding': 'gzip' }, 415],
    [{ 'idempotency-key': 'two words' }, 400],
    [{ 'idempotency-key': 'x'.repeat(201) }, 400],
  ])('%j: %i', async (headers, status) => {
    const server = await start();
    await expectProblem(await server.fetch(files, post('ISA', headers)), status);
    expect(server.kept).toEqual([]);
  });

  test('too large by its own word: the body is not read', async () => {
    const server = await start();
    const socket = await server.socket();
    const said = everythingFrom(socket);
    socket.write(
      `POST ${files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right-token\r\nContent-Length: 999999999\r\n\r\nISA`,
    );
    expect(await said).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*at most 100000 bytes/i);
    expect(server.kept).toEqual([]);
  });
});

describe('hostile bodies', () => {
  test('larger than its channel allows, without having said so: 413, and nothing is left', async () => {
    const server = await start();
    const socket = await server.socket();
    const said = everythingFrom(socket);
    socket.write(
      `POST ${files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right-token\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (let sent = 0; sent < 100_001; sent += 10_000) socket.write(`2710\r\n${'x'.repeat(10_000)}\r\n`);
    expect(await said).toMatch(/^HTTP\/1\.1 413 /);
    expect(server.kept).toEqual([]);
    expect(server.failures).toEqual([]);
  });

  test('broken off: nothing is left', async () => {
    const server = await start();
    const socket = await server.socket();
    socket.write(
      `POST ${files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right-token\r\nContent-Length: 100\r\n\r\nISA*half`,
    );
    await expect.poll(() => server.offers).toEqual([{ state: 'begun' }]);
    socket.destroy();
    await expect.poll(() => server.offers).toEqual([{ state: 'thrown' }]);
    expect([server.kept, server.failures]).toEqual([[], []]);
  });

  test('silent in the middle: 408', async () => {
    const server = await start(channels, { limits: { bodyIdleMsMax: 50 } });
    const socket = await server.socket();
    const said = everythingFrom(socket);
    socket.write(
      `POST ${files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right-token\r\nContent-Length: 100\r\n\r\nISA`,
    );
    expect(await said).toMatch(/^HTTP\/1\.1 408 [\s\S]*No byte came for 50 ms/);
    expect(server.kept).toEqual([]);
  });

  test('a byte now and then: 408', async () => {
    const server = await start(channels, { limits: { bodyGraceMs: 100, bodyBytesPerSecondMin: 1_000 } });
    const socket = await server.socket();
    const said = everythingFrom(socket);
    socket.write(
      `POST ${files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right-token\r\nContent-Length: 10000\r\n\r\n`,
    );
    const dripping = setInterval(() => socket.write('x'), 10);
    expect(await said).toMatch(/^HTTP\/1\.1 408 [\s\S]*At least 1000 bytes a second/);
    clearInterval(dripping);
    expect(server.kept).toEqual([]);
  });

  test('a slow database is not the sender’s to answer for', async () => {
    const server = await start(channels, {
      limits: { bodyGraceMs: 20, bodyBytesPerSecondMin: 1_000_000, bodyIdleMsMax: 1_000 },
      beforeCommit: () => new Promise((resolve) => setTimeout(resolve, 100)),
    });
    expect((await server.fetch(files, post('ISA'))).status).toBe(202);
  });

  test('headers that never end: 408', async () => {
    const server = await start(channels, { limits: { headersMsMax: 100 } });
    const socket = await server.socket();
    const said = everythingFrom(socket);
    socket.write(`POST ${files} HTTP/1.1\r\nHost: x\r\n`);
    expect(await said).toMatch(/^HTTP\/1\.1 408 [\s\S]*application\/problem\+json/);
  });

  test.each([
    ['not HTTP at all', 'ISA*00*          *00*~', 400],
    ['headers beyond 16 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', `POST ${files} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nISA`, 400],
    [
      'a length and chunks',
      `POST ${files} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nISA`,
      400,
    ],
  ])('%s', async (_what, text, status) => {
    const server = await start();
    const socket = await server.socket();
    const said = everythingFrom(socket);
    socket.write(text);
    expect(await said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(server.kept).toEqual([]);
  });

  test('too many at once over one channel: 429 for the next, and room again after', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const server = await start(channels, {
      limits: { uploadsPerChannelCountMax: 2, uploadCountMax: 3 },
      beforeCommit: () => gate,
    });
    const held = [server.fetch(files, post('1')), server.fetch(files, post('2'))];
    await expect.poll(async () => (await server.fetch(files, post('3'))).status).toBe(429);
    const other = server.fetch('/partners/other/web/files', { ...post('4'), token: 'other-token' });
    await expect
      .poll(
        async () => (await server.fetch('/partners/other/web/files', { ...post('5'), token: 'other-token' })).status,
      )
      .toBe(503);
    open();
    expect((await Promise.all([...held, other])).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await server.fetch(files, post('6'))).status).toBe(202);
  });
});

describe('our own failures', () => {
  test.each([
    [new FailureError('database-unreachable', 'connect ECONNREFUSED /secret/socket'), 503, '30'],
    [new FailureError('disk-full', 'ENOSPC /secret/spool'), 503, '30'],
    [new FailureError('map-broken', 'secret map'), 500, null],
    [new TypeError('secret is not a function'), 500, null],
  ])('%s: told as now or never, and nothing of it is shown', async (error, status, retryAfter) => {
    const server = await start(channels, {
      beforeCommit: () => {
        throw error;
      },
    });
    const response = await server.fetch(files, post('ISA'));
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(JSON.stringify(await expectProblem(response, status))).not.toMatch(/secret|TypeError|at /);
    expect(server.failures.map(({ message }) => message)).toEqual([error.message]);
  });
});
