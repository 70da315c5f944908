import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Work } from '../../src/core/work.ts';
import type { Database } from '../../src/store/database.ts';
import { startProcess } from '../support/child-process.ts';
import { testDatabase } from '../support/database.ts';
import {
  allDone,
  effects,
  insert,
  leaveEffect,
  type Machinery,
  type MachineryOptions,
  makeEffectTable,
  newWork,
  onRedis,
  pause,
  startMachinery,
} from './gateway.ts';

const { database, url } = await testDatabase();
await makeEffectTable(database);
const place = { databaseUrl: url, keyPrefix: `test-${randomUUID()}` };
const open: Machinery[] = [];
const start = async (options: MachineryOptions = {}) => {
  const machinery = await startMachinery(place, options);
  open.push(machinery);
  return machinery;
};
beforeEach(async () => void (await database.query('TRUNCATE work, effect RESTART IDENTITY')));
afterEach(async () => {
  for (const machinery of open.splice(0)) await machinery.close();
});
const script = new URL('./worker-process.ts', import.meta.url);
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

test('a process killed with jobs in hand loses none: another does them, once', async () => {
  await insert(
    database,
    many(4).map((index) => newWork(`hang-${index}`)),
  );
  await insert(
    database,
    many(40).map((index) => newWork(`quick-${index}`, { kind: 'deliver' })),
  );
  const victim = startProcess(script, { place, leaseMs: 1_000, relay: true });
  for (const index of many(4)) await victim.message((text) => text === `start hang-${index}`);
  victim.child.kill('SIGKILL');
  expect(await victim.ended()).toBe('SIGKILL');
  await start();
  await allDone(database, 44);
  const done = await effects(database);
  expect(done).toHaveLength(44);
  expect(new Set(done).size).toBe(44);
});

test('a relay killed between its claim and the queue loses nothing', async () => {
  await insert(database, [newWork('claimed')]);
  // What such a relay leaves: the row says queued, the queue knows nothing.
  await database.query("UPDATE work SET state = 'queued', queued_at = now(), attempts = 1");
  await start();
  await allDone(database, 1);
  expect((await database.query('SELECT attempts, failures FROM work')).rows).toEqual([{ attempts: 2, failures: 1 }]);
});

test('work that kills its process is set aside after a few tries, and the rest goes on', async () => {
  await insert(database, [newWork('die-of-it')]);
  const relay = await start({ workers: false, relay: { lostMax: 2 } });
  // Deaths are counted by the relay, which looks now and then: on a busy machine it may take a few more than it counts.
  for (const until = Date.now() + 45_000; Date.now() < until; ) {
    const { rows } = await database.query<{ state: string }>("SELECT state FROM work WHERE subject_id = 'die-of-it'");
    if (rows[0]?.state === 'parked') break;
    const victim = startProcess(script, { place, leaseMs: 500, relay: false });
    await Promise.race([victim.ended(), pause(4_000)]);
    victim.child.kill('SIGKILL');
  }
  const { rows } = await database.query("SELECT state, failure_kind FROM work WHERE subject_id = 'die-of-it'");
  expect(rows).toEqual([{ state: 'parked', failure_kind: 'queue-unreachable' }]);
  await insert(database, [newWork('innocent')]);
  await start({ relay: false });
  await vi.waitFor(async () => expect(await effects(database)).toEqual(['innocent']), 10_000);
  expect(relay.failures).toEqual([]);
}, 60_000);

test('a queue emptied in the middle loses nothing', async () => {
  const handler = (db: Database) => async (work: Work) => {
    await pause(5);
    await leaveEffect(db)(work);
  };
  await start({ handler, relay: { inFlightMaxPerKey: 50 }, workers: { lanes: { business: 1 } } });
  await insert(
    database,
    many(100).map((index) => newWork(`${index}`)),
  );
  await vi.waitFor(async () => expect((await effects(database)).length).toBeGreaterThan(10), 10_000);
  expect(await emptyQueue()).toBeGreaterThan(0);
  await allDone(database, 100);
  const done = await effects(database);
  expect(done).toHaveLength(100);
  expect(new Set(done).size).toBe(100);
});

/** Forgets every job and everything else the queue keeps; gives how much there was. */
async function emptyQueue(): Promise<number> {
  if (!onRedis) return (await database.query('DELETE FROM bullmq.job')).rowCount;
  const redis = new Redis(process.env.REDIS_URL ?? '');
  const keyCount = await redis.dbsize();
  await redis.flushall();
  await redis.quit();
  return keyCount;
}

test('the database gone and back: everything is done', async () => {
  const { failures } = await start();
  await insert(
    database,
    many(60).map((index) => newWork(`${index}`)),
  );
  await vi.waitFor(async () => expect((await effects(database)).length).toBeGreaterThan(3), 10_000);
  await database.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await allDone(database, 60);
  expect(await effects(database)).toHaveLength(60);
  expect(failures.filter(({ kind }) => kind === 'bug')).toEqual([]);
});
