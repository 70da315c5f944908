import { describe, expect, test } from 'vitest';
import { findOverdue } from '../../src/flows/expire.ts';
import type { Rung } from '../../src/flows/ladder.ts';
import { acknowledgmentOf, isa, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type Operator, operator } from './operator.ts';
import { advice820, enterOrder, openGateway, sent, tradedWorld } from './world.ts';

const rungsOf = async (api: Operator, orderId: string) =>
  (await api.get(`/orders/${orderId}/ladder`)).body.rungs as readonly Rung[];
const states = (rungs: readonly Rung[]) => rungs.map(({ rung, state }) => `${rung} ${state}`);
const rung = (rungs: readonly Rung[], name: Rung['rung'], index = 0) => rungs.filter((one) => one.rung === name)[index];
/** As the sweep for deadlines does, and the work that follows from it. */
const sweep = async (gateway: TestGateway, minutes: number) => {
  gateway.clock.move(minutes);
  await findOverdue(gateway.context);
  await gateway.settle();
};

describe('a ladder', async () => {
  const { api, soldId, waitingId } = await tradedWorld();

  test('tells what was climbed, what failed and what is open', async () => {
    const rungs = await rungsOf(api, soldId);
    expect(states(rungs)).toEqual([
      'order-received met',
      'order-acknowledged met',
      'order-decided met',
      'response-sent met',
      'response-acknowledged met',
      'shipped met',
      'ship-notice-sent met',
      'ship-notice-acknowledged met',
      'invoice-sent met',
      'invoice-acknowledged failed',
      'remittance-received met',
      'remittance-acknowledged met',
      'cash-applied met',
      'cash-applied open',
    ]);
    expect(rung(rungs, 'invoice-acknowledged')).toMatchObject({
      direction: 'in',
      message: '997',
      interchangeControlNumber: '000000104',
      fileName: 'test.edi',
      detail: 'rejected',
      at: '2036-11-22T15:00:00.000Z',
    });
    expect(rung(rungs, 'order-received')).toMatchObject({
      direction: 'in',
      message: '850',
      interchangeControlNumber: '000000101',
      groupControlNumber: '101',
      controlNumber: '0001',
    });
    expect(rung(rungs, 'cash-applied')?.detail).toBe('100.00 USD on INV0000001, 25.00 open');
    expect(rung(rungs, 'cash-applied', 1)?.detail).toBe('25.00 USD open on INV0000001');
    for (const one of rungs) expect(one.at === null, one.rung).toBe(one.state === 'open');
  });

  test('of an order that waits says what is owed next', async () => {
    const rungs = await rungsOf(api, waitingId);
    expect(states(rungs)).toEqual([
      'order-received met',
      'order-acknowledged met',
      'order-decided open',
      'response-sent open',
    ]);
    expect(rung(rungs, 'order-decided')?.detail).toBe('awaiting-decision');
    expect(rung(rungs, 'response-sent')?.detail).toMatch(/^not answered yet, due 2036-11-2/);
  });

  test('of an order nobody knows is not found', async () =>
    expect(await api.get('/orders/00000000-0000-7000-8000-000000000000/ladder')).toMatchObject({ status: 404 }));
});

