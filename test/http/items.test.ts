import { describe, expect, test } from 'vitest';
import { line850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';
import { operator } from './operator.ts';
import { enterOrder } from './world.ts';

describe('items', async () => {
  const gateway = await testGateway();
  const api = await operator(gateway);
  const stockOf = async (item: string, location: string, usage = 'production') => {
    const { stock } = (await api.get(`/items/${item}`)).body as { stock: { location: string; usage: string }[] };
    return stock.find((one) => one.location === location && one.usage === usage);
  };
  const set = (item: string, body: object, query = '') => api.put(`/items/${item}/stock${query}`, body);

  test('are listed with their stock, page by page', async () => {
    const all = await api.items('/items');
    const ids = all.map(({ id }) => id);
    expect(ids).toContain('HT-1001');
    expect(ids).toEqual(ids.toSorted());
    expect(all.find(({ id }) => id === 'HT-3001')).toMatchObject({
      description: 'Screwdriver set, 8 pieces',
      price: '24.00',
      currency: 'USD',
      stock: [
        { usage: 'production', location: 'PORTLAND', onHand: '40', reserved: '0', free: '40' },
        { usage: 'production', location: 'RENO', onHand: '20', reserved: '0', free: '20' },
        { usage: 'test', location: 'PORTLAND' },
        { usage: 'test', location: 'RENO' },
      ],
    });
    const paged: unknown[] = [];
    for (let next: unknown = ''; next !== null; ) {
      const { body } = await api.get(
        `/items?limit=2${next === '' ? '' : `&after=${encodeURIComponent(String(next))}`}`,
      );
      paged.push(...(body.items as { id: string }[]).map(({ id }) => id));
      next = body.next;
    }
    expect(paged).toEqual(ids);
  });

  test('stock is set, and the next order is promised what stands there', async () => {
    expect(
      await set('HT-3001', { usage: 'production', location: 'PORTLAND', onHand: '5', by: 'Ann', reason: 'counted' }),
    ).toMatchObject({
      status: 200,
      body: { onHand: '5', reserved: '0', free: '5' },
    });
    await set('HT-3001', { usage: 'production', location: 'RENO', onHand: '0' });
    const id = await enterOrder(gateway, 'I-1', 401, [line850(1, 8, '24', 'HT-3001')]);
    expect((await api.get(`/orders/${id}`)).body).toMatchObject({
      decision: {
        lines: [
          {
            promises: [
              { status: 'accepted', quantity: '5' },
              { status: 'backordered', quantity: '3' },
            ],
          },
        ],
      },
    });
    expect(await stockOf('HT-3001', 'PORTLAND')).toMatchObject({ onHand: '5', reserved: '5', free: '0' });
  });

  test('what is reserved stays reserved when less stands there', async () => {
    expect(await set('HT-3001', { usage: 'production', location: 'PORTLAND', onHand: '2' })).toMatchObject({
      body: { onHand: '2', reserved: '5', free: '-3' },
    });
    const id = await enterOrder(gateway, 'I-2', 402, [line850(1, 1, '24', 'HT-3001')]);
    expect((await api.get(`/orders/${id}`)).body).toMatchObject({
      decision: { lines: [{ promises: [{ status: 'backordered' }] }] },
    });
  });

  test('test stock is another stock, and a new location is made', async () => {
    await set('HT-1001', { usage: 'test', location: 'BOISE', onHand: '.5' });
    expect(await stockOf('HT-1001', 'BOISE', 'test')).toMatchObject({ onHand: '0.5' });
    expect(await stockOf('HT-1001', 'BOISE')).toBeUndefined();
    expect(await stockOf('HT-1001', 'PORTLAND')).toMatchObject({ onHand: '800' });
  });

  test('who set it, why, and what stood there before is in its timeline', async () => {
    const { items } = (await api.get(`/timeline/item/${encodeURIComponent('harbor-tools/HT-3001')}`)).body as {
      items: object[];
    };
    const company = (await api.get('/items/HT-3001')).body.company;
    expect(company).toBe('harbor-tools');
    expect(items.slice(0, 2)).toMatchObject([
      {
        type: 'item/stock-set',
        actor: 'operator:Ann',
        reason: 'counted',
        usage: 'production',
        data: { location: 'PORTLAND', before: '40', onHand: '5' },
      },
      { actor: 'operator:api', reason: null, data: { location: 'RENO', before: '20', onHand: '0' } },
    ]);
  });

  test.each([
    ['a JSON number', { usage: 'production', location: 'RENO', onHand: 5 }, 'body.onHand'],
    ['less than nothing', { usage: 'production', location: 'RENO', onHand: '-1' }, 'body.onHand'],
    ['no number', { usage: 'production', location: 'RENO', onHand: 'many' }, 'body.onHand'],
    ['an exponent', { usage: 'production', location: 'RENO', onHand: '1e9' }, 'body.onHand'],
    ['NaN', { usage: 'production', location: 'RENO', onHand: 'NaN' }, 'body.onHand'],
    ['more digits than anything has', { usage: 'production', location: 'RENO', onHand: '1'.repeat(31) }, 'body.onHand'],
    ['no location', { usage: 'production', onHand: '5' }, 'body.location'],
    ['an empty location', { usage: 'production', location: '', onHand: '5' }, 'body.location'],
    ['no usage', { location: 'RENO', onHand: '5' }, 'body.usage'],
    ['another usage', { usage: 'sandbox', location: 'RENO', onHand: '5' }, 'body.usage'],
    ['something else', { usage: 'production', location: 'RENO', onHand: '5', reserved: '0' }, 'body.reserved'],
  ])('%s is refused', async (_what, body, at) => {
    const answer = await set('HT-4001', body);
    expect(answer.status).toBe(400);
    expect((answer.body.faults as { at: string }[]).map((fault) => fault.at)).toContain(at);
    expect(await stockOf('HT-4001', 'RENO')).toMatchObject({ onHand: '900' });
  });

  test('an item nobody sells', async () => {
    expect(await set('HT-9999', { usage: 'production', location: 'RENO', onHand: '5' })).toMatchObject({ status: 404 });
    expect(await api.get('/items/HT-9999')).toMatchObject({
      status: 404,
      body: { detail: 'There is no item HT-9999.' },
    });
  });

  test('an id with a slash, sold by two companies', async () => {
    for (const company of ['a-company', 'b-company']) {
      await gateway.rows(`insert into company values ($1, '{}')`, company);
      await gateway.rows(
        `insert into item select $1, 'X/1 ü', body || '{"id": "X/1 ü"}' from item where id = 'HT-1001' limit 1`,
        company,
      );
    }
    const path = encodeURIComponent('X/1 ü');
    expect(await api.get(`/items/${path}`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('a-company and b-company') },
    });
    expect(await set(path, { usage: 'test', location: 'L', onHand: '1' }, '?company=b-company')).toMatchObject({
      status: 200,
    });
    expect(await api.get(`/items/${path}?company=b-company`)).toMatchObject({
      body: { company: 'b-company', stock: [{ onHand: '1' }] },
    });
    expect(await api.get(`/items/${path}?company=a-company`)).toMatchObject({ body: { stock: [] } });
  });

  test('setting stock at once from many sides leaves one of the numbers', async () => {
    const counts = ['1', '2', '3', '4', '5'];
    const answers = await Promise.all(
      counts.map((onHand) => set('HT-1003', { usage: 'test', location: 'NEW', onHand })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(counts).toContain(((await stockOf('HT-1003', 'NEW', 'test')) as { onHand?: string } | undefined)?.onHand);
  });
});
