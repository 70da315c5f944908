import { expect, test } from 'vitest';
import { type Answer, readAnswers } from '../support/answers.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { startProcess } from '../support/child-process.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const orderCount = 150;
const deathCount = 10;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function workLeft(on: TestGateway): Promise<number> {
  const [row] = await on.rows<{ count: number }>(
    `select count(*)::int as count from work where state in ('ready', 'queued')`,
  );
  return row?.count ?? 0;
}

test('killed at any instant, again and again: every order once, every answer once, every number once', async () => {
  const on = await testGateway();
  // Two of three ask for the scarce item, so that most are answered with a backorder and the last pieces are fought for.
  const files = Array.from({ length: orderCount }, (_, index): [string, string] => [
    `order-${index}.edi`,
    order850(`KILL-${index}`, 5_000 + index, [line850(1, 1, '24', 'HT-3001'), line850(2, 2, '12.5', 'HT-1001')]),
  ]);
  const script = new URL('./killed-gateway-process.ts', import.meta.url);
  const place = { databaseUrl: on.databaseUrl, dataFolder: on.dataFolder };
  const told = new Set<string>();
  const reports: string[] = [];

  for (let death = 0; death <= deathCount; death++) {
    const left = files.filter(([name]) => !told.has(name));
    const child = startProcess(script, { place, files: left });
    await child.message((text) => text === 'ready');
    if (death < deathCount) {
      // Deaths come sooner and later after the start, while files are taken, read, decided, composed and delivered.
      await pause(40 + ((death * 397) % 700));
      child.child.kill('SIGKILL');
      expect(await child.ended()).toBe('SIGKILL');
    } else {
      await child.message((text) => text === 'all taken');
      while ((await workLeft(on)) > 0) await pause(200);
      child.child.kill('SIGKILL');
      await child.ended();
    }
    for (const text of child.messages()) {
      if (text.startsWith('taken ')) told.add(text.slice('taken '.length));
      if (text.startsWith('report ')) reports.push(text);
    }
  }

  // What was told to be taken is there, whole; and nothing twice, for a file offered again has the same key.
  expect(told.size).toBe(orderCount);
  expect(
    await on.rows(
      `select count(*)::int as files, count(distinct transmission_id)::int as acts from raw_file where direction = 'in'`,
    ),
  ).toEqual([{ files: orderCount, acts: orderCount }]);
  expect(await on.rows(`select kind, state, failure_message from work where state <> 'done'`)).toEqual([]);
  expect(
    await on.rows(
      `select count(*)::int as orders, count(distinct number)::int as numbers from purchase_order where state = 'decided'`,
    ),
  ).toEqual([{ orders: orderCount, numbers: orderCount }]);

  // On disk: one 997 and one 855 an order, and the control numbers one after the other, none twice and none left out.
  const answers = await readAnswers(await on.outbox(outbox));
  const orderNumberOf = ({ segments }: Answer) => segments[1]?.split('*')[3];
  const responses = answers.filter(({ kind }) => kind === '855');
  const functional = answers.filter(({ kind }) => kind === '997');
  expect(answers).toHaveLength(2 * orderCount);
  expect(new Set(responses.map(orderNumberOf)).size).toBe(orderCount);
  expect(new Set(functional.map(({ segments }) => segments[1])).size).toBe(orderCount);
  const upTo = Array.from({ length: 2 * orderCount }, (_, index) => index + 1);
  const numbersAt = (pattern: RegExp) =>
    answers.map(({ text }) => Number(pattern.exec(text)?.[1])).toSorted((a, b) => a - b);
  expect(numbersAt(/^ISA(?:\*[^*]*){12}\*(\d{9})/)).toEqual(upTo);
  expect(numbersAt(/GS\*(?:[^*]*\*){5}(\d+)\*X/)).toEqual(upTo);
  expect(numbersAt(/ST\*\d{3}\*(\d+)~/)).toEqual(upTo);

  // Stock: what is reserved is what the orders hold, and no more than there was.
  expect(
    await on.rows(
      `select s.item_id, s.location, s.reserved, coalesce(r.held, 0) as held, s.reserved <= s.on_hand as enough from item_stock s
           left join (select item_id, location, sum(quantity) as held from reservation group by 1, 2) r using (item_id, location)
         where s.usage = 'production' and (s.reserved <> coalesce(r.held, 0) or s.reserved > s.on_hand)`,
    ),
  ).toEqual([]);
  expect(
    await on.rows(
      `select sum(reserved)::int as reserved from item_stock where item_id = 'HT-3001' and usage = 'production'`,
    ),
  ).toEqual([{ reserved: 60 }]);
  // Every rung is there once.
  expect(
    await on.rows(
      `select kind, state, count(*)::int from expectation where kind in ('order-response', 'acknowledgment') group by 1, 2 order by 1, 2`,
    ),
  ).toEqual([
    { kind: 'acknowledgment', state: 'open', count: orderCount },
    { kind: 'order-response', state: 'met', count: orderCount },
  ]);
  expect(
    await on.rows(
      `select type, count(*)::int from event where type in ('order/received', 'order/decided', 'delivery/sent', 'transmission/received') group by 1 order by 1`,
    ),
  ).toEqual([
    { type: 'delivery/sent', count: 2 * orderCount },
    { type: 'order/decided', count: orderCount },
    { type: 'order/received', count: orderCount },
    { type: 'transmission/received', count: orderCount },
  ]);
  expect(reports.filter((text) => text.includes(': bug:'))).toEqual([]);
}, 600_000);
