import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { readAnswers } from '../support/answers.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';
const lines = [line850(1, 5, '12.5', 'HT-1001')];

/** In which order work was begun, by what it was about; and how many of one key were ever under way together. */
function watched(on: TestGateway) {
  const begun: string[] = [];
  const underWay = new Map<string, number>();
  let together = 0;
  const numberOf = async (subject: string): Promise<string> => {
    const [row] = await on.rows<{ number: string; kind: string }>(
      'select number, kind from document where id::text = $1',
      subject,
    );
    return row === undefined ? '' : `${row.kind} ${row.number}`;
  };
  return {
    begun,
    together: () => together,
    async settle(workers: number): Promise<void> {
      for (;;) {
        const claimed = [...(await on.claim())];
        if (claimed.length === 0) return;
        const worker = async () => {
          for (let work = claimed.shift(); work !== undefined; work = claimed.shift()) {
            const key = work.orderKey ?? work.id;
            underWay.set(key, (underWay.get(key) ?? 0) + 1);
            together = Math.max(together, underWay.get(key) ?? 0);
            begun.push(`${work.kind} ${await numberOf(work.subjectId)}`);
            await on.run(work);
            underWay.set(key, (underWay.get(key) ?? 0) - 1);
          }
        };
        await Promise.all(Array.from({ length: workers }, worker));
      }
    },
  };
}

describe('orders with one number', () => {
  test('of one partner are processed one at a time, as they came', async () => {
    const on = await testGateway();
    const watch = watched(on);
    const same = Array.from({ length: 6 }, (_, index) =>
      order850('SAME', 10 + index, [line850(1, index + 1, '12.5', 'HT-1001')], { purpose: index === 0 ? '00' : '05' }),
    );
    await on.receive(channel, same.join(''));
    for (let index = 0; index < 6; index++) await on.receive(channel, order850(`OTHER-${index}`, 20 + index, lines));
    await watch.settle(8);
    expect(on.failures).toEqual([]);
    expect(watch.together()).toBe(1);
    // The last replacement stands, whatever else went on beside.
    expect(
      await on.rows(
        `select o.body #>> '{lines,0,ordered}' as ordered, (select sum(quantity)::int from reservation r where r.order_id = o.id) as reserved from purchase_order o where number = 'SAME'`,
      ),
    ).toEqual([{ ordered: '6', reserved: 6 }]);
    const documents = await on.rows<{ quantity: string }>(
      `select body #>> '{lines,0,promises,0,quantity}' as quantity from document where kind = 'order-response' and number = 'SAME' order by at, id`,
    );
    expect(documents.map(({ quantity }) => quantity)).toEqual(['1', '2', '3', '4', '5', '6']);
    const sent = (await readAnswers(await on.outbox(outbox)))
      .filter(({ kind, text }) => kind === '855' && text.includes('*SAME*'))
      .toSorted((a, b) => (a.controlNumber < b.controlNumber ? -1 : 1));
    expect(sent.map(({ text }) => /PO1\*1\*(\d+)/.exec(text)?.[1])).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('of a channel that is first in, first out: everything of it, whatever its number', async () => {
    const on = await testGateway((configuration) => ({
      ...configuration,
      channels: configuration.channels.map((one) => (one.id === channel ? { ...one, firstInFirstOut: true } : one)),
    }));
    const watch = watched(on);
    for (let index = 0; index < 5; index++) await on.receive(channel, order850(`FIFO-${index}`, 10 + index, lines));
    await watch.settle(8);
    expect(on.failures).toEqual([]);
    expect(watch.together()).toBe(1);
    expect(watch.begun.filter((what) => what.startsWith('process'))).toEqual(
      [0, 1, 2, 3, 4].map((index) => `process order FIFO-${index}`),
    );
    // What we answer does not stand in that row: a partner that is down must not keep us from reading.
    expect(
      await on.rows(`select distinct order_key from work where kind = 'compose' and order_key like 'channel:%'`),
    ).toEqual([]);
  });
});

describe('what refers to an order that has not come', () => {
  const state = (on: TestGateway) =>
    on.rows<{ state: string; status: string | null }>(
      `select d.state, (select o.state from purchase_order o where o.number = d.number) as status from document d where d.kind = 'order' order by d.at, d.id`,
    );
  const cancel = (number: string, control: number) => order850(number, control, lines, { purpose: '01' });

  test('waits for it, and takes it back when it comes', async () => {
    const on = await testGateway();
    await on.receive(channel, cancel('EARLY-1', 1));
    await on.settle();
    expect(await state(on)).toEqual([{ state: 'waiting', status: null }]);
    await on.receive(channel, order850('EARLY-1', 2, lines));
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await state(on)).toEqual([
      { state: 'processed', status: 'cancelled' },
      { state: 'processed', status: 'cancelled' },
    ]);
    expect(await on.rows('select sum(reserved)::int as reserved from item_stock')).toEqual([{ reserved: 0 }]);
    on.clock.move(100);
    await on.settle();
    expect(on.failures).toEqual([]);
  });

  test('is what it says of an order that never came, after its deadline', async () => {
    const on = await testGateway();
    await on.receive(channel, cancel('NEVER-1', 1));
    await on.receive(channel, order850('NEVER-2', 2, lines, { purpose: '05' }));
    await on.settle();
    on.clock.move(2);
    await on.settle();
    expect((await state(on)).map((one) => one.state)).toEqual(['waiting', 'waiting']);
    on.clock.move(10);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await state(on)).toEqual([
      { state: 'rejected', status: null },
      { state: 'processed', status: 'decided' },
    ]);
  });

  test('waits for the one of its own partner, usage and release', async () => {
    const on = await testGateway();
    await on.receive(channel, cancel('OWN-1', 1));
    await on.receive(channel, order850('OWN-1', 2, lines, { usage: 'T' }));
    await on.settle();
    expect(await on.rows(`select state from purchase_order`)).toEqual([{ state: 'decided' }]);
    expect((await state(on)).map((one) => one.state)).toEqual(['waiting', 'processed']);
  });
});

