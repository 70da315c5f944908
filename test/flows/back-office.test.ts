import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { postDecision } from '../../src/flows/orders/post-decision.ts';
import { postInvoice } from '../../src/flows/orders/post-invoice.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import type { BackOfficeDecision } from '../../src/orders/decision.ts';
import type { InvoiceRequest } from '../../src/orders/invoice-request.ts';
import type { ShipmentRequest } from '../../src/orders/ship.ts';
import { ssccOf } from '../../src/orders/sscc.ts';
import { readAnswers, withAgreements } from '../support/answers.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';
let control = 1;

const byBackOffice = (announceUrl: string | null = null) =>
  withAgreements('brightmart', 'in', ({ decision }) => ({
    decision: { ...decision, decideBy: 'back-office', announceUrl },
  }));

/** An order of the example retailer's that came in; the id we know it by. */
async function orderOf(
  on: TestGateway,
  number: string,
  lines: readonly string[],
  purpose = '00',
  usage: 'P' | 'T' = 'P',
): Promise<string> {
  await on.receive(channel, order850(number, control++, lines, { purpose, usage }));
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const [row] = await on.rows<{ id: string }>(
    'select id from purchase_order where number = $1 and usage = $2',
    number,
    usage === 'P' ? 'production' : 'test',
  );
  return row?.id ?? '';
}
const decide = (on: TestGateway, id: string, posted: BackOfficeDecision) =>
  on.database.inTransaction((tx) => postDecision(on.context, tx, id, posted, 'back-office'));
const ship = (on: TestGateway, id: string, request: ShipmentRequest) =>
  on.database.inTransaction((tx) => postShipment(on.context, tx, id, request, 'back-office'));
const bill = (on: TestGateway, id: string, request: InvoiceRequest) =>
  on.database.inTransaction((tx) => postInvoice(on.context, tx, id, request, 'back-office'));
const answersOf = async (on: TestGateway) => {
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  return readAnswers(await on.outbox(outbox));
};
const stateOf = async (on: TestGateway, id: string) =>
  (await on.rows<{ state: string }>('select state from purchase_order where id = $1', id))[0]?.state;
/** What an act that is refused must leave as it was. */
const everything = (on: TestGateway) =>
  on.rows(
    `select (select jsonb_agg(o order by o.id) from purchase_order o) as orders, (select count(*)::int from document) as documents, (select count(*)::int from shipment) as shipments,
       (select count(*)::int from invoice) as invoices, (select count(*)::int from open_item) as items, (select count(*)::int from sscc) as labels,
       (select count(*)::int from work where state <> 'done') as work, (select count(*)::int from event) as events, (select jsonb_agg(s order by s) from item_stock s) as stock,
       (select jsonb_agg(n order by n) from number_series n) as series`,
  );
const codesOf = (result: { ok: boolean; findings?: readonly { code: string }[] }) =>
  result.ok ? 'ok' : result.findings?.map(({ code }) => code);
