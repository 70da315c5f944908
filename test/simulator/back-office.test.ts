import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Duties, runBackOffice } from '../../src/simulator/back-office.ts';
import { freePorts } from '../../src/simulator/bell.ts';
import type { Report } from '../../src/simulator/protocol.ts';
import type { Shelf } from '../../src/simulator/shelves.ts';
import { type Asked, serve, type Told } from './http-server.ts';

let stop = new AbortController();
let close: () => Promise<void> = () => Promise.resolve();
afterEach(async () => {
  stop.abort();
  await close();
});

interface Line {
  readonly line: string;
  readonly ordered: string;
  promised: string;
  shipped: string;
  invoiced: string;
}

/** One order as a gateway would move it: decided, shipped and billed by what is posted; `gatewayBills` as built-in rules do. */
function gatewayWith(order: { state: string; lines: Line[]; decision: unknown }, gatewayBills: boolean) {
  const answers = new Map<string, Told>();
  const move = ({ path, body }: Asked): Told => {
    const posted = JSON.parse(body);
    if (path.endsWith('/decision')) {
      order.state = 'decided';
      for (const line of order.lines) line.promised = line.ordered;
      order.decision = { lines: posted.lines };
    } else if (path.endsWith('/shipments')) {
      const contents: { line: string; quantity: string }[] = posted.packs.flatMap(
        (pack: { contents?: [] }) => pack.contents ?? [],
      );
      for (const { line, quantity } of contents) {
        const found = order.lines.find((one) => one.line === line);
        if (found !== undefined) found.shipped = String(Number(found.shipped) + Number(quantity));
      }
      order.state = 'partly-shipped';
    }
    if (path.endsWith('/invoices') || gatewayBills) for (const line of order.lines) line.invoiced = line.shipped;
    if (order.state !== 'decided' && order.lines.every(({ promised, invoiced }) => promised === invoiced))
      order.state = 'invoiced';
    return { status: 201, body: { done: answers.size } };
  };
  return (asked: Asked): Told => {
    if (asked.method === 'GET') {
      if (asked.path === '/orders')
        return {
          status: 200,
          body: { items: asked.query.get('partner') === 'p' ? [{ id: 'o1', state: order.state }] : [] },
        };
      return { status: 200, body: { id: 'o1', number: '45', ...order } };
    }
    const key = String(asked.headers['idempotency-key']);
    const told = answers.get(key) ?? move(asked);
    answers.set(key, told);
    return told;
  };
}

async function work(
  answer: (asked: Asked) => Told,
  duties: Duties,
  until: (asked: readonly Asked[], reports: readonly Report[]) => boolean,
  shelves: readonly Shelf[] = [],
  ring: (port: number) => Promise<unknown> = () => Promise.resolve(),
) {
  const [listenPort = 0] = await freePorts(1);
  const server = await serve(answer);
  close = server.close;
  stop = new AbortController();
  const reports: Report[] = [];
  const options = {
    apiUrl: server.url,
    apiKey: 'secret',
    pollIntervalMs: 5,
    partners: { p: duties },
    listenPort,
    shelves,
  };
  const host = {
    tell: (report: Report) => reports.push(report),
    metCheckpoint: () => Promise.resolve(),
    whenAsked: () => {},
    signal: stop.signal,
    now: () => new Date(),
  };
  const done = runBackOffice(options, host).catch((thrown: unknown) => {
    reports.push({ kind: 'failed', party: 'back office', conversation: null, message: String(thrown) });
  });
  await ring(listenPort);
  for (let tries = 0; tries < 300 && !until(server.asked, reports); tries += 1) await sleep(10);
  await sleep(50);
  stop.abort();
  await done;
  const posts = server.asked.filter(({ method }) => method === 'POST');
  return { posts, reports, asked: server.asked };
}

const line = (name: string, ordered: string, promised = '0'): Line => ({
  line: name,
  ordered,
  promised,
  shipped: '0',
  invoiced: '0',
});
const toldOf = (posts: readonly Asked[]) => posts.map(({ path, body }) => ({ path, body: JSON.parse(body) }));