describe('an invoice', () => {
  test('does not leave before its ship notice, though that fails first and is tried again', async () => {
    const on = await testGateway();
    await on.receive(channel, order850('ROW-1', 1, lines));
    await on.settle();
    await on.outbox(outbox);
    const folder = join(on.dataFolder, outbox);
    await rename(folder, `${folder}.away`);
    const [order] = await on.rows<{ id: string }>('select id from purchase_order');
    const posted = await on.database.inTransaction((tx) =>
      postShipment(
        on.context,
        tx,
        order?.id ?? '',
        { shipment: 'S-1', lines: [{ line: '1', quantity: '5' }] },
        'back-office',
      ),
    );
    expect(posted).toMatchObject({ ok: true });
    await on.settleAtOnce();
    // The notice failed; the invoice was not even begun.
    expect(on.failures).toEqual([expect.stringMatching(/^compose: partner-unreachable/)]);
    expect(
      await on.rows(
        `select kind, state from document where direction = 'out' and kind <> 'order-response' order by kind`,
      ),
    ).toEqual([
      { kind: 'invoice', state: 'entered' },
      { kind: 'ship-notice', state: 'composed' },
    ]);
    on.clock.move(1);
    await on.settleAtOnce();
    await rename(`${folder}.away`, folder);
    on.clock.move(10);
    await on.settleAtOnce();
    const answers = await readAnswers(await on.outbox(outbox));
    const numberOf = (kind: string) => answers.find((answer) => answer.kind === kind)?.controlNumber ?? '';
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['810', '856']);
    expect(numberOf('856') < numberOf('810')).toBe(true);
    // Every attempt is on record, with the same file and number.
    expect(
      await on.rows(
        `select y.file_name, count(*)::int as attempts, array_agg(distinct a.outcome order by a.outcome) as outcomes from delivery y join delivery_attempt a on a.delivery_id = y.id join document d on d.id = y.document_id where d.kind = 'ship-notice' group by 1`,
      ),
    ).toEqual([
      {
        file_name: answers.find(({ kind }) => kind === '856')?.name,
        attempts: 3,
        outcomes: ['partner-unreachable', 'sent'],
      },
    ]);
  });

  test('of another order is not kept waiting', async () => {
    const on = await testGateway();
    await on.receive(channel, order850('ROW-1', 1, lines));
    await on.receive(channel, order850('ROW-2', 2, lines));
    await on.settle();
    await on.outbox(outbox);
    const orders = await on.rows<{ id: string; number: string }>(
      'select id, number from purchase_order order by number',
    );
    for (const [index, { id }] of orders.entries()) {
      await on.database.inTransaction((tx) =>
        postShipment(
          on.context,
          tx,
          id,
          { shipment: `S-${index}`, lines: [{ line: '1', quantity: '5' }] },
          'back-office',
        ),
      );
    }
    // What was to be said of the first cannot be written: its row waits for a person, the second's goes on.
    await on.rows(
      `update document set body = jsonb_set(body, '{number}', '"x~y"') where kind = 'ship-notice' and number = 'S-0'`,
    );
    await on.settleAtOnce();
    expect(on.failures.splice(0)).toEqual([expect.stringMatching(/^compose: document-unwritable.*→ park$/)]);
    const answers = await readAnswers(await on.outbox(outbox));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['810', '856']);
    expect(answers.every(({ text }) => text.includes('ROW-2'))).toBe(true);
    expect(await on.rows(`select kind, state from work where state <> 'done' order by state`)).toEqual([
      { kind: 'compose', state: 'parked' },
      { kind: 'compose', state: 'ready' },
    ]);
  });
});
