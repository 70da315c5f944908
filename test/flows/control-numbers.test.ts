import { expect, test } from 'vitest';
import type { TakenNumbers } from '../../src/flows/outbound/envelope.ts';
import { takeNumbers } from '../../src/flows/outbound/take-numbers.ts';
import { readAnswers } from '../support/answers.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';
const on = await testGateway();
const { agreements } = await on.context.configuration();
const sends = (usage: string, partner = 'brightmart') => {
  const found = agreements.find((one) => one.partner === partner && one.usage === usage && one.direction === 'out');
  if (found === undefined) throw new Error('no agreement');
  return found;
};
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => index + from);
const sorted = (numbers: readonly string[]) => numbers.map(Number).toSorted((a, b) => a - b);

test('taken by many at once, some of whom give up: none twice, none left out', async () => {
  const taken: TakenNumbers[] = [];
  const attempts = upTo(120).map(async (index) => {
    await on.database
      .inTransaction(async (tx) => {
        const numbers = await takeNumbers(tx, sends('production'), index % 5 === 0);
        // Numbers taken and not committed are given back, however late the failure comes.
        if (index % 3 === 0) throw new Error('thought better of it');
        taken.push(numbers);
      })
      .catch(() => {});
  });
  await Promise.all(attempts);
  const withGroups = taken.filter(({ group }) => group !== '');
  expect(taken).toHaveLength(80);
  expect(sorted(taken.map(({ interchange }) => interchange))).toEqual(upTo(80));
  expect(sorted(withGroups.map(({ group }) => group))).toEqual(upTo(withGroups.length));
  expect(sorted(withGroups.map(({ transaction }) => transaction))).toEqual(upTo(withGroups.length));
  expect(taken[0]?.interchange).toMatch(/^\d{9}$/);
  expect(withGroups[0]?.transaction).toMatch(/^\d{4,9}$/);
});

test('test and production, and every pair of identities, count apart', async () => {
  const take = (usage: string, partner?: string) =>
    on.database.inTransaction((tx) => takeNumbers(tx, sends(usage, partner), false));
  expect(await take('test')).toEqual({ interchange: '000000001', group: '1', transaction: '0001' });
  expect(await take('production', 'cedarsupply')).toEqual({
    interchange: '000000001',
    group: '1',
    transaction: '0001',
  });
  expect(await take('production')).toMatchObject({ interchange: '000000081' });
});

test('a range that is used up is refused, and nothing is taken of the others', async () => {
  await on.rows(
    `update control_number_range set last = 999999999 where key like '%cedarsupply%' or key like '%2075550142%|production|group'`,
  );
  const before = await on.rows('select key, last from control_number_range order by key');
  await expect(
    on.database.inTransaction((tx) => takeNumbers(tx, sends('production', 'cedarsupply'), false)),
  ).rejects.toMatchObject({
    kind: 'control-numbers-exhausted',
  });
  expect(await on.rows('select key, last from control_number_range order by key')).toEqual(before);
});

test('composing fifty answers at once, and one that cannot be written, leaves no gap', async () => {
  const gateway = await testGateway();
  for (const index of upTo(25))
    await gateway.receive(channel, order850(`GAP-${index}`, index, [line850(1, 1, '12.5', 'HT-1001')]));
  // Read and decided, but nothing composed yet.
  for (;;) {
    const claimed = await gateway.claim();
    const inward = claimed.filter(({ kind }) => kind !== 'compose');
    for (const work of inward) await gateway.run(work);
    for (const { id } of claimed.filter(({ kind }) => kind === 'compose'))
      await gateway.rows(`update work set state = 'ready' where id = $1`, id);
    if (inward.length === 0) break;
  }
  await gateway.rows(
    `update document set body = jsonb_set(body, '{orderNumber}', '"a~b"') where kind = 'order-response' and number in ('GAP-3', 'GAP-17')`,
  );
  await gateway.settleAtOnce(50);
  expect(gateway.failures).toHaveLength(2);
  expect(gateway.failures.every((failure) => failure.includes('document-unwritable'))).toBe(true);
  const answers = await readAnswers(await gateway.outbox(outbox));
  expect(answers).toHaveLength(48);
  expect(sorted(answers.map(({ controlNumber }) => controlNumber))).toEqual(upTo(48));
  // Mended and released, they take the next ones.
  await gateway.rows(
    `update document set body = jsonb_set(body, '{orderNumber}', to_jsonb(number)) where kind = 'order-response' and number in ('GAP-3', 'GAP-17')`,
  );
  await gateway.rows(`update work set state = 'ready', parked_at = null where state = 'parked'`);
  await gateway.settle();
  expect(sorted((await readAnswers(await gateway.outbox(outbox))).map(({ controlNumber }) => controlNumber))).toEqual([
    49, 50,
  ]);
});
