import { beforeEach, expect, test } from 'vitest';
import { type ControlNumberLevel, controlNumberKey, controlNumberRange } from '../../src/partners/control-numbers.ts';
import { takeControlNumbers } from '../../src/store/envelope/take-control-numbers.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();
beforeEach(async () => void (await database.query('TRUNCATE control_number_range')));

const identity = (id: string) => ({ syntax: 'x12', qualifier: 'ZZ', id }) as const;
const range = (level: ControlNumberLevel) =>
  controlNumberRange({ ours: identity('OURS'), theirs: identity('THEIRS'), usage: 'production' }, level);
const all = [range('interchange'), range('group'), range('transaction')];
const setLast = (level: ControlNumberLevel, last: number) =>
  database.query('INSERT INTO control_number_range (key, last) VALUES ($1, $2)', [
    controlNumberKey(range(level)),
    last,
  ]);

test('every level begins at 1, and each number is taken once', async () => {
  const take = () => database.inTransaction((tx) => takeControlNumbers(tx, all));
  expect(await take()).toEqual(['000000001', '1', '0001']);
  expect(await take()).toEqual(['000000002', '2', '0002']);
});

test('works of one transaction that take side by side get different numbers', async () => {
  const taken = await database.inTransaction((tx) =>
    Promise.all(Array.from({ length: 8 }, () => takeControlNumbers(tx, all))),
  );
  expect(taken.map(([interchange]) => Number(interchange))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(taken.map(([, group, transaction]) => `${group} ${transaction}`)).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `${number} 000${number}`),
  );
});

test('a transaction that is rolled back gives its numbers back', async () => {
  const story = database.inTransaction(async (tx) => {
    await takeControlNumbers(tx, all);
    throw new Error('no');
  });
  await expect(story).rejects.toThrow('no');
  expect(await database.inTransaction((tx) => takeControlNumbers(tx, all))).toEqual(['000000001', '1', '0001']);
});

test('two transactions wait for each other and leave no gap', async () => {
  const take = () =>
    database.inTransaction(async (tx) => {
      const [number] = await takeControlNumbers(tx, all);
      await tx.query('SELECT pg_sleep(0.01)');
      return Number(number);
    });
  const taken = await Promise.all(Array.from({ length: 6 }, take));
  expect(taken.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('sets begin again after their last number, interchanges are refused', async () => {
  await setLast('transaction', 999_999_999);
  expect(await database.inTransaction((tx) => takeControlNumbers(tx, [range('transaction')]))).toEqual(['0001']);
  await setLast('interchange', 999_999_999);
  const refused = database.inTransaction((tx) => takeControlNumbers(tx, all));
  await expect(refused).rejects.toMatchObject({ kind: 'control-numbers-exhausted' });
  const { rows } = await database.query<{ last: bigint }>('SELECT last FROM control_number_range WHERE key = $1', [
    controlNumberKey(range('interchange')),
  ]);
  expect(rows).toEqual([{ last: 999_999_999n }]);
});

test('works that take side by side across the end of a range get what is left and then its beginning', async () => {
  await setLast('transaction', 999_999_997);
  const taken = await database.inTransaction((tx) =>
    Promise.all(Array.from({ length: 4 }, () => takeControlNumbers(tx, [range('transaction')]))),
  );
  expect(taken.flat()).toEqual(['999999998', '999999999', '0001', '0002']);
  expect(await database.inTransaction((tx) => takeControlNumbers(tx, [range('transaction')]))).toEqual(['0003']);
});

test('the last numbers of a range that ends go to those who ask for no more than there are', async () => {
  await setLast('interchange', 999_999_997);
  const askFor = (count: number) =>
    database.inTransaction((tx) =>
      Promise.all(Array.from({ length: count }, () => takeControlNumbers(tx, [range('interchange')]))),
    );
  await expect(askFor(3)).rejects.toMatchObject({ kind: 'control-numbers-exhausted' });
  expect((await askFor(2)).flat()).toEqual(['999999998', '999999999']);
});
