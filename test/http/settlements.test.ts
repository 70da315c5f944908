import { describe, expect, test } from 'vitest';
import { enterOpenItems, openItemRow, remittance820 } from '../support/ledger.ts';
import { advice820, openGateway, tradedWorld } from './world.ts';

let control = 900;
async function reviewed() {
  const { gateway, api } = await openGateway();
  const short = openItemRow('INV-20001', 10_000n);
  const other = openItemRow('INV-20002', 5_000n);
  await enterOpenItems(gateway, [short, other, openItemRow('INV-20003', 5_000n, { usage: 'test' })]);
  // More than is open: a person must look.
  await gateway.receive(
    'brightmart/folder',
    remittance820('OVER', control++, 12_000n, [{ reference: 'INV-20001', cents: 12_000n }]),
  );
  await gateway.settle();
  const [remittance] = await api.items('/remittances?trace=OVER');
  expect(remittance).toMatchObject({ state: 'review', amount: '120.00', applied: '0.00' });
  return { gateway, api, path: `/remittances/${String(remittance?.id)}`, short: short.id, other: other.id };
}
const ledger = async (api: Awaited<ReturnType<typeof reviewed>>['api']) =>
  (await api.items('/open-items?usage=production')).map(({ number, remaining }) => [number, remaining]);

describe('a person settles a remittance', async () => {
  const { gateway, api, path, short, other } = await reviewed();

  test('against chosen items, with a deduction, the rest on account; by whom and why is an event', async () => {
    const posted = {
      applications: [
        { openItem: short, cash: '100', path: 'entities[0].items[0]' },
        { openItem: other, cash: '10.50', deduction: '39.50', deductionCode: 'damaged' },
      ],
      onAccount: '9.50',
      reason: 'agreed by phone',
      by: 'Ann',
    };
    const first = await api.post(`${path}/settlements`, posted, { 'idempotency-key': 's-1' });
    expect(first).toMatchObject({
      status: 201,
      body: { state: 'applied', applied: '110.50', onAccount: '9.50', unapplied: '0.00' },
    });
    const again = await api.post(`${path}/settlements`, posted, { 'idempotency-key': 's-1' });
    expect(again.text).toBe(first.text);
    expect(await ledger(api)).toEqual([
      ['INV-20002', '0.00'],
      ['INV-20001', '0.00'],
    ]);
    expect((await api.get(path)).body).toMatchObject({
      state: 'applied',
      applied: '110.50',
      remainder: { onAccount: '9.50', unapplied: '0.00' },
      lines: [{ outcome: 'settled', reason: 'settled-by-person', message: 'agreed by phone' }],
      applications: expect.arrayContaining([
        expect.objectContaining({ cash: '10.50', deduction: '39.50', deductionCode: 'damaged' }),
      ]),
    });
    const events = (await api.get(`/timeline/remittance/${path.split('/')[2]}`)).body.items;
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'remittance/settled', actor: 'operator:Ann', reason: 'agreed by phone' }),
    );
  });

  test('more than was paid, or of a test item, is refused and changes nothing', async () => {
    const [testItem] = await api.items('/open-items?usage=test');
    const before = await ledger(api);
    const refused = await api.post(`${path}/settlements`, {
      applications: [{ openItem: testItem?.id, cash: '1' }],
      onAccount: '1000',
      reason: 'no',
    });
    expect(refused).toMatchObject({ status: 422, body: { findings: [{ code: 'settlement/unknown-item' }] } });
    expect(await ledger(api)).toEqual(before);
  });

  test('takes an application back, once; its item is open again and the line waits', async () => {
    const { body } = await api.get(path);
    const applied = (body.applications as { id: string; number: string }[]).find(
      ({ number }) => number === 'INV-20001',
    );
    const reversal = { application: applied?.id, reason: 'wrong invoice', by: 'Ben' };
    const first = await api.post(`${path}/reversals`, reversal);
    expect(first).toMatchObject({
      status: 201,
      body: { state: 'partly-applied', applied: '10.50', unapplied: '100.00' },
    });
    expect((await api.post(`${path}/reversals`, reversal)).text).toBe(first.text);
    expect(await api.post(`${path}/reversals`, { ...reversal, reason: 'again' })).toMatchObject({ status: 409 });
    expect(await api.post(`${path}/reversals`, reversal, { 'idempotency-key': 'other' })).toMatchObject({
      status: 409,
    });
    expect(await ledger(api)).toEqual([
      ['INV-20002', '0.00'],
      ['INV-20001', '100.00'],
    ]);
    expect((await api.get(path)).body).toMatchObject({ lines: [{ outcome: 'review', reason: 'taken-back' }] });
    expect(await gateway.rows('select count(*)::int as n from application where reverses_id is not null')).toEqual([
      { n: 1 },
    ]);
  });

  test('what is applied cannot be set aside; an announcement that was one too many can', async () => {
    expect(await api.post(`${path}/dismissal`, { reason: 'x' })).toMatchObject({ status: 409 });
    await gateway.receive(
      'brightmart/folder',
      remittance820('OVER', control++, 12_000n, [{ reference: 'INV-20001', cents: 12_000n }]),
    );
    await gateway.settle();
    const [copy] = await api.items('/remittances?state=review');
    const dismissed = await api.post(`/remittances/${String(copy?.id)}/dismissal`, { reason: 'sent twice', by: 'Ann' });
    expect(dismissed).toMatchObject({ status: 200, body: { state: 'dismissed' } });
    expect(await api.items('/remittances?state=review')).toEqual([]);
    const settling = { onAccount: '1', reason: 'x' };
    expect(await api.post(`/remittances/${String(copy?.id)}/settlements`, settling)).toMatchObject({ status: 409 });
  });
});

test('an invoice whose payment is taken back is owed again, and the ladder says so', async () => {
  const { api, gateway, soldId } = await tradedWorld();
  await gateway.receive('brightmart/folder', advice820(950, 'PAY-9', '25', ['RMR*IV*INV0000001*PI*25*125*0']));
  await gateway.settle();
  const owed = async () => (await api.items('/expectations?kind=remittance')).map(({ state }) => state);
  expect(await owed()).toEqual(['met']);
  const [remittance] = await api.items('/remittances?trace=PAY-9');
  const path = `/remittances/${String(remittance?.id)}`;
  const [application] = (await api.get(path)).body.applications as { id: string }[];
  const answer = await api.post(`${path}/reversals`, { application: application?.id, reason: 'bounced' });
  expect(answer).toMatchObject({ status: 201, body: { state: 'review', applied: '0.00', unapplied: '25.00' } });
  expect(await owed()).toEqual(['open']);
  const { body } = await api.get(`/orders/${soldId}/ladder`);
  expect(JSON.stringify(body)).toContain('25.00 USD open on INV0000001');
});