const twoLines = [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')];

describe('an order that a back office decides', () => {
  test('waits for it, and is answered as it says, line by line', async () => {
    const on = await testGateway(byBackOffice());
    const id = await orderOf(on, 'BO-1', twoLines);
    expect(await stateOf(on, id)).toBe('awaiting-decision');
    expect((await answersOf(on)).map(({ kind }) => kind)).toEqual(['997']);
    expect(
      await decide(on, id, {
        decision: 'lines',
        lines: [
          {
            line: '1',
            promises: [
              { status: 'accepted', quantity: '6' },
              { status: 'backordered', quantity: '4', on: '2036-12-10' },
            ],
          },
          { line: '2', promises: [{ status: 'rejected', quantity: '4' }] },
        ],
      }),
    ).toMatchObject({ ok: true, value: { status: 'decided' } });
    const [response] = await answersOf(on);
    expect(response?.kind).toBe('855');
    expect(response?.segments.filter((segment) => segment.startsWith('ACK*'))).toEqual([
      expect.stringMatching(/^ACK\*IA\*6\*EA/),
      expect.stringMatching(/^ACK\*IB\*4\*EA\*\d{3}\*20361210/),
      expect.stringMatching(/^ACK\*IR\*4\*EA/),
    ]);
    // The same once more: it is decided.
    const before = await everything(on);
    expect(codesOf(await decide(on, id, { decision: 'accept' }))).toEqual(['state/not-allowed']);
    expect(await everything(on)).toEqual(before);
  });

  describe('refuses what does not fit the order, and nothing changes:', async () => {
    const on = await testGateway(byBackOffice());
    const id = await orderOf(on, 'BO-2', twoLines);
    test.each<[string, BackOfficeDecision, string[]]>([
      [
        'a line nobody ordered',
        { decision: 'lines', lines: [{ line: '9', promises: [{ status: 'accepted', quantity: '1' }] }] },
        ['decision/unknown-line', 'decision/line-missing', 'decision/line-missing'],
      ],
      [
        'a line left out',
        { decision: 'lines', lines: [{ line: '1', promises: [{ status: 'accepted', quantity: '10' }] }] },
        ['decision/line-missing'],
      ],
      [
        'more than was ordered',
        {
          decision: 'lines',
          lines: [
            { line: '1', promises: [{ status: 'accepted', quantity: '11' }] },
            { line: '2', promises: [{ status: 'accepted', quantity: '4' }] },
          ],
        },
        ['decision/promises-differ'],
      ],
      [
        'a day that does not exist',
        {
          decision: 'lines',
          lines: [
            { line: '1', promises: [{ status: 'accepted', quantity: '10', on: '2036-02-31' }] },
            { line: '2', promises: [{ status: 'accepted', quantity: '4' }] },
          ],
        },
        ['decision/date-invalid'],
      ],
      [
        'a line twice',
        {
          decision: 'lines',
          lines: [
            { line: '1', promises: [{ status: 'accepted', quantity: '10' }] },
            { line: '1', promises: [{ status: 'rejected', quantity: '10' }] },
            { line: '2', promises: [{ status: 'accepted', quantity: '4' }] },
          ],
        },
        ['decision/duplicate-line'],
      ],
    ])('a decision with %s', async (_what, posted, codes) => {
      const before = await everything(on);
      expect(codesOf(await decide(on, id, posted))).toEqual(codes);
      expect(await everything(on)).toEqual(before);
      expect(await stateOf(on, id)).toBe('awaiting-decision');
    });
  });

  test('rejected whole is answered so, and nothing of it may leave', async () => {
    const on = await testGateway(byBackOffice());
    const id = await orderOf(on, 'BO-3', twoLines);
    await answersOf(on);
    expect(await decide(on, id, { decision: 'reject', reason: 'we sell no hammers' })).toMatchObject({
      ok: true,
      value: { status: 'rejected' },
    });
    const [response] = await answersOf(on);
    expect(response?.segments[1]).toMatch(/^BAK\*00\*RD\*BO-3\*/); // rejected with detail: each line says so too
    const before = await everything(on);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '1' }] }))).toEqual([
      'shipment/order-not-decided',
    ]);
    expect(codesOf(await bill(on, id, { number: 'B-1' }))).toEqual(['invoice/nothing-to-bill']);
    expect(await everything(on)).toEqual(before);
    await expect(decide(on, on.context.newId(), { decision: 'accept' })).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('shipments and invoices', async () => {
  const on = await testGateway(byBackOffice());
  const id = await orderOf(on, 'SHIP-1', twoLines);
  await decide(on, id, { decision: 'accept' });
  await answersOf(on);

  test('what was not promised, nothing at all, or under a number used before is refused', async () => {
    const before = await everything(on);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '11' }] }))).toEqual([
      'shipment/over-shipped',
    ]);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '7', quantity: '1' }] }))).toEqual([
      'shipment/unknown-line',
    ]);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '0' }] }))).toEqual([
      'shipment/quantity-malformed',
    ]);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', packs: [{}] }))).toEqual([
      'shipment/pack-empty',
      'shipment/empty',
    ]);
    expect(codesOf(await bill(on, id, { number: 'B-1' }))).toEqual(['invoice/nothing-to-bill']);
    expect(await everything(on)).toEqual(before);
  });

  test('several shipments: each is told, labelled and met for itself', async () => {
    const first = await ship(on, id, {
      shipment: 'S-1',
      packs: [{ contents: [{ line: '1', quantity: '6' }] }, { contents: [{ line: '2', quantity: '1' }] }],
    });
    expect(first).toMatchObject({ ok: true, value: { invoiceNumber: null, state: { status: 'partly-shipped' } } });
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '1' }] }))).toEqual([
      'shipment/number-taken',
    ]);
    expect(codesOf(await ship(on, id, { shipment: 'S-2', lines: [{ line: '1', quantity: '5' }] }))).toEqual([
      'shipment/over-shipped',
    ]);
    const labels = first.ok ? first.value.ssccs : [];
    expect(new Set(labels).size).toBe(2);
    // A label of the back office's own: the one our series would give next is passed over.
    const own = ssccOf(0, '0614141', 3);
    const second = await ship(on, id, {
      shipment: 'S-2',
      packs: [{ sscc: own, contents: [{ line: '1', quantity: '4' }] }],
    });
    expect(second).toMatchObject({ ok: true, value: { ssccs: [] } });
    const before = await everything(on);
    expect(
      codesOf(
        await ship(on, id, { shipment: 'S-3', packs: [{ sscc: own, contents: [{ line: '2', quantity: '1' }] }] }),
      ),
    ).toEqual(['shipment/pack-duplicate']);
    expect(await everything(on)).toEqual(before);
    const third = await ship(on, id, { shipment: 'S-3', packs: [{ contents: [{ line: '2', quantity: '3' }] }] });
    expect(third).toMatchObject({
      ok: true,
      value: { ssccs: [ssccOf(0, '0614141', 4)], state: { status: 'shipped' } },
    });
    const notices = await answersOf(on);
    expect(notices.map(({ kind }) => kind)).toEqual(['856', '856', '856']);
    expect(
      notices.flatMap(({ segments }) => segments.filter((segment) => segment.startsWith('SN1'))).toSorted(),
    ).toEqual(['SN1**1*EA**4*EA', 'SN1**3*EA**4*EA', 'SN1**4*EA**10*EA', 'SN1**6*EA**10*EA']);
    const marked = notices.flatMap(({ segments }) => segments.filter((segment) => segment.startsWith('MAN*GM')));
    expect(new Set(marked).size).toBe(4);
    expect(
      await on.rows(
        `select subject_kind, state from expectation where kind in ('ship-notice', 'invoice') order by kind, state`,
      ),
    ).toEqual([
      { subject_kind: 'shipment', state: 'open' },
      { subject_kind: 'shipment', state: 'open' },
      { subject_kind: 'shipment', state: 'open' },
      { subject_kind: 'order', state: 'met' },
    ]);
  });

  test('the back office bills in parts; what has not left and what is billed already is refused', async () => {
    const before = await everything(on);
    expect(codesOf(await bill(on, id, { number: 'B-1', lines: [{ line: '1', quantity: '11' }] }))).toEqual([
      'invoice/not-shipped',
    ]);
    expect(
      codesOf(await bill(on, id, { number: 'B-1', lines: [{ line: '1', quantity: '1', price: { amount: '99' } }] })),
    ).toEqual(['invoice/price-differs']);
    expect(codesOf(await bill(on, id, { number: 'B-1', shipments: ['S-9'] }))).toEqual(['invoice/nothing-to-bill']);
    expect(await everything(on)).toEqual(before);
    expect(await bill(on, id, { number: 'B-1', shipments: ['S-1'] })).toMatchObject({
      ok: true,
      value: { number: 'B-1', due: '96.75' },
    });
    expect(codesOf(await bill(on, id, { number: 'B-1' }))).toEqual(['invoice/number-taken']);
    expect(await bill(on, id, { number: 'B-2' })).toMatchObject({
      ok: true,
      value: { due: '115.25', state: { status: 'invoiced' } },
    });
    expect(codesOf(await bill(on, id, { number: 'B-3' }))).toEqual(['invoice/nothing-to-bill']);
    const invoices = await answersOf(on);
    expect(invoices.map(({ segments }) => segments.find((segment) => segment.startsWith('TDS*')))).toEqual([
      'TDS*9675',
      'TDS*11525',
    ]);
    expect(await on.rows('select number, amount_minor, remaining_minor from open_item order by number')).toEqual([
      { number: 'B-1', amount_minor: 9675n, remaining_minor: 9675n },
      { number: 'B-2', amount_minor: 11525n, remaining_minor: 11525n },
    ]);
  });

  test('of eight at once with one number, one is made', async () => {
    const other = await orderOf(on, 'SHIP-2', [line850(1, 100, '12.5', 'HT-1001')]);
    await decide(on, other, { decision: 'accept' });
    const results = await Promise.all(
      Array.from({ length: 8 }, () => ship(on, other, { shipment: 'S-RACE', lines: [{ line: '1', quantity: '10' }] })),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(results.filter(({ ok }) => !ok).flatMap(codesOf))).toEqual(new Set(['shipment/number-taken']));
    // Of another order at the same time, too: the number is the company's.
    const third = await orderOf(on, 'SHIP-3', [line850(1, 100, '12.5', 'HT-1001')]);
    await decide(on, third, { decision: 'accept' });
    const both = await Promise.all(
      [other, third].map((one) => ship(on, one, { shipment: 'S-BOTH', lines: [{ line: '1', quantity: '10' }] })),
    );
    expect(both.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
    await answersOf(on);
  });
});

