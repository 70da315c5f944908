import { describe, expect, test } from 'vitest';
import { tradedWorld } from './world.ts';

describe('orders', async () => {
  const { api, soldId, waitingId, gateway } = await tradedWorld();

  test('an order is told with everything that belongs to it', async () => {
    const { status, body } = await api.get(`/orders/${soldId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      number: 'PO-1',
      partner: 'brightmart',
      usage: 'production',
      state: 'invoiced',
      release: null,
      document: { number: 'PO-1', lines: [{ number: '1', quantity: { value: '10' } }] },
      decision: { verdict: 'accepted', lines: [{ line: '1', promises: [{ status: 'accepted', quantity: '10' }] }] },
      lines: [{ line: '1', ordered: '10', promised: '10', shipped: '10', invoiced: '10' }],
      holds: [],
      shipments: [{ number: 'S-1', packs: 2, shippedOn: '2036-11-22' }],
      invoices: [{ number: 'INV0000001', currency: 'USD', amount: '125.00', remaining: '25.00' }],
      sent: [{ kind: 'order-response' }, { kind: 'ship-notice' }, { kind: 'invoice' }],
    });
  });

  test('one that waits has no decision yet', async () => {
    expect((await api.get(`/orders/${waitingId}`)).body).toMatchObject({
      usage: 'test',
      state: 'awaiting-decision',
      decision: null,
      lines: [{ promised: '0', price: null }],
      shipments: [],
      invoices: [],
      sent: [],
    });
  });

  test('ladders of the latest orders come with one request', async () => {
    const ladders = await api.items('/ladders');
    expect(ladders).toEqual([
      (await api.get(`/orders/${waitingId}/ladder`)).body,
      (await api.get(`/orders/${soldId}/ladder`)).body,
    ]);
    const { body } = await api.get('/ladders?limit=1');
    expect(body).toMatchObject({ items: [{ order: { id: waitingId } }], next: waitingId });
    expect(await api.items(`/ladders?before=${waitingId}&usage=production`)).toMatchObject([{ order: { id: soldId } }]);
    expect(await api.items('/ladders?number=PO-9')).toEqual([]);
  });

  test('a document of the order leads to the wire', async () => {
    const { body } = await api.get(`/orders/${soldId}`);
    const document = (await api.get(`/documents/${String(body.documentId)}`)).body;
    expect(document).toMatchObject({
      kind: 'order',
      body: { number: 'PO-1' },
      trace: expect.anything(),
      unwritten: null,
    });
    const bytes = await api.get(`/transactions/${String(document.transaction)}/bytes`);
    expect(bytes.text).toMatch(/^ST\*850\*0001~BEG\*00\*SA\*PO-1\*.*SE\*\d+\*0001~?$/);
    expect(gateway.failures).toEqual([]);
  });
});
