import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { remittanceWaitMs } from '../../src/flows/waiting.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { enterOpenItems, ledgerOf, openItemRow, type Paid, remittance820 } from '../support/ledger.ts';

const channel = 'brightmart/folder';
let control = 1;

async function take(on: TestGateway, text: string): Promise<void> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
}
const linesOf = (on: TestGateway, trace: string) =>
  on.rows<{ reference: string; outcome: string; reason: string }>(
    `select l.reference, l.outcome, l.reason from remittance_line l join remittance r on r.id = l.remittance_id where r.trace = $1 order by l.ordinal`,
    trace,
  );

describe('an 820', () => {
  test('in part, in full and over: what is sure is applied, the rest is shown', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [
      openItemRow('INV-10001', 10_000n),
      openItemRow('INV-10002', 5_000n),
      openItemRow('INV-10003', 700n),
    ]);
    await take(on, remittance820('PART', control++, 4_000n, [{ reference: 'INV-10001', cents: 4_000n }]));
    await take(
      on,
      remittance820('FULL', control++, 11_800n, [
        { reference: 'inv 10001', cents: 6_000n },
        { reference: 'INV-10002', cents: 5_000n },
        { reference: 'INV-10003', cents: 800n },
      ]),
    );
    expect(await ledgerOf(on)).toEqual({
      items: [
        { number: 'INV-10001', usage: 'production', amount: 10_000n, remaining: 0n },
        { number: 'INV-10002', usage: 'production', amount: 5_000n, remaining: 0n },
        { number: 'INV-10003', usage: 'production', amount: 700n, remaining: 700n },
      ],
      remittances: [
        { trace: 'PART', state: 'applied', amount: 4_000n, applied: 4_000n },
        { trace: 'FULL', state: 'partly-applied', amount: 11_800n, applied: 11_000n },
      ],
    });
    expect(await linesOf(on, 'FULL')).toEqual([
      { reference: 'inv 10001', outcome: 'applied', reason: 'exact-amount' },
      { reference: 'INV-10002', outcome: 'applied', reason: 'exact-amount' },
      { reference: 'INV-10003', outcome: 'review', reason: 'paid-too-much' },
    ]);
    // What waits for a person keeps its item: the next one does not take it from under them.
    await take(on, remittance820('NEXT', control++, 700n, [{ reference: 'INV-10003', cents: 700n }]));
    expect(await linesOf(on, 'NEXT')).toMatchObject([{ outcome: 'review', reason: 'item-claimed' }]);
  });

  test('that does not add up moves nothing', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [openItemRow('INV-10001', 10_000n)]);
    await take(on, remittance820('SUM', control++, 9_999n, [{ reference: 'INV-10001', cents: 10_000n }]));
    expect(await ledgerOf(on)).toMatchObject({
      items: [{ remaining: 10_000n }],
      remittances: [{ state: 'review', applied: 0n }],
    });
    expect(await linesOf(on, 'SUM')).toMatchObject([{ outcome: 'review', reason: 'out-of-balance' }]);
  });

  test('with an unknown reference waits as a whole, and after its deadline is applied as far as it is sure', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [openItemRow('INV-10001', 10_000n)]);
    const lines = [
      { reference: 'INV-10001', cents: 10_000n },
      { reference: 'INV-19999', cents: 100n },
    ];
    await take(on, remittance820('WAIT', control++, 10_100n, lines));
    expect(await ledgerOf(on)).toMatchObject({
      items: [{ remaining: 10_000n }],
      remittances: [{ state: 'waiting', applied: 0n }],
    });
    expect(await linesOf(on, 'WAIT')).toMatchObject([{ outcome: 'waits' }, { outcome: 'waits' }]);
    expect(await on.rows(`select state, waits_for from document where kind = 'remittance'`)).toEqual([
      { state: 'waiting', waits_for: ['invoice:INV19999'] },
    ]);
    on.clock.move(2);
    await on.settle();
    expect(await on.rows(`select count(*)::int as count from work where state <> 'done'`)).toEqual([{ count: 1 }]);
    on.clock.move(remittanceWaitMs / 60_000);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await ledgerOf(on)).toMatchObject({
      items: [{ remaining: 0n }],
      remittances: [{ state: 'partly-applied', applied: 10_000n }],
    });
    expect(await linesOf(on, 'WAIT')).toEqual([
      { reference: 'INV-10001', outcome: 'applied', reason: 'exact-amount' },
      { reference: 'INV-19999', outcome: 'waits', reason: 'invoice-not-yet-known' },
    ]);
    expect(await on.rows(`select state, waits_for from document where kind = 'remittance'`)).toEqual([
      { state: 'processed', waits_for: null },
    ]);
    on.clock.move(100_000);
    expect(await on.settle()).toBe(0);
  });

  test('for an invoice not yet made is applied when the invoice appears', async () => {
    const on = await testGateway();
    await take(on, order850('LATE-1', control++, [line850(1, 10, '12.5', 'HT-1001')]));
    await take(on, remittance820('EARLY', control++, 12_500n, [{ reference: 'INV0000001', cents: 12_500n }]));
    expect(await ledgerOf(on)).toMatchObject({ items: [], remittances: [{ state: 'waiting' }] });
    const [order] = await on.rows<{ id: string }>('select id from purchase_order');
    const posted = await on.database.inTransaction((tx) =>
      postShipment(
        on.context,
        tx,
        order?.id ?? '',
        { shipment: 'S-1', lines: [{ line: '1', quantity: '10' }] },
        'back-office',
      ),
    );
    expect(posted).toMatchObject({ ok: true, value: { invoiceNumber: 'INV0000001' } });
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await ledgerOf(on)).toMatchObject({
      items: [{ remaining: 0n }],
      remittances: [{ state: 'applied', applied: 12_500n }],
    });
    expect(await on.rows(`select state from expectation where kind = 'remittance'`)).toEqual([{ state: 'met' }]);
    // What was to wake it at its deadline finds nothing to do.
    on.clock.move(100_000);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await ledgerOf(on)).toMatchObject({ remittances: [{ state: 'applied', applied: 12_500n }] });
  });

  test('made in the same moment as its invoice is found by the second look', async () => {
    const on = await testGateway();
    await take(on, remittance820('SAME', control++, 500n, [{ reference: 'INV-10009', cents: 500n }]));
    // As if the invoice had been written by a transaction that did not see it waiting: nobody wakes it.
    await enterOpenItems(on, [openItemRow('INV-10009', 500n)]);
    on.clock.move(2);
    await on.settle();
    expect(await ledgerOf(on)).toMatchObject({ items: [{ remaining: 0n }], remittances: [{ state: 'applied' }] });
  });

  test('announced twice is applied once, also when the first still waited', async () => {
    const on = await testGateway();
    const lines = [{ reference: 'INV-10001', cents: 10_000n }];
    await take(on, remittance820('TWICE', control++, 10_000n, lines));
    await take(on, remittance820('TWICE', control++, 10_000n, lines));
    expect((await ledgerOf(on)).remittances.map(({ state }) => state)).toEqual(['waiting', 'review']);
    await enterOpenItems(on, [openItemRow('INV-10001', 10_000n)]);
    on.clock.move(2);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await ledgerOf(on)).toMatchObject({
      items: [{ remaining: 0n }],
      remittances: [
        { state: 'applied', applied: 10_000n },
        { state: 'review', applied: 0n },
      ],
    });
    // And once more after it was applied.
    await take(on, remittance820('TWICE', control++, 10_000n, lines));
    expect((await ledgerOf(on)).remittances.map(({ state }) => state)).toEqual(['applied', 'review', 'review']);
  });

  test('of a test cannot touch a production invoice of the same number', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [openItemRow('INV-10001', 10_000n), openItemRow('INV-10001', 10_000n, { usage: 'test' })]);
    const lines = [{ reference: 'INV-10001', cents: 10_000n }];
    await take(on, remittance820('USE', control++, 10_000n, lines, 'T'));
    expect((await ledgerOf(on)).items).toMatchObject([
      { usage: 'production', remaining: 10_000n },
      { usage: 'test', remaining: 0n },
    ]);
    // The same payment in production is no repetition of it.
    await take(on, remittance820('USE', control++, 10_000n, lines));
    expect((await ledgerOf(on)).items).toMatchObject([{ remaining: 0n }, { remaining: 0n }]);
    // A test that names only what is production waits, and then is a person's.
    await enterOpenItems(on, [openItemRow('INV-10002', 10_000n)]);
    await take(on, remittance820('USE-2', control++, 10_000n, [{ reference: 'INV-10002', cents: 10_000n }], 'T'));
    on.clock.move(2);
    await on.settle();
    on.clock.move(remittanceWaitMs / 60_000);
    await on.settle();
    expect((await ledgerOf(on)).items.find(({ number }) => number === 'INV-10002')).toMatchObject({
      remaining: 10_000n,
    });
  });

  test('cannot pay what another partner owes', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [openItemRow('INV-10001', 10_000n, { partner_id: 'cedarsupply' })]);
    await take(on, remittance820('THEIRS', control++, 10_000n, [{ reference: 'INV-10001', cents: 10_000n }]));
    expect(await ledgerOf(on)).toMatchObject({ items: [{ remaining: 10_000n }], remittances: [{ state: 'review' }] });
    expect(await linesOf(on, 'THEIRS')).toMatchObject([{ reason: 'another-payers-item' }]);
  });

  test('that only a credit could be tied of does not use the credit up alone', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [openItemRow('CRD-10001', 5_000n, { kind: 'credit' })]);
    await take(
      on,
      remittance820('NET', control++, 1_000n, [
        { reference: 'INV-19999', cents: 6_000n },
        { reference: 'CRD-10001', cents: -5_000n, kind: 'CM' },
      ]),
    );
    on.clock.move(2);
    await on.settle();
    on.clock.move(remittanceWaitMs / 60_000);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await ledgerOf(on)).toMatchObject({ items: [{ remaining: 5_000n }], remittances: [{ applied: 0n }] });
  });
});

