import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { allDone, insert, makeEffectTable, newWork, onRedis, startMachinery } from './gateway.ts';

const { database, url } = await testDatabase();
await makeEffectTable(database);
const machinery = await startMachinery({ databaseUrl: url, keyPrefix: `test-${randomUUID()}` });
afterAll(() => machinery.close());

test.skipIf(onRedis)('jobs pass without the log and without events; the work table is logged', async () => {
  await insert(
    database,
    Array.from({ length: 40 }, (_none, index) => newWork(`${index}`)),
  );
  await allDone(database, 40);
  const { rows } = await database.query<{ name: string; kept: string }>(
    `SELECT oid::regclass::text AS name, relpersistence AS kept FROM pg_class
      WHERE oid IN ('bullmq.job'::regclass, 'bullmq.job_log'::regclass, 'bullmq.job_dependency'::regclass, 'work'::regclass)
      ORDER BY name`,
  );
  expect(rows).toEqual([
    { name: 'bullmq.job', kept: 'u' },
    { name: 'bullmq.job_dependency', kept: 'u' },
    { name: 'bullmq.job_log', kept: 'u' },
    { name: 'work', kept: 'p' },
  ]);
  const { rows: events } = await database.query(
    "SELECT event FROM bullmq.event WHERE event IN ('active', 'completed')",
  );
  expect(events).toEqual([]);
});