describe('an order that rules decide', () => {
  test('is held for a person where a rule says so, and goes on when they have decided', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ decision }) => ({ decision: { ...decision, onPriceMismatch: 'hold' } })),
    );
    const id = await orderOf(on, 'HELD-1', [line850(1, 10, '1.00', 'HT-1001')]);
    expect(await stateOf(on, id)).toBe('held');
    expect((await answersOf(on)).map(({ kind }) => kind)).toEqual(['997']);
    expect(await on.rows('select sum(reserved)::int as reserved from item_stock')).toEqual([{ reserved: 0 }]);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '1' }] }))).toEqual([
      'shipment/order-not-decided',
    ]);
    expect(
      await decide(on, id, {
        decision: 'lines',
        lines: [{ line: '1', price: { amount: '12.5' }, promises: [{ status: 'accepted', quantity: '10' }] }],
      }),
    ).toMatchObject({ ok: true });
    expect((await answersOf(on)).map(({ kind }) => kind)).toEqual(['855']);
    expect(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] })).toMatchObject({
      ok: true,
      value: { invoiceNumber: 'INV0000001' },
    });
    expect((await answersOf(on)).map(({ kind }) => kind).toSorted()).toEqual(['810', '856']);
  });

  test('a short line ships twice: what was reserved first, the backorder later, each billed', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'SHORT-1', [line850(1, 100, '24', 'HT-3001')]);
    const [response] = (await answersOf(on)).filter(({ kind }) => kind === '855');
    expect(
      response?.segments
        .filter((segment) => segment.startsWith('ACK*'))
        .map((segment) => segment.split('*').slice(1, 3).join(' ')),
    ).toEqual(['IA 60', 'IB 40']);
    const stock = () =>
      on.rows<{ on_hand: string; reserved: string }>(
        `select sum(on_hand)::text as on_hand, sum(reserved)::text as reserved from item_stock where item_id = 'HT-3001' and usage = 'production'`,
      );
    expect(await stock()).toEqual([{ on_hand: '60', reserved: '60' }]);
    expect(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '60' }] })).toMatchObject({
      ok: true,
      value: { state: { status: 'partly-shipped' } },
    });
    expect(await stock()).toEqual([{ on_hand: '0', reserved: '0' }]);
    expect(await ship(on, id, { shipment: 'S-2', lines: [{ line: '1', quantity: '40' }] })).toMatchObject({
      ok: true,
      value: { state: { status: 'invoiced' } },
    });
    expect(await stock()).toEqual([{ on_hand: '0', reserved: '0' }]);
    expect((await answersOf(on)).map(({ kind }) => kind).toSorted()).toEqual(['810', '810', '856', '856']);
    expect(await on.rows('select number, amount_minor from open_item order by number')).toEqual([
      { number: 'INV0000001', amount_minor: 144_000n },
      { number: 'INV0000002', amount_minor: 96_000n },
    ]);
  });

  test('a number the back office has given to an invoice of its own is passed over', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'OWN-1', [line850(1, 10, '12.5', 'HT-1001')]);
    await on.rows(
      `insert into invoice (id, company_id, partner_id, usage, number, order_id, document_id, body, at) select gen_random_uuid(), company_id, partner_id, usage, 'INV0000001', id, document_id, '{}', now() from purchase_order`,
    );
    expect(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] })).toMatchObject({
      ok: true,
      value: { invoiceNumber: 'INV0000002' },
    });
  });
});

