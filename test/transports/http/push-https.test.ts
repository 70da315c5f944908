import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { collect } from '../../../src/transports/as2/content.ts';
import { type Line, plainLine } from '../../../src/transports/http/client/exchange.ts';
import { httpPush } from '../../../src/transports/http/push.ts';
import { opensslWorld } from '../as2/openssl.ts';

/* A push goes through the client of AS2: what that proves of TLS (as2/https.test.ts) is not proven again, only that a push has it. */
const world = opensslWorld({ server: 'rsa', ours: 'p256', other: 'p256' });
afterAll(() => world.close());
const pem = (name: string): string => world.read(`${name}.crt`).toString();
const client = (name: string): Line['client'] => ({
  certificate: pem(name),
  key: world.read(`${name}.key`).toString(),
});
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function partner(
  more: TlsOptions = {},
): Promise<{ url: string; came: { headers: IncomingMessage['headers']; text: string }[] }> {
  const came: { headers: IncomingMessage['headers']; text: string }[] = [];
  const server = createServer(
    { key: world.read('server.key'), cert: world.read('server.crt'), ...more },
    async (request, response) => {
      came.push({ headers: request.headers, text: (await collect(request)).toString() });
      response.writeHead(202).end();
    },
  );
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/in`, came };
}
const push = (pushUrl: string, line: Partial<Line>) =>
  httpPush({ pushUrl, pushTokenVariable: null }, {}, async () => ({
    ...plainLine,
    allowLoopback: true,
    timeoutMs: 20_000,
    ...line,
  })).send({
    id: 'd-1',
    channelId: 'shop/web',
    fileName: '855.edi',
    byteLength: 4,
    async *bytes() {
      yield Buffer.from('ISA*');
    },
    idempotencyKey: 'key-1',
    contentType: 'application/EDI-X12',
  });

describe('a push over HTTPS', () => {
  test('to a server that nobody vouches for is refused; pinned, it is trusted whatever its name', async () => {
    const { url, came } = await partner();
    await expect(push(url, {})).rejects.toMatchObject({
      kind: 'partner-refused',
      nothingSent: true,
      remedy: expect.stringContaining('serverCertificates'),
      message: expect.stringMatching(/^TLS: /),
    });
    await expect(push(url, { trusted: [pem('other')] })).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: /),
    });
    expect(came).toEqual([]);
    expect(await push(url, { trusted: [pem('server')] })).toMatchObject({ kind: 'http-accepted' });
    expect(came.map(({ text }) => text)).toEqual(['ISA*']);
  });
  test('shows our certificate to a server that wants it, and a password', async () => {
    const { url, came } = await partner({ requestCert: true, rejectUnauthorized: true, ca: pem('ours') });
    const trusted = [pem('server')];
    await expect(push(url, { trusted })).rejects.toMatchObject({ kind: 'partner-unreachable' });
    await expect(push(url, { trusted, client: client('other') })).rejects.toMatchObject({
      kind: 'partner-unreachable',
    });
    expect(came).toEqual([]);
    const basic = { user: 'acme', password: 'secret' };
    expect(await push(url, { trusted, client: client('ours'), basic })).toMatchObject({ kind: 'http-accepted' });
    expect(came.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('acme:secret').toString('base64')}`,
    ]);
  });
  test('speaks nothing below TLS 1.2', async () => {
    const { url } = await partner({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(push(url, { trusted: [pem('server')] })).rejects.toMatchObject({
      message: expect.stringMatching(/^TLS: /),
    });
  });
  test('never leads to the loopback unless that is configured', async () => {
    const { url, came } = await partner();
    await expect(push(url, { trusted: [pem('server')], allowLoopback: false })).rejects.toMatchObject({
      message: expect.stringContaining('loopback'),
    });
    expect(came).toEqual([]);
  });
});