describe('remittances at once', () => {
  test('of eight for one invoice exactly one is applied', async () => {
    const on = await testGateway();
    await enterOpenItems(on, [openItemRow('INV-10001', 10_000n)]);
    for (let index = 0; index < 8; index++) {
      await on.receive(
        channel,
        remittance820(`RACE-${index}`, control++, 10_000n, [{ reference: 'INV-10001', cents: 10_000n }]),
      );
    }
    await on.settleAtOnce();
    expect(on.failures).toEqual([]);
    const { items, remittances } = await ledgerOf(on);
    expect(items).toMatchObject([{ remaining: 0n }]);
    expect(remittances.filter(({ state }) => state === 'applied')).toHaveLength(1);
    expect(remittances.filter(({ state }) => state === 'review')).toHaveLength(7);
    expect(await on.rows('select count(*)::int as count from application')).toEqual([{ count: 1 }]);
  });

  test('whatever comes, nothing is paid below nothing and every cent is where its applications say', async () => {
    const on = await testGateway();
    let run = 0;
    const amount = fc.bigInt({ min: 1n, max: 5_000n });
    const payment = fc.record({
      lines: fc.array(
        fc.record({
          item: fc.nat({ max: 4 }),
          // As it stands open, so much less or more, or something else.
          how: fc.oneof(fc.constant('exact' as const), amount),
          credit: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      off: fc.oneof({ weight: 9, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: amount }),
      repeated: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ amount, credit: fc.boolean() }), { minLength: 1, maxLength: 4 }),
        fc.array(payment, { minLength: 1, maxLength: 5 }),
        async (owed, payments) => {
          run += 1;
          const items = owed.map(({ amount: cents, credit }, index) =>
            openItemRow(`N${run}-4000${index}`, cents, { kind: credit ? 'credit' : 'invoice' }),
          );
          await enterOpenItems(on, items);
          for (const [index, { lines, off, repeated }] of payments.entries()) {
            const paid = lines.map(({ item, how, credit }): Paid => {
              const target = items[item];
              const cents = how === 'exact' ? (target?.amount_minor ?? 77n) : how;
              const back = target === undefined ? credit : target.kind === 'credit';
              return { reference: `N${run}-4000${item}`, cents: back ? -cents : cents, kind: back ? 'CM' : 'IV' };
            });
            const total = paid.reduce((sum, { cents }) => sum + cents, off);
            if (total < 0n) continue;
            await on.receive(channel, remittance820(`P${run}-${index}`, control++, total, paid));
            if (repeated) await on.receive(channel, remittance820(`P${run}-${index}`, control++, total, paid));
          }
          await on.settleAtOnce(4);
          on.clock.move(2);
          await on.settleAtOnce(4);
          on.clock.move(remittanceWaitMs / 60_000);
          await on.settleAtOnce(4);
          expect(on.failures.splice(0)).toEqual([]);
          const wrong = await on.rows(
            `select o.number from open_item o left join (select open_item_id, sum(cash_minor + discount_minor) as laid from application group by 1) a on a.open_item_id = o.id
             where o.remaining_minor < 0 or o.remaining_minor <> o.amount_minor - coalesce(a.laid, 0)`,
          );
          expect(wrong).toEqual([]);
          const unbalanced = await on.rows(
            `select r.trace, r.amount_minor, r.applied_minor from remittance r left join (
               select a.remittance_id, sum(case when o.kind = 'credit' then -a.cash_minor else a.cash_minor end) as applied
               from application a join open_item o on o.id = a.open_item_id group by 1) a on a.remittance_id = r.id
             where r.applied_minor <> coalesce(a.applied, 0) or r.applied_minor < 0 or r.applied_minor > r.amount_minor`,
          );
          expect(unbalanced).toEqual([]);
          // One announcement, however often it comes, is applied once.
          const twice = await on.rows(
            `select trace from remittance where trace like $1 and applied_minor > 0 group by trace having count(*) > 1`,
            `P${run}-%`,
          );
          expect(twice).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });
});
