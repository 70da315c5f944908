import { describe, expect, test } from 'vitest';
import { advice820, tradedWorld } from './world.ts';

describe('money', async () => {
  const { api, gateway, soldId } = await tradedWorld();
  const idOf = async (path: string) => String((await api.items(path))[0]?.id);

  test('an open item tells what was applied to it', async () => {
    const { body } = await api.get(`/open-items/${await idOf('/open-items?number=INV0000001')}`);
    expect(body).toMatchObject({
      amount: '125.00',
      remaining: '25.00',
      discount: '0.00',
      currency: 'USD',
      state: 'partly-paid',
      order: soldId,
      applications: [{ number: 'INV0000001', cash: '100.00', discount: '0.00', reverses: null }],
    });
  });

  test('an invoice tells its document, what was paid on it and what is open', async () => {
    const { body } = await api.get(`/invoices/${await idOf(`/invoices?order=${soldId}`)}`);
    expect(body).toMatchObject({
      number: 'INV0000001',
      amount: '125.00',
      remaining: '25.00',
      body: { number: 'INV0000001', totals: { due: expect.stringMatching(/^125(\.00)?$/) } },
      applications: [{ cash: '100.00' }],
    });
  });

  test('a shipment tells its ship notice', async () => {
    const { body } = await api.get(`/shipments/${await idOf('/shipments?number=S-1')}`);
    expect(body).toMatchObject({
      packs: 2,
      shippedOn: '2036-11-22',
      body: { packs: [{ sscc: expect.stringMatching(/^\d{18}$/) }, {}] },
    });
  });

  test('a remittance tells its lines and what became of each', async () => {
    const { body } = await api.get(`/remittances/${await idOf('/remittances?trace=PAY-1')}`);
    expect(body).toMatchObject({
      amount: '100.00',
      applied: '100.00',
      state: 'applied',
      lines: [{ reference: 'INV0000001', outcome: 'applied', reason: 'partial', money: '100.00' }],
      applications: [{ cash: '100.00' }],
      remainder: { onAccount: '0.00', unapplied: '0.00' },
      body: { payment: { trace: 'PAY-1' } },
    });
  });

  test('one that waits says for what', async () => {
    const { body } = await api.get(`/remittances/${await idOf('/remittances?trace=PAY-2')}`);
    expect(body).toMatchObject({
      state: 'waiting',
      applied: '0.00',
      waitsFor: ['INV0000099'],
      lines: [{ reference: 'INV0000099', reason: 'invoice-not-yet-known' }],
      applications: [],
    });
  });

  test('what is paid in full is settled, and found as such', async () => {
    await gateway.receive('brightmart/folder', advice820(501, 'PAY-3', '25', ['RMR*IV*INV0000001*PI*25*125*0']));
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    expect(await api.items('/open-items?state=partly-paid')).toEqual([]);
    expect(await api.items('/open-items?state=settled')).toMatchObject([{ number: 'INV0000001', remaining: '0.00' }]);
    const { body } = await api.get(`/open-items/${await idOf('/open-items')}`);
    expect((body.applications as { cash: string }[]).map(({ cash }) => cash)).toEqual(['100.00', '25.00']);
  });

  test('a currency without minor units is told without them', async () => {
    await gateway.rows(`update open_item set currency = 'JPY'`);
    expect(await api.items('/open-items')).toMatchObject([{ amount: '12500', remaining: '0', currency: 'JPY' }]);
    await gateway.rows(`update open_item set currency = 'KWD'`);
    expect(await api.items('/invoices')).toMatchObject([{ amount: '12.500' }]);
  });
});