describe('a further order with a known number', () => {
  const lineOf = (quantity: number) => [line850(1, quantity, '12.5', 'HT-1001')];
  const reserved = async (on: TestGateway) =>
    (await on.rows<{ reserved: string }>('select sum(reserved)::text as reserved from item_stock'))[0]?.reserved;

  test('05 takes the place of the first, also when that was answered and acknowledged', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'REPL-1', lineOf(10));
    await answersOf(on);
    expect(await reserved(on)).toBe('10');
    expect(await orderOf(on, 'REPL-1', lineOf(3), '05')).toBe(id);
    expect(await reserved(on)).toBe('3');
    const [response] = (await answersOf(on)).filter(({ kind }) => kind === '855');
    expect(response?.segments).toContain('ACK*IA*3*EA');
    expect(
      await on.rows(`select kind, state from expectation where subject_kind = 'order' order by kind, state`),
    ).toEqual([
      { kind: 'order-response', state: 'met' },
      { kind: 'order-response', state: 'met' },
      { kind: 'ship-notice', state: 'cancelled' },
      { kind: 'ship-notice', state: 'open' },
    ]);
    expect(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '3' }] })).toMatchObject({ ok: true });
    // Once goods have left it is too late.
    expect(await orderOf(on, 'REPL-1', lineOf(5), '05')).toBe(id);
    expect(
      await on.rows(`select state, state_reason from document where kind = 'order' order by at desc, id desc limit 1`),
    ).toEqual([{ state: 'rejected', state_reason: expect.stringContaining('goods have left') }]);
    expect(await stateOf(on, id)).toBe('invoiced');
  });

  test('05 to a back office waits for a new decision, without the old one', async () => {
    const on = await testGateway(byBackOffice());
    const id = await orderOf(on, 'REPL-2', lineOf(10));
    await decide(on, id, { decision: 'accept' });
    await orderOf(on, 'REPL-2', lineOf(3), '05');
    expect(await on.rows('select state, decision from purchase_order')).toEqual([
      { state: 'awaiting-decision', decision: null },
    ]);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] }))).toEqual([
      'shipment/order-not-decided',
    ]);
    expect(await decide(on, id, { decision: 'accept' })).toMatchObject({ ok: true });
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] }))).toEqual([
      'shipment/over-shipped',
    ]);
  });

  test('01 takes it back, and gives back what was reserved and expected', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CANC-1', lineOf(10));
    await orderOf(on, 'CANC-1', lineOf(10), '01');
    expect(await stateOf(on, id)).toBe('cancelled');
    expect(await reserved(on)).toBe('0');
    expect(await on.rows(`select state from expectation where kind = 'ship-notice'`)).toEqual([{ state: 'cancelled' }]);
    expect(codesOf(await ship(on, id, { shipment: 'S-1', lines: [{ line: '1', quantity: '1' }] }))).toEqual([
      'shipment/order-not-decided',
    ]);
    await orderOf(on, 'CANC-1', lineOf(10), '01');
    await orderOf(on, 'CANC-1', lineOf(10), '05');
    expect(
      (await on.rows<{ state: string }>(`select state from document where kind = 'order' order by at, id`)).map(
        ({ state }) => state,
      ),
    ).toEqual(['processed', 'processed', 'processed', 'rejected']);
    expect(await stateOf(on, id)).toBe('cancelled');
  });

  test('07 is a copy: kept, and nothing happens', async () => {
    const on = await testGateway();
    await orderOf(on, 'COPY-1', lineOf(10));
    await answersOf(on);
    await orderOf(on, 'COPY-1', lineOf(99), '07');
    expect((await answersOf(on)).map(({ kind }) => kind)).toEqual(['997']);
    expect(await reserved(on)).toBe('10');
    expect(await on.rows(`select type from event where type like 'order/cop%'`)).toEqual([{ type: 'order/copied' }]);
  });

  test('of a test is another order: its goods, numbers and answers are its own', async () => {
    const on = await testGateway();
    const production = await orderOf(on, 'BOTH-1', lineOf(10));
    const trial = await orderOf(on, 'BOTH-1', lineOf(10), '00', 'T');
    expect(trial).not.toBe(production);
    expect(await ship(on, trial, { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] })).toMatchObject({
      ok: true,
      value: { invoiceNumber: 'TINV0000001' },
    });
    expect(await ship(on, production, { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] })).toMatchObject({
      ok: true,
      value: { invoiceNumber: 'INV0000001' },
    });
    const answers = await answersOf(on);
    expect(
      answers
        .filter(({ usage }) => usage === 'T')
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['810', '855', '856', '997']);
    expect(
      answers
        .filter(({ usage }) => usage === 'P')
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['810', '855', '856', '997']);
    expect(
      await on.rows(
        `select usage, sum(on_hand)::int as on_hand from item_stock where item_id = 'HT-1001' group by 1 order by 1`,
      ),
    ).toEqual([
      { usage: 'production', on_hand: 1_090 },
      { usage: 'test', on_hand: 1_090 },
    ]);
  });
});

