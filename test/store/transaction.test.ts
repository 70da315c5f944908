import { beforeEach, expect, test } from 'vitest';
import { isUniqueViolation } from '../../src/store/database-failure.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase({ connectionsMax: 2 });
await database.query('CREATE TABLE told (name text PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY)');
beforeEach(async () => void (await database.query('TRUNCATE told RESTART IDENTITY')));

const put = 'INSERT INTO told VALUES ($1)';
const names = async () =>
  (await database.query<{ name: string }>('SELECT name FROM told ORDER BY number')).rows.map(({ name }) => name);
const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing',
    (error: unknown) => error,
  );

test('what is told is done in order, before what is asked after it, and committed with it', async () => {
  const seen = await database.inTransaction(async (tx) => {
    for (let index = 0; index < 20; index++) await tx.tell(put, [`told ${index}`]);
    const { rowCount } = await tx.query('SELECT 1 FROM told');
    await tx.tell(put, ['last']);
    return rowCount;
  });
  expect(seen).toBe(20);
  expect(await names()).toEqual([...Array.from({ length: 20 }, (_none, index) => `told ${index}`), 'last']);
});

test('what is told and fails is the failure of the commit, and nothing stays', async () => {
  const story = database.inTransaction(async (tx) => {
    await tx.tell(put, ['one']);
    await tx.tell(put, ['one']);
    await tx.tell(put, ['two']);
  });
  expect(isUniqueViolation(await thrownBy(story), 'told_pkey')).toBe(true);
  expect(await names()).toEqual([]);
});

test('what is told and fails is the failure of the next question, whatever that one meets', async () => {
  let after = false;
  const story = database.inTransaction(async (tx) => {
    await tx.tell(put, ['one']);
    await tx.tell(put, ['one']);
    await tx.query('SELECT 1/0');
    after = true;
  });
  expect(isUniqueViolation(await thrownBy(story))).toBe(true);
  expect(after).toBe(false);
  expect(await names()).toEqual([]);
});

test('a failure that a savepoint took back is still told', async () => {
  const story = database.inTransaction(async (tx) => {
    await tx.tell('SAVEPOINT here');
    await tx.tell('SELECT 1/0');
    await tx.tell('ROLLBACK TO SAVEPOINT here');
    await tx.query(put, ['after']);
  });
  expect(await thrownBy(story)).toMatchObject({ message: 'division by zero' });
  expect(await names()).toEqual([]);
});

test('a story that throws takes back what it told, and the connection is as good as before', async () => {
  for (let round = 0; round < 3; round++) {
    const story = database.inTransaction(async (tx) => {
      await tx.tell(put, ['gone']);
      throw new Error('no');
    });
    expect(await thrownBy(story)).toMatchObject({ message: 'no' });
  }
  await database.tell(put, ['stays']);
  expect(await names()).toEqual(['stays']);
});

test('a connection lost with statements told is an answer, not a hang', async () => {
  const story = database.inTransaction(async (tx) => {
    await tx.tell('SELECT pg_terminate_backend(pg_backend_pid())');
    await tx.tell(put, ['gone']);
  });
  expect(await thrownBy(story)).toMatchObject({ kind: 'database-unreachable' });
  expect(await names()).toEqual([]);
});

test('crossing transactions that only tell are run again', async () => {
  await database.query("INSERT INTO told VALUES ('a'), ('b')");
  const touch = (first: string, second: string) =>
    database.inTransaction(async (tx) => {
      await tx.tell('UPDATE told SET name = name WHERE name = $1', [first]);
      await tx.tell('SELECT pg_sleep(0.05)');
      await tx.tell('UPDATE told SET name = name WHERE name = $1', [second]);
    });
  expect(await thrownBy(Promise.all([touch('a', 'b'), touch('b', 'a')]))).toBe('nothing'); // a deadlock each time
});
