import { describe, expect, test } from 'vitest';
import { line850, order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';
import { operator } from './operator.ts';
import { enterOrder, openGateway } from './world.ts';

const nobody = '00000000-0000-7000-8000-000000000000';
const inLines = (quantity: unknown) => ({
  decision: 'lines',
  lines: [{ line: '1', promises: [{ status: 'accepted', quantity }] }],
});

describe('decisions', async () => {
  const { gateway, api } = await openGateway();
  let control = 200;
  const waiting = (number: string) =>
    enterOrder(gateway, number, ++control, [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')], 'T');
  const documents = async (orderId: string) =>
    (await gateway.rows('select id from document where order_id = $1', orderId)).length;

  test('the same key is the same act: answered to the byte, done once', async () => {
    const id = await waiting('D-1');
    const decision = { decision: 'accept', by: 'Ann' };
    const key = { 'idempotency-key': 'D-1/accept' };
    const first = await api.post(`/orders/${id}/decision`, decision, key);
    expect(first).toMatchObject({ status: 201, body: { number: 'D-1', status: 'decided' } });
    const again = await api.post(`/orders/${id}/decision`, decision, key);
    expect({ status: again.status, text: again.text, type: again.headers['content-type'] }).toEqual({
      status: 201,
      text: first.text,
      type: first.headers['content-type'],
    });
    expect(await documents(id)).toBe(1);
    const [event] = await gateway.rows<{ actor: string }>(
      `select e.actor from event e join event_object o on o.event_id = e.id where e.type = 'order/decided' and o.object_id = $1`,
      id,
    );
    expect(event?.actor).toBe('back-office:Ann');
  });

  test('the order of names in a body means nothing, its values do', async () => {
    const id = await waiting('D-2');
    const key = { 'idempotency-key': 'D-2/accept' };
    const first = await api.post(`/orders/${id}/decision`, { decision: 'accept', by: 'Ann' }, key);
    const turned = await api.post(`/orders/${id}/decision`, { by: 'Ann', decision: 'accept' }, key);
    expect(turned.text).toBe(first.text);
    const other = await api.post(`/orders/${id}/decision`, { decision: 'accept', by: 'Bob' }, key);
    expect(other).toMatchObject({
      status: 409,
      body: { title: 'Conflict', detail: 'The Idempotency-Key D-2/accept was used for another request.' },
    });
  });

  test('one key at once from ten sides: one act, ten equal answers', async () => {
    const id = await waiting('D-3');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        api.post(`/orders/${id}/decision`, { decision: 'accept' }, { 'idempotency-key': 'same' }),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(await documents(id)).toBe(1);
  });

  test('without a key the body is its own, until the buyer replaces the order', async () => {
    const id = await waiting('D-4');
    const first = await api.post(`/orders/${id}/decision`, { decision: 'accept' });
    expect((await api.post(`/orders/${id}/decision`, { decision: 'accept' })).text).toBe(first.text);
    expect(await api.post(`/orders/${id}/decision`, { decision: 'reject' })).toMatchObject({ status: 422 });
    await gateway.receive(
      'brightmart/folder',
      order850('D-4', ++control, [line850(1, 7, '12.5', 'HT-1001')], { usage: 'T', purpose: '05' }),
    );
    await gateway.settle();
    expect((await api.get(`/orders/${id}`)).body).toMatchObject({ state: 'awaiting-decision', decision: null });
    const second = await api.post(`/orders/${id}/decision`, { decision: 'accept' });
    expect(second).toMatchObject({ status: 201, body: { lines: [{ line: '1', promised: '7' }] } });
  });

  test('what was refused was not kept: the key may be used again with what it lacked', async () => {
    const id = await waiting('D-5');
    const key = { 'idempotency-key': 'D-5' };
    const lines = [{ line: '1', promises: [{ status: 'accepted', quantity: '9' }] }];
    const refused = await api.post(`/orders/${id}/decision`, { decision: 'lines', lines }, key);
    expect(refused).toMatchObject({
      status: 422,
      body: {
        findings: [{ code: 'decision/promises-differ', found: '9', expected: '10' }, { code: 'decision/line-missing' }],
      },
    });
    const whole = [
      { line: '1', promises: [{ status: 'accepted', quantity: '10' }] },
      { line: '2', promises: [{ status: 'backordered', quantity: '4', on: '2036-12-24' }] },
    ];
    expect(await api.post(`/orders/${id}/decision`, { decision: 'lines', lines: whole }, key)).toMatchObject({
      status: 201,
    });
  });

  test.each([
    ['a list', [], 'body', 'must be object'],
    ['another decision', { decision: 'maybe' }, 'body.decision', 'must be one of "accept", "reject", "lines"'],
    ['no decision', {}, 'body.decision', 'is missing'],
    ['a field nobody knows', { decision: 'accept', colour: 'red' }, 'body.colour', 'is not known here'],
    ['a quantity as a number', inLines(10), 'body.lines[0].promises[0].quantity', 'must be string'],
    ['a quantity with an exponent', inLines('1e1'), 'body.lines[0].promises[0].quantity', 'must match pattern'],
    ['an empty list of lines', { decision: 'lines', lines: [] }, 'body.lines', 'must NOT have fewer than 1 items'],
    [
      'a price as a number',
      {
        decision: 'lines',
        lines: [{ line: '1', price: { amount: 12.5 }, promises: [{ status: 'accepted', quantity: '10' }] }],
      },
      'body.lines[0].price.amount',
      'must be string',
    ],
    [
      'a status nobody knows',
      { decision: 'lines', lines: [{ line: '1', promises: [{ status: 'perhaps', quantity: '10' }] }] },
      'body.lines[0].promises[0].status',
      'must be one of',
    ],
  ])('%s is refused, at its place', async (_what, posted, at, message) => {
    const { status, body } = await api.post(`/orders/${nobody}/decision`, posted);
    expect(status).toBe(400);
    expect(body.faults).toEqual([{ at, message: expect.stringContaining(message) }]);
  });

  test('an order that is not there', async () => {
    expect(await api.post(`/orders/${nobody}/decision`, { decision: 'accept' })).toMatchObject({ status: 404 });
    expect(
      await api.post(`/orders/${nobody}/decision`, { decision: 'accept' }, { 'idempotency-key': 'x' }),
    ).toMatchObject({ status: 404 });
    expect(await api.post('/orders/4711/decision', { decision: 'accept' })).toMatchObject({ status: 400 });
  });

  test.each(['', 'x'.repeat(201), 'naïve'])('the key %o is refused', async (key) => {
    const answer = await api.post(`/orders/${nobody}/decision`, { decision: 'accept' }, { 'idempotency-key': key });
    expect(answer).toMatchObject({
      status: 400,
      body: { faults: expect.arrayContaining([expect.objectContaining({ at: 'headers.idempotency-key' })]) },
    });
  });
});

describe('shipments and invoices', async () => {
  const { gateway, api } = await openGateway();
  const orderId = await enterOrder(gateway, 'S-1', 301, [line850(1, 10, '12.5', 'HT-1001')], 'T');
  await api.post(`/orders/${orderId}/decision`, { decision: 'accept' });
  const ship = (body: object, key?: string) =>
    api.post(`/orders/${orderId}/shipments`, body, key === undefined ? {} : { 'idempotency-key': key });
  const sscc = '106141410000000019';

  test('a shipment is made once, in however many requests', async () => {
    const body = { shipment: 'SH-1', packs: [{ contents: [{ line: '1', quantity: '6' }], sscc }] };
    const answers = await Promise.all([ship(body, 'k'), ship(body, 'k'), ship(body, 'k')]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({
      number: 'SH-1',
      ssccs: [],
      invoiceNumber: null,
      state: { status: 'partly-shipped' },
    });
  });

  test('refusals tell every reason', async () => {
    const { status, body } = await ship({
      shipment: 'SH-2',
      packs: [{ contents: [{ line: '1', quantity: '5' }] }, { contents: [{ line: '9', quantity: '1' }], parent: 'x' }],
    });
    expect(status).toBe(422);
    expect((body.findings as { code: string }[]).map(({ code }) => code).toSorted()).toEqual([
      'shipment/over-shipped',
      'shipment/pack-unknown-parent',
      'shipment/unknown-line',
    ]);
  });

  test('an SSCC stands on one pack only', async () => {
    const again = await ship({ shipment: 'SH-3', packs: [{ contents: [{ line: '1', quantity: '1' }], sscc }] });
    expect(again).toMatchObject({ status: 422, body: { detail: expect.stringContaining(sscc) } });
    expect((await api.items(`/shipments?order=${orderId}`)).length).toBe(1);
  });

  test('two orders ask for one shipment number at once: one has it', async () => {
    const others = [
      await enterOrder(gateway, 'S-2', 302, undefined, 'T'),
      await enterOrder(gateway, 'S-3', 303, undefined, 'T'),
    ];
    for (const id of others) await api.post(`/orders/${id}/decision`, { decision: 'accept' });
    const body = { shipment: 'SH-9', lines: [{ line: '1', quantity: '1' }] };
    const statuses = (await Promise.all(others.map((id) => api.post(`/orders/${id}/shipments`, body)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect([409, 422]).toContain(statuses.find((status) => status !== 201));
  });

  test('an invoice bills what has left, and its amounts must fit', async () => {
    const number = 'B-1';
    const charges = [{ kind: { code: 'charge' }, code: { code: 'freight' }, amount: '9'.repeat(40) }];
    expect(await api.post(`/orders/${orderId}/invoices`, { number, charges })).toMatchObject({ status: 422 });
    const made = await api.post(`/orders/${orderId}/invoices`, { number });
    expect(made).toMatchObject({ status: 201, body: { number, due: expect.stringMatching(/^75(\.0+)?$/) } });
    expect(
      await api.post(`/orders/${orderId}/invoices`, { number, lines: [{ line: '1', quantity: '1' }] }),
    ).toMatchObject({
      status: 422,
      body: { findings: [{ code: 'invoice/number-taken' }] },
    });
  });
});

describe('an amount beyond what the ledger holds', async () => {
  // A partner who gets no invoices from us: nothing on the wire is too narrow for the amount.
  const gateway = await testGateway((configuration) => ({
    ...configuration,
    agreements: configuration.agreements.filter(({ message }) => message !== '810'),
  }));
  const api = await operator(gateway);

  test('is refused, and nothing of the invoice is kept', async () => {
    const id = await enterOrder(gateway, 'L-1', 801);
    const shipped = await api.post(`/orders/${id}/shipments`, {
      shipment: 'L-1-1',
      lines: [{ line: '1', quantity: '1' }],
    });
    expect(shipped).toMatchObject({ status: 201 });
    await gateway.rows(
      `update purchase_order set body = jsonb_set(body, '{lines,0,invoiced}', '"0"') where id = $1`,
      id,
    );
    const charges = [{ kind: { code: 'charge' }, code: { code: 'freight' }, amount: '9'.repeat(30) }];
    expect(await api.post(`/orders/${id}/invoices`, { number: 'L-9', charges })).toMatchObject({
      status: 409,
      body: { detail: 'An amount or a quantity is larger than can be kept.' },
    });
    expect(await api.items('/invoices?number=L-9')).toEqual([]);
  });
});
