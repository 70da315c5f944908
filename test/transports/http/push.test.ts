import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import { type Line, plainLine } from '../../../src/transports/http/client/exchange.ts';
import { httpPush, type PushSettings } from '../../../src/transports/http/push.ts';
import type { OutboundDelivery } from '../../../src/transports/transport.ts';
import { httpChannel, startPartnerServer } from './partner-server.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
}
const answering = (status: number, headers: Record<string, string> = {}) =>
  listen((request, response) => request.resume().on('end', () => response.writeHead(status, headers).end('thanks')));

const text = 'ISA*00~\n'.repeat(5_000);
const deliveryOf = (more: Partial<OutboundDelivery> = {}): OutboundDelivery => ({
  id: 'd-1',
  channelId: 'shop/web',
  fileName: '855-1.edi',
  byteLength: text.length,
  async *bytes() {
    for (const piece of text.match(/.{1,1000}/gs) ?? []) yield Buffer.from(piece);
  },
  idempotencyKey: 'key-1',
  contentType: 'application/EDI-X12',
  ...more,
});
const push = (
  pushUrl: string,
  { pushTokenVariable = null, ...line }: Partial<PushSettings & Line> = {},
  environment: Record<string, string> = {},
) =>
  httpPush({ pushUrl, pushTokenVariable }, environment, async () => ({
    ...plainLine,
    allowLoopback: true,
    timeoutMs: 500,
    ...line,
  }));

describe('a push', () => {
  test('brings bytes, name, type and key, the same at every attempt', async () => {
    const seen: unknown[] = [];
    const url = await listen((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { date: _date, connection: _connection, host: _host, ...headers } = request.headers;
        seen.push({
          method: request.method,
          url: request.url,
          headers,
          whole: Buffer.concat(chunks).toString() === text,
        });
        response.writeHead(seen.length === 1 ? 503 : 201).end();
      });
    });
    const transport = push(url, { pushTokenVariable: 'SHOP_TOKEN' }, { SHOP_TOKEN: 's3cret' });
    await expect(transport.send(deliveryOf())).rejects.toMatchObject({ kind: 'partner-refused-for-now' });
    expect(await transport.send(deliveryOf())).toEqual({
      kind: 'http-accepted',
      detail: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 201 Created$/),
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toEqual({
      method: 'POST',
      url: '/in',
      whole: true,
      headers: {
        authorization: 'Bearer s3cret',
        'content-type': 'application/EDI-X12',
        'content-length': String(text.length),
        'content-disposition': 'attachment; filename="855-1.edi"',
        'idempotency-key': 'key-1',
        'user-agent': 'Tallyport',
      },
    });
  });

  test.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [204, 'accepted'],
    [301, 'partner-refused'],
    [307, 'partner-refused'],
    [400, 'partner-refused'],
    [401, 'partner-refused'],
    [404, 'partner-refused'],
    [413, 'partner-refused'],
    [408, 'partner-refused-for-now'],
    [425, 'partner-refused-for-now'],
    [429, 'partner-refused-for-now'],
    [500, 'partner-refused-for-now'],
    [503, 'partner-refused-for-now'],
  ])('%i is %s', async (status, outcome) => {
    const url = await answering(status);
    const result = await push(url)
      .send(deliveryOf())
      .then(
        () => 'accepted',
        (error: unknown) => (error instanceof FailureError ? error.kind : error),
      );
    expect(result).toBe(outcome);
  });

  test.each([
    [400, true],
    [401, false],
    [403, false],
    [404, false],
    [406, true],
    [409, false],
    [410, false],
    [413, true],
    [415, true],
    [422, true],
  ])('%i: that it is the content which they refuse is %s', async (status, isOfContent) => {
    await expect(push(await answering(status)).send(deliveryOf())).rejects.toMatchObject({
      kind: 'partner-refused',
      isOfContent,
    });
  });

  test('follows no redirect', async () => {
    let visited = 0;
    const elsewhere = await listen((_request, response) => {
      visited++;
      response.end();
    });
    const url = await answering(302, { location: elsewhere });
    await expect(push(url).send(deliveryOf())).rejects.toMatchObject({
      kind: 'partner-refused',
      remedy: expect.stringContaining('Redirects'),
    });
    expect(visited).toBe(0);
  });

  test('to nobody there, to one that hangs up, to one that says nothing: again later', async () => {
    const hangingUp = await listen((request) => request.socket.destroy());
    const silent = await listen((request) => request.resume());
    for (const url of ['http://127.0.0.1:1/in', hangingUp, silent, 'http://nowhere.invalid/in'])
      await expect(push(url, { timeoutMs: 100 }).send(deliveryOf()), url).rejects.toMatchObject({
        kind: 'partner-unreachable',
      });
  });

  test('an answer without end is cut, and counts by its status', async () => {
    const url = await listen((request, response) => {
      request.resume();
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(await push(url).send(deliveryOf())).toMatchObject({ kind: 'http-accepted' });
  });

  test.each(['ftp://shop.example/in', 'file:///etc/passwd', 'https://me:pw@shop.example/in', 'nonsense'])(
    '%s is no address',
    async (url) => {
      await expect(push(url).send(deliveryOf())).rejects.toMatchObject({ kind: 'config-invalid' });
    },
  );

  test.each([{}, { SHOP_TOKEN: '' }, { SHOP_TOKEN: 'a\r\nX-Evil: 1' }])(
    'a token of %j is missing',
    async (environment) => {
      const url = await answering(200);
      await expect(
        push(url, { pushTokenVariable: 'SHOP_TOKEN' }, environment).send(deliveryOf()),
      ).rejects.toMatchObject({
        kind: 'credential-missing',
        message: expect.not.stringContaining('Evil'),
      });
    },
  );

  test.each([text.length - 1, text.length + 1])('%i announced bytes are a bug of ours', async (byteLength) => {
    const url = await answering(200);
    await expect(push(url).send(deliveryOf({ byteLength }))).rejects.toMatchObject({ kind: 'bug' });
  });

  test('bytes of ours that cannot be read are our failure, not theirs', async () => {
    const url = await answering(200);
    const failing = deliveryOf({
      bytes: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new FailureError('database-unreachable', 'gone')),
        }),
      }),
    });
    await expect(push(url).send(failing)).rejects.toMatchObject({ kind: 'database-unreachable' });
  });

  test('to a listener like our own', async () => {
    const server = await startPartnerServer([httpChannel('shop/web', 's3cret')]);
    const transport = push(`${server.origin}/partners/shop/web/files`, { pushTokenVariable: 'T' }, { T: 's3cret' });
    await transport.send(deliveryOf());
    await transport.send(deliveryOf());
    expect(server.kept.map(({ name, text: kept }) => [name, kept === text])).toEqual([['855-1.edi', true]]);
    await server.app.close();
  });
});