describe('time', async () => {
  const { gateway, api } = await openGateway();

  test('a decision stands at its own time, and what is late is overdue', async () => {
    const id = await enterOrder(gateway, 'T-1', 701, [line850(1, 10, '12.5', 'HT-1001')], 'T');
    await sweep(gateway, 24 * 60 + 1);
    expect(states(await rungsOf(api, id)).slice(2)).toEqual(['order-decided open', 'response-sent overdue']);
    const decidedAt = gateway.clock.now().toISOString();
    await api.post(`/orders/${id}/decision`, { decision: 'accept' });
    gateway.clock.move(30);
    await gateway.settle();
    const decided = await rungsOf(api, id);
    expect(rung(decided, 'order-decided')).toMatchObject({ state: 'met', at: decidedAt, detail: 'accepted' });
    expect(rung(decided, 'response-sent')).toMatchObject({
      state: 'met',
      at: gateway.clock.now().toISOString(),
      detail: expect.stringMatching(/^T-1, late: due 2036-11-2/),
    });
    expect(states(decided).slice(3)).toEqual(['response-sent met', 'response-acknowledged open', 'shipped open']);
    expect(rung(decided, 'shipped')?.detail).toMatch(/^10 of line 1 to ship, due /);

    await sweep(gateway, 5 * 24 * 60);
    expect(states(await rungsOf(api, id)).slice(3)).toEqual([
      'response-sent met',
      'response-acknowledged overdue',
      'shipped overdue',
    ]);

    await api.post(`/orders/${id}/shipments`, { shipment: 'T-1-1', lines: [{ line: '1', quantity: '6' }] });
    await gateway.settle();
    const shipped = await rungsOf(api, id);
    expect(states(shipped).slice(5)).toEqual([
      'shipped met',
      'ship-notice-sent met',
      'ship-notice-acknowledged open',
      'shipped overdue',
      'invoice-sent open',
    ]);
    expect(rung(shipped, 'shipped', 1)?.detail).toMatch(/^4 of line 1 to ship, due /);
    expect(rung(shipped, 'invoice-sent')?.detail).toMatch(/^6 of line 1 to bill, due /);

    await api.post(`/orders/${id}/invoices`, { number: 'T-1-I' });
    await gateway.settle();
    await sweep(gateway, 200 * 24 * 60);
    const late = await rungsOf(api, id);
    expect(late.filter(({ rung: name }) => name === 'cash-applied')).toMatchObject([
      { state: 'overdue', detail: '75.00 USD open on T-1-I', at: null },
    ]);
    // What was late and then came is met.
    const texts = await sent(gateway);
    await gateway.receive('brightmart/folder', acknowledgmentOf(texts['855'] ?? '', 702).replace('*P*>', '*T*>'));
    await gateway.settle();
    expect(rung(await rungsOf(api, id), 'response-acknowledged')).toMatchObject({
      state: 'met',
      detail: expect.stringMatching(/^accepted, late: due 2036-11-2/),
    });
  });

  test('one cancelled before it was decided waits for nothing', async () => {
    const id = await enterOrder(gateway, 'T-2', 711, undefined, 'T');
    gateway.clock.move(10);
    await gateway.receive('brightmart/folder', order850('T-2', 712, undefined, { usage: 'T', purpose: '01' }));
    await gateway.settle();
    const rungs = await rungsOf(api, id);
    expect(states(rungs)).toEqual(['order-received met', 'order-acknowledged met', 'order-decided met']);
    expect(rung(rungs, 'order-decided')).toMatchObject({ detail: 'cancelled', at: gateway.clock.now().toISOString() });
  });

  test('one that was rejected waits for nothing but the acknowledgment', async () => {
    const id = await enterOrder(gateway, 'T-3', 713, undefined, 'T');
    await api.post(`/orders/${id}/decision`, { decision: 'reject', reason: 'no' });
    await gateway.settle();
    expect(states(await rungsOf(api, id)).slice(2)).toEqual([
      'order-decided met',
      'response-sent met',
      'response-acknowledged open',
    ]);
  });
});

describe('money', async () => {
  const { gateway, api } = await openGateway();

  test('one payment for two invoices of an order was received once', async () => {
    const id = await enterOrder(gateway, 'M-1', 721);
    for (const [shipment, quantity] of [
      ['M-1-1', '6'],
      ['M-1-2', '4'],
    ])
      await api.post(`/orders/${id}/shipments`, { shipment, lines: [{ line: '1', quantity }] });
    await gateway.settle();
    await gateway.receive(
      'brightmart/folder',
      advice820(722, 'PAY-9', '125', ['RMR*IV*INV0000001*PI*75*75*0', 'RMR*IV*INV0000002*PI*50*50*0']),
    );
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    const rungs = (await rungsOf(api, id)).filter(({ rung: name }) => /remittance|cash/.test(name));
    expect(states(rungs)).toEqual([
      'remittance-received met',
      'remittance-acknowledged met',
      'cash-applied met',
      'cash-applied met',
    ]);
    expect(rungs.map(({ detail }) => detail).slice(2)).toEqual([
      '75.00 USD on INV0000001, 0.00 open',
      '50.00 USD on INV0000002, 0.00 open',
    ]);
  });

  test('one that waits for a person is received, and its money is not applied', async () => {
    const id = await enterOrder(gateway, 'M-2', 723);
    await api.post(`/orders/${id}/shipments`, { shipment: 'M-2-1', lines: [{ line: '1', quantity: '10' }] });
    await gateway.settle();
    await gateway.receive('brightmart/folder', advice820(724, 'PAY-10', '200', ['RMR*IV*INV0000003*PI*200*200*0']));
    await gateway.settle();
    const rungs = (await rungsOf(api, id)).filter(({ rung: name }) => /remittance|cash/.test(name));
    expect(states(rungs)).toEqual([
      'remittance-received met',
      'remittance-acknowledged met',
      'cash-applied open',
      'cash-applied open',
    ]);
    expect(rungs[2]?.detail).toMatch(/^review: .*200/);
  });
});

