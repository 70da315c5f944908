import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Work } from '../../src/core/work.ts';
import { findOverdue } from '../../src/flows/expire.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { readAnswers, withAgreements } from '../support/answers.ts';
import { acknowledgmentOf, interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { remittance820 } from '../support/ledger.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';

/** How much there is of everything: what a second run must not add to. */
const TABLES = [
  'transmission',
  'raw_file',
  'raw_chunk',
  'content_claim',
  'interchange',
  'functional_group',
  'transaction',
  'control_number_claim',
  'problem',
  'document',
  'acknowledgment',
  'purchase_order',
  'reservation',
  'shipment',
  'sscc',
  'invoice',
  'open_item',
  'remittance',
  'remittance_line',
  'application',
  'delivery',
  'delivery_attempt',
  'receipt',
  'expectation',
  'event',
  'event_object',
  'announcement',
  'work',
] as const;

async function counts(on: TestGateway): Promise<Record<string, number>> {
  const [row] = await on.rows<Record<string, number>>(
    `select ${TABLES.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')},
       (select sum(last)::int from control_number_range) as numbers, (select sum(reserved)::text from item_stock) as reserved,
       (select sum(on_hand)::text from item_stock) as on_hand, (select sum(remaining_minor)::text from open_item) as remaining`,
  );
  return row ?? {};
}

/** Runs every piece of work twice, by the same attempt and by a later one; the second time nothing may change. */
async function settleTwice(on: TestGateway): Promise<Set<string>> {
  const kinds = new Set<string>();
  for (;;) {
    const claimed = await on.claim();
    if (claimed.length === 0) return kinds;
    for (const work of claimed) {
      await on.run(work);
      kinds.add(work.kind);
      const before = await counts(on);
      await on.handlers[work.kind](work);
      expect(await counts(on), `${work.kind} run twice`).toEqual(before);
      await on.handlers[work.kind]({ ...work, attempts: work.attempts + 1 });
      expect(await counts(on), `${work.kind} by a later attempt`).toEqual(before);
      // A job that comes again for work that is done.
      await on.run(work);
      expect(await counts(on), `${work.kind} as a job again`).toEqual(before);
    }
  }
}

test('every kind of work may run twice: its effects happen once', async () => {
  const on = await testGateway(
    withAgreements('brightmart', 'in', ({ acknowledgment }) => ({
      acknowledgment: { ...acknowledgment, repeatOnDuplicate: true },
    })),
  );
  const kinds = new Set<string>();
  const settle = async () => {
    for (const kind of await settleTwice(on)) kinds.add(kind);
    expect(on.failures.splice(0)).toEqual([]);
  };
  await on.receive(channel, order850('ONCE-1', 1, [line850(1, 10, '12.5', 'HT-1001')]));
  await settle();
  const response = (await readAnswers(await on.outbox(outbox))).find(({ kind }) => kind === '855');
  // The same file again: its 997 is delivered again.
  await on.receive(channel, order850('ONCE-1', 1, [line850(1, 10, '12.5', 'HT-1001')]));
  await on.receive(channel, acknowledgmentOf(response?.text ?? '', 2));
  await on.receive(channel, interchange('FA', 3, '997', ['AK1*PR*4711', 'AK9*A*1*1*1']));
  await on.receive(channel, remittance820('EARLY', 4, 12_500n, [{ reference: 'INV0000001', cents: 12_500n }]));
  await settle();
  const [order] = await on.rows<{ id: string }>('select id from purchase_order');
  await on.database.inTransaction((tx) =>
    postShipment(
      on.context,
      tx,
      order?.id ?? '',
      { shipment: 'S-1', packs: [{ contents: [{ line: '1', quantity: '10' }] }] },
      'back-office',
    ),
  );
  await settle();
  on.clock.move(60 * 24 * 40);
  const overdue = await findOverdue(on.context);
  expect(overdue).toBeGreaterThan(0);
  await settle();
  // A file of several interchanges and batches brings `close` with it.
  await on.receive(
    channel,
    Array.from({ length: 210 }, (_, index) =>
      order850(`MANY-${index}`, 100 + index, [line850(1, 1, '12.5', 'HT-1001')]),
    ).join(''),
  );
  for (const kind of ['split', 'close']) {
    for (const work of await on.claim()) {
      kinds.add(work.kind);
      expect(work.kind).toBe(kind);
      await on.run(work);
      const before = await counts(on);
      await on.handlers[work.kind](work);
      await on.handlers[work.kind]({ ...work, attempts: work.attempts + 1 });
      expect(await counts(on)).toEqual(before);
    }
  }
  expect([...kinds].toSorted()).toEqual(['close', 'compose', 'deliver', 'expire', 'process', 'reconcile', 'split']);
}, 240_000);

describe('two workers with one piece of work', () => {
  /** As a relay that believes the first worker dead: the work is claimed once more, and both go on. */
  async function claimedTwice(on: TestGateway, kind: string): Promise<[Work, Work]> {
    for (;;) {
      const claimed = await on.claim();
      const wanted = claimed.find((work) => work.kind === kind);
      for (const work of claimed) if (work !== wanted) await on.run(work);
      if (claimed.length === 0) throw new Error(`no ${kind} came`);
      if (wanted === undefined) continue;
      await on.rows(`update work set attempts = attempts + 1 where id = $1`, wanted.id);
      return [wanted, { ...wanted, attempts: wanted.attempts + 1 }];
    }
  }

  test.each(['split', 'process', 'compose'])('%s: at once, its effects happen once', async (kind) => {
    const on = await testGateway();
    await on.receive(channel, order850('BOTH-1', 1, [line850(1, 10, '12.5', 'HT-1001')]));
    const [first, second] = await claimedTwice(on, kind);
    await Promise.all([on.handlers[first.kind](first), on.handlers[second.kind](second)]);
    await on.settle();
    expect(on.failures).toEqual([]);
    const answers = await readAnswers(await on.outbox(outbox));
    expect(answers.map((answer) => answer.kind).toSorted()).toEqual(['855', '997']);
    expect(answers.map(({ controlNumber }) => controlNumber).toSorted()).toEqual(['000000001', '000000002']);
    expect(await on.rows(`select state, count(*)::int from delivery group by 1`)).toEqual([
      { state: 'sent', count: 2 },
    ]);
    expect(await on.rows(`select sum(reserved)::int as reserved from item_stock`)).toEqual([{ reserved: 10 }]);
    expect(await on.rows(`select kind from work where state <> 'done'`)).toEqual([]);
  });

  test('a delivery that one has brought is not begun again by the other', async () => {
    const on = await testGateway();
    const folder = join(on.dataFolder, outbox);
    await rename(folder, `${folder}.away`);
    await on.receive(channel, order850('LATE-1', 1, [line850(1, 10, '12.5', 'HT-1001')]));
    await on.settle();
    await rename(`${folder}.away`, folder);
    on.failures.splice(0);
    on.clock.move(1);
    const works = await on.claim();
    expect(works.map(({ kind }) => kind)).toEqual(['compose', 'compose']);
    for (const work of works) {
      await on.rows('update work set attempts = attempts + 1 where id = $1', work.id);
      await on.handlers.compose({ ...work, attempts: work.attempts + 1 });
      // The first attempt wakes up, having looked before the other was through.
      await on.handlers.compose(work);
    }
    expect(await on.rows('select state from delivery')).toEqual([{ state: 'sent' }, { state: 'sent' }]);
    expect(
      await on.rows('select delivery_id, count(*)::int from delivery_attempt group by 1 having count(*) <> 2'),
    ).toEqual([]);
    expect((await readAnswers(await on.outbox(outbox))).map(({ kind }) => kind).toSorted()).toEqual(['855', '997']);
  });
});
