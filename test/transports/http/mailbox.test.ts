import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpChannel, type PartnerServer, startPartnerServer } from './partner-server.ts';

let server: PartnerServer;
const text = 'ISA*00~\n'.repeat(1_000);
beforeEach(async () => {
  server = await startPartnerServer([
    httpChannel('shop/web', 'right-token'),
    httpChannel('other/web', 'other-token'),
    httpChannel('shop/pushed', 'pushed-token', { pushUrl: 'https://shop.example/in' }),
  ]);
  for (const id of ['d-1', 'd-2'])
    server.mailbox.set(id, {
      channelId: 'shop/web',
      text,
      confirmed: 0,
      entry: {
        id,
        fileName: `855-${id}.edi`,
        byteLength: text.length,
        contentType: 'application/EDI-X12',
        createdAt: '2026-11-22T12:00:00Z',
      },
    });
});
afterEach(() => server.app.close());

const box = '/partners/shop/web/mailbox';
const list = async () => Object(await (await server.fetch(box)).json()).deliveries.map(({ id }: { id: string }) => id);

describe('a mailbox', () => {
  test('lists what waits', async () => {
    const response = await server.fetch(box);
    expect(await response.json()).toEqual({
      deliveries: [...server.mailbox.values()].map(({ entry }) => entry),
    });
  });

  test('gives a delivery whole, with its type and name', async () => {
    const response = await server.fetch(`${box}/d-1`);
    expect(await response.text()).toBe(text);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/EDI-X12',
      'content-length': String(text.length),
      'content-disposition': 'attachment; filename="855-d-1.edi"',
      'cache-control': 'no-store',
    });
  });

  test('goes on offering what was fetched until it is confirmed', async () => {
    await (await server.fetch(`${box}/d-1`)).text();
    expect(await list()).toEqual(['d-1', 'd-2']);
    expect((await server.fetch(`${box}/d-1`, { method: 'DELETE' })).status).toBe(204);
    expect(await list()).toEqual(['d-2']);
    expect((await server.fetch(`${box}/d-2/received`, { method: 'POST' })).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  test('may be told twice', async () => {
    for (const status of [204, 204])
      expect((await server.fetch(`${box}/d-1`, { method: 'DELETE' })).status).toBe(status);
    expect((await server.fetch(`${box}/d-1/received`, { method: 'POST', body: 'thanks' })).status).toBe(204);
  });

  test.each([
    ['GET', 'd-1', 'other/web', 'other-token', 404],
    ['DELETE', 'd-1', 'other/web', 'other-token', 404],
    ['GET', 'd-9', 'shop/web', 'right-token', 404],
    ['GET', '..%2Fd-1', 'shop/web', 'right-token', 404],
    ['GET', 'x'.repeat(90), 'shop/web', 'right-token', 404],
    ['GET', 'd-1', 'shop/web', 'wrong-token', 401],
    ['GET', 'd-1', 'shop/pushed', 'pushed-token', 403],
  ])('%s %s of %s with %s: %i', async (method, id, channel, token, status) => {
    const response = await server.fetch(`/partners/${channel}/mailbox/${id}`, { method, token });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect([...server.mailbox.values()].map(({ confirmed }) => confirmed)).toEqual([0, 0]);
  });

  test('a fetch that is broken off confirms nothing and harms nobody', async () => {
    const stopping = new AbortController();
    const response = await server.fetch(`${box}/d-1`, { signal: stopping.signal });
    stopping.abort();
    await expect(response.text()).rejects.toThrow();
    expect(await list()).toEqual(['d-1', 'd-2']);
  });
});