describe('what goes wrong', async () => {
  const gateway = await testGateway((configuration) => ({
    ...configuration,
    agreements: configuration.agreements.map((agreement) =>
      agreement.usage === 'test'
        ? { ...agreement, deadlines: { ...agreement.deadlines, acknowledgmentMinutes: null } }
        : agreement,
    ),
  }));
  const api = await operator(gateway);

  test('a TA1 that rejects our interchange', async () => {
    const id = await enterOrder(gateway, 'F-1', 731);
    const [, date = '', time = '', number = ''] =
      /^ISA(?:\*[^*]*){8}\*(\d{6})\*(\d{4})\*U\*00401\*(\d{9})/.exec((await sent(gateway))['855'] ?? '') ?? [];
    await gateway.receive('brightmart/folder', `${isa(732)}TA1*${number}*${date}*${time}*R*018~IEA*0*000000732~`);
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    expect(rung(await rungsOf(api, id), 'response-acknowledged')).toMatchObject({
      state: 'failed',
      message: 'TA1',
      interchangeControlNumber: '000000732',
      detail: 'rejected',
    });
  });

  test('work that is parked says why', async () => {
    const id = await enterOrder(gateway, 'F-2', 733);
    const [document] = await gateway.rows<{ id: string }>(`select id from document where order_id = $1`, id);
    await gateway.rows(`update delivery set state = 'sending', sent_at = null where document_id = $1`, document?.id);
    await gateway.rows(
      `insert into work (id, kind, subject_id, lane, fairness_key, has_turn, state, parked_at, failure_message)
       values (gen_random_uuid(), 'compose', $1, 'outbound', 'f', true, 'parked', now(), 'The folder is gone.')`,
      document?.id,
    );
    expect(rung(await rungsOf(api, id), 'response-sent')).toMatchObject({
      state: 'failed',
      at: null,
      detail: 'F-2: The folder is gone.',
    });
  });

  test('an acknowledgment nobody expects has no rung until it comes', async () => {
    const id = await enterOrder(gateway, 'F-3', 734, undefined, 'T');
    expect(states(await rungsOf(api, id))).toContain('response-sent met');
    expect(rung(await rungsOf(api, id), 'response-acknowledged')).toBeUndefined();
    const response = (await sent(gateway))['855'] ?? '';
    await gateway.receive('brightmart/folder', acknowledgmentOf(response, 735).replace('*P*>', '*T*>'));
    await gateway.settle();
    expect(rung(await rungsOf(api, id), 'response-acknowledged')).toMatchObject({ state: 'met', message: '997' });
  });

  test('what lies in a mailbox has left, at the time it was laid there', async () => {
    const theirs = order850('F-4', 736)
      .replace('*08*6112390000     *', '*12*2075550142     *')
      .replace('GS*PO*6112390000*', 'GS*PO*2075550142*');
    await gateway.receive('cedarsupply/web', theirs);
    await gateway.settle();
    const [order] = await api.items('/orders?number=F-4');
    await api.post(`/orders/${String(order?.id)}/decision`, { decision: 'accept' });
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    const rungs = await rungsOf(api, String(order?.id));
    expect(rung(rungs, 'order-acknowledged')).toMatchObject({ state: 'met', at: gateway.clock.now().toISOString() });
    expect(rung(rungs, 'response-sent')).toMatchObject({
      state: 'met',
      at: gateway.clock.now().toISOString(),
      message: '855',
    });
  });
});
