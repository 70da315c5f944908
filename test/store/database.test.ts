import { expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { openDatabase } from '../../src/store/database.ts';
import { isUniqueViolation } from '../../src/store/database-failure.ts';
import { testDatabase } from '../support/database.ts';

const { database, url } = await testDatabase({ connectionsMax: 5 });
await database.query('CREATE TABLE account (name text PRIMARY KEY, balance bigint NOT NULL)');

const failureOf = async (promise: Promise<unknown>): Promise<FailureError> => {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof FailureError) return thrown;
  throw new Error(`not a FailureError: ${String(thrown)}`);
};

test.each([
  { sql: '9007199254740993::int8', value: 9007199254740993n },
  { sql: '12.50::numeric', value: '12.50' },
  { sql: "'2026-03-29'::date", value: '2026-03-29' },
  { sql: "'2026-03-29 02:30'::timestamp", value: '2026-03-29 02:30:00' },
  { sql: "'2026-03-29T02:30:00Z'::timestamptz", value: new Date('2026-03-29T02:30:00Z') },
  { sql: 'ARRAY[1, NULL, 9007199254740993]::int8[]', value: [1n, null, 9007199254740993n] },
  { sql: "ARRAY['2026-03-29'::date]", value: ['2026-03-29'] },
  { sql: '3::int4', value: 3 },
  { sql: `'{"a": "1.10"}'::jsonb`, value: { a: '1.10' } },
  { sql: `'\\x00ff'::bytea`, value: Buffer.from([0, 255]) },
])('$sql is read as $value', async ({ sql, value }) => {
  const { rows } = await database.query<{ value: unknown }>(`SELECT ${sql} AS value`);
  expect(rows).toEqual([{ value }]);
});

test('a bigint goes in as it is', async () => {
  const { rows } = await database.query<{ value: bigint }>('SELECT $1::int8 AS value', [9007199254740993n]);
  expect(rows[0]?.value).toBe(9007199254740993n);
});

test('a story that throws leaves nothing behind', async () => {
  const story = database.inTransaction(async (tx) => {
    await tx.query("INSERT INTO account VALUES ('gone', 1)");
    throw new Error('no');
  });
  await expect(story).rejects.toThrow('no');
  expect((await database.query("SELECT 1 FROM account WHERE name = 'gone'")).rowCount).toBe(0);
});

test('a story that catches a failed statement is not told it was committed', async () => {
  const story = database.inTransaction(async (tx) => {
    await tx.query("INSERT INTO account VALUES ('half', 1)");
    await tx.query('SELECT 1/0').catch(() => {});
  });
  expect((await failureOf(story)).kind).toBe('bug');
  expect((await database.query("SELECT 1 FROM account WHERE name = 'half'")).rowCount).toBe(0);
});

test('crossing transactions are run again, and none of their effect is lost', async () => {
  await database.query("INSERT INTO account VALUES ('a', 0), ('b', 0)");
  const add = (first: string, second: string) =>
    database.inTransaction(async (tx) => {
      await tx.query('UPDATE account SET balance = balance + 1 WHERE name = $1', [first]);
      await tx.query('SELECT pg_sleep(0.05)');
      await tx.query('UPDATE account SET balance = balance + 1 WHERE name = $1', [second]);
    });
  await Promise.all([add('a', 'b'), add('b', 'a')]); // a deadlock each time
  const { rows } = await database.query("SELECT name, balance FROM account WHERE name IN ('a', 'b') ORDER BY name");
  expect(rows).toEqual([
    { name: 'a', balance: 2n },
    { name: 'b', balance: 2n },
  ]);
});

test('a lasting conflict is database-busy after three tries', async () => {
  let tries = 0;
  const story = database.inTransaction(async (tx) => {
    tries += 1;
    await tx.query("DO $$ BEGIN RAISE EXCEPTION 'crossed' USING ERRCODE = '40001'; END $$");
  });
  expect((await failureOf(story)).kind).toBe('database-busy');
  expect(tries).toBe(3);
});

test('serializable is asked for by name', async () => {
  const isolation = await database.inTransaction(
    async (tx) =>
      (await tx.query<{ level: string }>("SELECT current_setting('transaction_isolation') AS level")).rows[0],
    { isolation: 'serializable' },
  );
  expect(isolation).toEqual({ level: 'serializable' });
});

test('a statement that never ends is database-busy', async () => {
  const impatient = openDatabase({ url }, { statementTimeoutMs: 50 });
  expect((await failureOf(impatient.query('SELECT pg_sleep(10)'))).kind).toBe('database-busy');
  await impatient.close();
});

test('a connection killed in the middle of a transaction is database-unreachable, and the pool goes on', async () => {
  const story = database.inTransaction(async (tx) => {
    await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
  });
  expect((await failureOf(story)).kind).toBe('database-unreachable');
  const idle = database.inTransaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await new Promise((resolve) => setTimeout(resolve, 50)); // the loss arrives while no statement runs
    await tx.query('SELECT 1');
  });
  expect((await failureOf(idle)).kind).toBe('database-unreachable');
  expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test.each([
  { config: { host: '127.0.0.1', port: 1 }, kind: 'database-unreachable' },
  { config: { host: '/nowhere-at-all' }, kind: 'database-unreachable' },
  { config: { url: url.replace(/:[^:@/]+@/, ':wrong@') }, kind: 'config-invalid' },
  { config: { url: url.replace(/(@[^/]*\/)[^?]*/, '$1absent') }, kind: 'config-invalid' },
])('$kind for $config', async ({ config, kind }) => {
  const wrong = openDatabase(config);
  expect((await failureOf(wrong.query('SELECT 1'))).kind).toBe(kind);
  expect((await failureOf(wrong.inTransaction((tx) => tx.query('SELECT 1')))).kind).toBe(kind);
  await wrong.close();
});

test('a violated unique key comes back as it is, with its name', async () => {
  await database.query("INSERT INTO account VALUES ('twice', 1)");
  const thrown: unknown = await database
    .query("INSERT INTO account VALUES ('twice', 1)")
    .catch((error: unknown) => error);
  expect(isUniqueViolation(thrown)).toBe(true);
  expect(isUniqueViolation(thrown, 'account_pkey')).toBe(true);
  expect(isUniqueViolation(thrown, 'another_key')).toBe(false);
});
