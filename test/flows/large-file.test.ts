import { describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { runWork } from '../../src/flows/run-work.ts';
import { type BatchLimits, batchLimits } from '../../src/flows/split/batch.ts';
import { openSplitter } from '../../src/flows/split/split.ts';
import type { Database } from '../../src/store/database.ts';
import { claimWork } from '../../src/store/work/claim-work.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { readAnswers } from '../support/answers.ts';
import { interchange, isa, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/** Small, so that a small file has many batches: each can then be cut off. */
const limits: BatchLimits = { transactionsMax: 15, bytesMax: 100_000, rowsMax: 60, interchangesMax: 20_000 };
const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';

/** Orders in one group of one interchange; every tenth has a date that does not exist, every fifteenth a set number used before. */
function manyOrders(name: string, control: number, count: number, faulty = true): string {
  const sets = Array.from({ length: count }, (_, index) => {
    const number = String(faulty && index % 15 === 14 ? index : index + 1).padStart(4, '0');
    const date = faulty && index % 10 === 9 ? '20361399' : '20361122';
    const body = [
      `ST*850*${number}`,
      `BEG*00*SA*${name}-${index + 1}**${date}`,
      'N1*ST*Store 12*92*0012',
      line850(1, 1, '12.5', 'HT-1001'),
      'CTT*1',
    ];
    return [...body, `SE*${body.length + 1}*${number}`].join('~');
  });
  const id = String(control).padStart(9, '0');
  return `${isa(control, { asksTa1: true })}GS*PO*6112390000*HARBORTOOLS*20361122*0900*${control}*X*004010~${sets.join('~')}~GE*${count}*${control}~IEA*1*${id}~`;
}

/** Everything a reader may meet, in one file of several batches: so a batch ends within a group, between groups and between interchanges. */
function mixedFile(): string {
  const acknowledgments = Array.from({ length: 6 }, (_, index) =>
    interchange('FA', 200 + index, '997', [`AK1*PR*${index + 1}`, 'AK9*A*1*1*1']),
  );
  const twoGroups = (() => {
    const [one, other] = [manyOrders('GA', 10, 33), manyOrders('GB', 11, 35)];
    return one.replace(/IEA\*1/, `${other.slice(other.indexOf('GS*'), other.indexOf('IEA*'))}IEA*2`);
  })();
  return [
    manyOrders('A', 1, 50),
    'garbage between',
    twoGroups,
    ...acknowledgments.slice(0, 3),
    order850('STRANGER', 20, undefined, { sender: '9999999999' }),
    manyOrders('B', 21, 30).replace('IEA*1', 'IEA*9'),
    ...acknowledgments.slice(3),
    manyOrders('C', 22, 20).replace(/SE\*5\*0003/, 'SE*6*0003'),
    `${isa(30)}TA1*000000001*361122*0900*A*000~IEA*0*000000030~`,
  ].join('\n');
}

/** The database, with one of its transactions failing: before it does anything, or after it has committed and nobody heard of it. */
function failingAt(database: Database, transactionNumber: number, when: 'before' | 'after'): Database {
  let count = 0;
  return {
    ...database,
    async inTransaction(story, options) {
      count += 1;
      const fails = count === transactionNumber;
      if (fails && when === 'before') throw new FailureError('database-unreachable', 'cut off');
      const result = await database.inTransaction(story, options);
      if (fails) throw new FailureError('database-unreachable', 'cut off');
      return result;
    },
  };
}

/** Does what is inbound, with `split` on another database; how many transactions its first run began. */
async function read(on: TestGateway, splitOn: Database, batches = limits): Promise<void> {
  const failing: FlowContext = { ...on.context, database: splitOn };
  const handlers = handlersOf(on.context, { transportOf: (one) => openTransport(one, {}) });
  const run = runWork({
    database: on.database,
    clock: on.clock,
    handlers: { ...handlers, split: openSplitter(failing, batches) },
  });
  for (;;) {
    const claimed = await claimWork(on.database, ['inbound'], {
      inFlightMaxPerKey: 50,
      limit: 200,
      now: on.clock.now(),
    });
    if (claimed.length === 0) return;
    for (const work of claimed) await run(work);
    on.clock.move(1);
  }
}

/** All that was read, without what may differ: ids and times. */
async function everything(on: TestGateway) {
  const rows = (sql: string) => on.rows<Record<string, unknown>>(sql);
  return {
    files: await rows(`select state from raw_file where direction = 'in'`),
    interchanges: await rows(
      `select ordinal, company_id, partner_id, usage, sender, receiver, control_number, header, byte_offset, byte_length, state, verdict, quarantine_reason, group_count, transaction_count
       from interchange where direction = 'in' order by ordinal`,
    ),
    groups: await rows(
      `select i.ordinal as interchange, g.ordinal, g.functional_id, g.control_number, g.header, g.verdict, g.claimed, g.counted, g.accepted, g.with_errors
       from functional_group g join interchange i on i.id = g.interchange_id where i.direction = 'in' order by 1, 2`,
    ),
    transactions: await rows(
      `select i.ordinal as interchange, g.ordinal as grp, t.ordinal, t.message, t.control_number, t.byte_offset, t.byte_length, t.segment_count, t.state, t.verdict, t.agreement_id
       from transaction t join functional_group g on g.id = t.group_id join interchange i on i.id = t.interchange_id where i.direction = 'in' order by 1, 3`,
    ),
    problems: await rows(
      `select i.ordinal as interchange, g.ordinal as grp, t.ordinal, p.body - 'earlierInterchange' as body from problem p left join interchange i on i.id = p.interchange_id
         left join functional_group g on g.id = p.group_id left join transaction t on t.id = p.transaction_id order by p.id`,
    ),
    documents: await rows(
      `select i.ordinal as interchange, t.ordinal, d.kind, d.number, d.state, d.order_key, d.body, d.trace, d.unmapped from document d join transaction t on t.id = d.transaction_id
         join interchange i on i.id = t.interchange_id order by 1, 2`,
    ),
    acknowledgments: await rows(
      `select i.ordinal as interchange, a.direction, a.kind, g.ordinal as grp, t.ordinal, a.state, a.body from acknowledgment a join interchange i on i.id = a.interchange_id
         left join functional_group g on g.id = a.group_id left join transaction t on t.id = a.transaction_id order by 1, 2, 3, 4, 5`,
    ),
    work: await rows(
      `select kind, fairness_key, order_key, state, count(*)::int from work group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    ),
    events: await rows(
      `select type, actor, reason, data, count(*)::int from event where type <> 'configuration/applied' group by 1, 2, 3, 4 order by 1, 2, 3, data::text`,
    ),
  };
}

/** Table by table: a difference of two whole files cannot be read. */
function same<Rows extends Record<string, readonly object[]>>(found: Rows, wanted: Rows): void {
  expect(Object.keys(found)).toEqual(Object.keys(wanted));
  for (const [table, rows] of Object.entries(found)) expect(rows, table).toEqual(wanted[table]);
}

/** The same, but for the work of closing: in one go nothing is left to close. */
const withoutClosing = ({ work, ...rest }: Awaited<ReturnType<typeof everything>>) => ({
  ...rest,
  work: work.filter(({ kind }) => kind !== 'close'),
});

describe('a file of several batches', async () => {
  const file = mixedFile();
  const whole = await testGateway();
  await whole.receive(channel, file);
  let batchCount = 0;
  await read(whole, {
    ...whole.database,
    inTransaction: (story, options) => {
      batchCount += 1;
      return whole.database.inTransaction(story, options);
    },
  });
  const expected = await everything(whole);

  test('is judged as it would be in one go', async () => {
    expect(batchCount).toBeGreaterThan(10);
    expect(
      expected.interchanges.map(({ state, verdict, transaction_count }) => `${state} ${verdict} ${transaction_count}`),
    ).toEqual([
      'closed partially-accepted 50',
      'closed partially-accepted 68',
      ...Array(3).fill('closed accepted 1'),
      'quarantined null 1',
      'closed rejected 30',
      ...Array(3).fill('closed accepted 1'),
      'closed partially-accepted 20',
      'closed accepted 0',
    ]);
    const inOneGo = await testGateway();
    await inOneGo.receive(channel, file);
    await read(inOneGo, inOneGo.database, batchLimits);
    same(withoutClosing(await everything(inOneGo)), withoutClosing(expected));
  });

  test.each(
    Array.from({ length: batchCount }, (_, index) => index + 1).flatMap((number) => [
      [number, 'before'] as const,
      [number, 'after'] as const,
    ]),
  )('cut off at batch %i, %s its commit, reads on to the same end', async (number, when) => {
    const on = await testGateway();
    await on.receive(channel, file);
    await read(on, failingAt(on.database, number, when));
    const [work] = await on.rows<{ attempts: number; failures: number }>(
      `select attempts, failures from work where kind = 'split'`,
    );
    // The last one's commit finishes the work: nothing is left to be done again, and nothing is.
    if (number < batchCount || when === 'before') expect(work).toEqual({ attempts: 2, failures: 1 });
    same(await everything(on), expected);
  });

  test('taken over by another worker in the middle, the first one stops', async () => {
    const on = await testGateway();
    await on.receive(channel, file);
    const [work] = await claimWork(on.database, ['inbound'], { inFlightMaxPerKey: 1, limit: 1, now: on.clock.now() });
    if (work === undefined) throw new Error('there is no work');
    let count = 0;
    const interrupted: Database = {
      ...on.database,
      async inTransaction(story, options) {
        count += 1;
        // In its third batch it is believed dead, and another does all that is left.
        if (count === 3) {
          await on.database.query(`update work set state = 'ready' where id = $1`, [work.id]);
          await read(on, on.database);
        }
        return on.database.inTransaction(story, options);
      },
    };
    await openSplitter({ ...on.context, database: interrupted }, limits)(work);
    expect(count).toBe(3);
    same(await everything(on), expected);
  });
});

test('a thousand orders in one interchange: each is decided and answered once, and one 997 tells of all', async () => {
  const on = await testGateway();
  await on.receive(channel, manyOrders('K', 1, 1_000, false));
  await on.settleAtOnce();
  expect(on.failures).toEqual([]);
  expect(
    await on.rows(
      'select state, count(*)::int, count(distinct number)::int as numbers from purchase_order group by state',
    ),
  ).toEqual([{ state: 'decided', count: 1_000, numbers: 1_000 }]);
  const files = await on.outbox(outbox);
  expect(files.size).toBe(1_002);
  const texts = [...files.values()];
  const numbers = texts.map((text) => Number(text.slice(90, 99))).toSorted((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 1_002 }, (_, index) => index + 1));
  const functional = [...files].filter(([, text]) => text.includes('ST*997'));
  const [answer] = await readAnswers(new Map(functional));
  expect(answer?.segments.filter((segment) => segment === 'AK5*A')).toHaveLength(1_000);
  expect(answer?.segments.at(-2)).toBe('AK9*A*1000*1000*1000');
}, 240_000);