describe('an announcement', () => {
  interface Heard {
    readonly headers: IncomingMessage['headers'];
    readonly body: {
      id: string;
      type: string;
      data: { orderId: string; number: string; usage: string; document: { lines: unknown[] } };
    };
  }
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
  });
  async function backOffice(statuses: (number | 'hang up')[]) {
    const heard: Heard[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      heard.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const status = statuses.shift() ?? 204;
      if (status === 'hang up') return void request.socket.destroy();
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders` };
  }
  const announced = (on: TestGateway) => on.rows('select state from announcement');

  test('tells the back office of a waiting order, and again until it is heard, under one id', async () => {
    const { heard, url } = await backOffice([503, 'hang up', 429]);
    const on = await testGateway(byBackOffice(url));
    await on.receive(channel, order850('TELL-1', control++, twoLines));
    await on.settle();
    expect(on.failures.splice(0)).toEqual([
      expect.stringMatching(/^deliver: partner-refused-for-now: .* answered 503\. → retry$/),
    ]);
    expect(await announced(on)).toEqual([{ state: 'ready' }]);
    on.clock.move(1);
    await on.settle();
    expect(on.failures.splice(0)).toEqual([expect.stringMatching(/^deliver: partner-unreachable/)]);
    on.clock.move(5);
    await on.settle();
    on.clock.move(10);
    await on.settle();
    expect(on.failures.splice(0)).toHaveLength(1);
    expect(await announced(on)).toEqual([{ state: 'sent' }]);
    expect(heard).toHaveLength(4);
    expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [order] = await on.rows<{ id: string }>('select id from purchase_order');
    expect(heard[0]?.body).toMatchObject({
      type: 'order.awaiting-decision',
      data: {
        orderId: order?.id,
        number: 'TELL-1',
        partner: 'brightmart',
        usage: 'production',
        document: { number: 'TELL-1' },
      },
    });
    expect(heard[0]?.body.id).toBe(heard[0]?.headers['webhook-id']);
    expect(heard[0]?.headers['webhook-timestamp']).toMatch(/^\d{10}$/);
    // The order waited for no announcement.
    expect(await decide(on, order?.id ?? '', { decision: 'accept' })).toMatchObject({ ok: true });
  });

  test('that is refused for good is parked for a person, and a redirect is not followed', async () => {
    const { heard, url } = await backOffice([401, 302, 200]);
    const on = await testGateway(byBackOffice(url));
    await on.receive(channel, order850('TELL-2', control++, twoLines));
    await on.settle();
    expect(on.failures.splice(0)).toEqual([
      expect.stringMatching(/^deliver: partner-refused: .* answered 401\. → park$/),
    ]);
    await on.receive(channel, order850('TELL-3', control++, twoLines));
    await on.settle();
    expect(on.failures.splice(0)).toHaveLength(1);
    expect(heard).toHaveLength(2);
    expect(await on.rows(`select state from work where kind = 'deliver' order by state`)).toEqual([
      { state: 'parked' },
      { state: 'ready' },
    ]);
  });
});