describe('the back office', () => {
  test('decides, ships and bills, each asked twice under one key', async () => {
    const order = { state: 'awaiting-decision', lines: [line('1', '30'), line('2', '6')], decision: null };
    const { posts, asked } = await work(
      gatewayWith(order, false),
      { decides: 'when-seen', ships: true, bills: true },
      () => order.state === 'invoiced',
    );
    expect(posts.map(({ path, headers }) => [path, headers['idempotency-key']])).toEqual([
      ['/orders/o1/decision', 'o1-decision'],
      ['/orders/o1/decision', 'o1-decision'],
      ['/orders/o1/shipments', 'o1-shipment-1'],
      ['/orders/o1/shipments', 'o1-shipment-1'],
      ['/orders/o1/invoices', 'o1-invoice-CB-45-36'],
      ['/orders/o1/invoices', 'o1-invoice-CB-45-36'],
    ]);
    expect(asked.every(({ headers }) => headers.authorization === 'Bearer secret')).toBe(true);
    expect(toldOf(posts)[0]?.body.lines).toEqual([
      { line: '1', promises: [{ status: 'accepted', quantity: '30' }] },
      { line: '2', promises: [{ status: 'accepted', quantity: '6' }] },
    ]);
  });

  test('ships what is backordered when the first shipment is billed', async () => {
    const decision = {
      lines: [
        {
          line: '1',
          promises: [
            { status: 'accepted', quantity: '60' },
            { status: 'backordered', quantity: '40' },
          ],
        },
        { line: '2', promises: [{ status: 'accepted', quantity: '6' }] },
      ],
    };
    const order = { state: 'decided', lines: [line('1', '100', '100'), line('2', '6', '6')], decision };
    const { posts } = await work(
      gatewayWith(order, true),
      { decides: 'never', ships: true, bills: false },
      () => order.state === 'invoiced',
    );
    const shipments = toldOf(posts.filter((_one, index) => index % 2 === 0)).map(({ body }) => body);
    expect(shipments.map(({ shipment }) => shipment)).toEqual(['45-1', '45-2']);
    const sums = shipments.map(({ packs }) =>
      packs
        .flatMap(({ contents = [] }: { contents?: { quantity: string }[] }) => contents)
        .reduce((sum: number, { quantity }: { quantity: string }) => sum + Number(quantity), 0),
    );
    expect(sums).toEqual([66, 40]);
  });

  test('ships a line that is backordered whole at once when nothing else is to be shipped', async () => {
    const decision = { lines: [{ line: '1', promises: [{ status: 'backordered', quantity: '10' }] }] };
    const order = { state: 'decided', lines: [line('1', '10', '10')], decision };
    const { posts } = await work(
      gatewayWith(order, true),
      { decides: 'never', ships: true, bills: false },
      () => order.state === 'invoiced',
    );
    expect(posts.map(({ path }) => path)).toEqual(['/orders/o1/shipments', '/orders/o1/shipments']);
  });

  test('does nothing it is not asked to, and nothing for orders at rest', async () => {
    const order = { state: 'awaiting-decision', lines: [line('1', '10')], decision: null };
    const idle = { decides: 'never', ships: false, bills: false } as const;
    expect((await work(gatewayWith(order, false), idle, (asked) => asked.length > 6)).posts).toEqual([]);
    await close();
    const held = { state: 'held', lines: [line('1', '10')], decision: null };
    expect(
      (
        await work(
          gatewayWith(held, false),
          { decides: 'when-seen', ships: true, bills: true },
          (asked) => asked.length > 3,
        )
      ).posts,
    ).toEqual([]);
  });

  test('reports a refusal once and gives that order up', async () => {
    const order = { state: 'awaiting-decision', lines: [line('1', '10')], decision: null };
    const gateway = gatewayWith(order, false);
    const refusing = (asked: Asked) =>
      asked.method === 'POST' ? { status: 422, body: { title: 'no' } } : gateway(asked);
    const { posts, reports } = await work(
      refusing,
      { decides: 'when-seen', ships: true, bills: true },
      (asked) => asked.length > 8,
    );
    expect(posts).toHaveLength(1);
    expect(reports).toEqual([
      {
        kind: 'failed',
        party: 'back office',
        conversation: null,
        message: 'POST /orders/o1/decision answered 422: {"title":"no"}',
      },
    ]);
  });

  test('insists that the same key is answered the same', async () => {
    const order = { state: 'awaiting-decision', lines: [line('1', '10')], decision: null };
    const gateway = gatewayWith(order, false);
    let count = 0;
    const forgetful = (asked: Asked) => {
      if (asked.method !== 'POST') return gateway(asked);
      count += 1;
      return { status: 201, body: { done: count } };
    };
    const { reports } = await work(forgetful, { decides: 'when-seen', ships: true, bills: true }, () => count > 1);
    expect(reports.at(-1)).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/answered the same key with .*"done":1.*then.*"done":2/),
    });
  });

  const told = (id: string, number = '45') => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': '1800000000' },
    body: JSON.stringify({
      type: 'order.awaiting-decision',
      data: { orderId: 'o1', number, partner: 'p', document: { number } },
    }),
  });

  test('decides what is announced, once however often it is told, and nothing else after its first look', async () => {
    const order = { state: 'decided', lines: [line('1', '10')], decision: null };
    const gateway = gatewayWith(order, false);
    const answer = (asked: Asked) => {
      const { status, body } = gateway(asked);
      return { status, body: asked.path === '/orders/o1' ? { ...Object(body), partner: 'p' } : body };
    };
    const statuses: number[] = [];
    const { posts, reports } = await work(
      answer,
      { decides: 'when-told', ships: false, bills: false },
      () => order.state === 'decided' && statuses.length > 0,
      [],
      async (port) => {
        await sleep(100);
        order.state = 'awaiting-decision'; // seen waiting at every look, and left alone
        await sleep(100);
        expect(order.state).toBe('awaiting-decision');
        for (const id of ['w1', 'w1', 'w2'])
          statuses.push((await fetch(`http://127.0.0.1:${port}/orders`, told(id))).status);
        statuses.push((await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST', body: '{}' })).status);
      },
    );
    expect(statuses).toEqual([204, 204, 204, 400]);
    expect(posts.map(({ path }) => path)).toEqual(['/orders/o1/decision', '/orders/o1/decision']);
    expect(reports.filter(({ kind }) => kind === 'checked')).toMatchObject([
      { subject: 'an announcement', passed: 2, failed: [] },
      { subject: 'an announcement', passed: 2, failed: [] },
    ]);
    expect(reports.filter(({ kind }) => kind === 'failed')).toMatchObject([
      { message: expect.stringContaining('has no id and time') },
    ]);
  });

  test('fills the shelves that run low', async () => {
    const place = (usage: string, location: string, onHand: string, free: string) => ({
      usage,
      location,
      onHand,
      free,
    });
    const stock = [
      place('production', 'PORTLAND', '30', '-4'),
      place('production', 'RENO', '5.5', '5.5'),
      place('test', 'PORTLAND', '100', '100'),
    ];
    const answer = ({ method, path }: Asked): Told =>
      path === '/items' && method === 'GET'
        ? { status: 200, body: { items: [{ id: 'A', stock }] } }
        : { status: 200, body: { items: [] } };
    const shelves = [
      { item: 'A', location: 'PORTLAND', atLeast: '60', fill: '80' },
      { item: 'unheard-of', location: 'PORTLAND', atLeast: '60', fill: '80' },
    ];
    const idle = { decides: 'never', ships: false, bills: false } as const;
    const { asked, reports } = await work(answer, idle, (all) => all.some(({ method }) => method === 'PUT'), shelves);
    const puts = asked.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ path }) => path)[0]).toBe('/items/A/stock');
    expect(JSON.parse(puts[0]?.body ?? '')).toEqual({
      usage: 'production',
      location: 'PORTLAND',
      onHand: '108.5',
      reason: 'goods came in',
      by: 'back office',
    });
    expect(reports[0]).toMatchObject({ text: '78.5 of A came in at PORTLAND (production): 1.5 were free' });
  });
});
