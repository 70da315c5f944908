import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import type { Work } from '../../src/core/work.ts';
import { startRelay } from '../../src/flows/relay.ts';
import type { Job } from '../../src/queues/queue.ts';
import type { Database } from '../../src/store/database.ts';
import { finishWork } from '../../src/store/work/finish-work.ts';
import { insertWork } from '../../src/store/work/insert-work.ts';
import { releaseWork } from '../../src/store/work/release-work.ts';
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
const open: Machinery[] = [];
const keyPrefix = `test-${randomUUID()}`;
const start = async (options: MachineryOptions = {}): Promise<Machinery> => {
  const machinery = await startMachinery({ databaseUrl: url, keyPrefix }, options);
  open.push(machinery);
  return machinery;
};
beforeEach(async () => void (await database.query('TRUNCATE work, effect RESTART IDENTITY')));
afterEach(async () => {
  for (const machinery of open.splice(0)) await machinery.close();
});

const many = (count: number) => Array.from({ length: count }, (_, index) => index);

test(`on ${onRedis ? 'Redis' : 'PostgreSQL'}: nothing is lost and nothing done twice, over all lanes and keys`, async () => {
  const { failures } = await start();
  const kinds = ['split', 'process', 'deliver'] as const;
  for (const batch of many(10)) {
    const work = many(30).map((index) =>
      newWork(`${batch}-${index}`, { kind: kinds[index % 3] ?? 'split', fairnessKey: `key-${index % 7}` }),
    );
    await insert(database, work);
  }
  await allDone(database, 300);
  const done = await effects(database);
  expect(done).toHaveLength(300);
  expect(new Set(done).size).toBe(300);
  expect(failures).toEqual([]);
});

test('work written before anything ran is found at start, and work written later without an announcement soon after', async () => {
  await insert(database, [newWork('early')]);
  await start();
  await allDone(database, 1);
  await database.query(
    `INSERT INTO work (id, kind, subject_id, lane, fairness_key, has_turn)
     VALUES (gen_random_uuid(), 'process', 'unannounced', 'business', 'p', true)`,
  );
  await allDone(database, 2);
  expect(await effects(database)).toEqual(['early', 'unannounced']);
});

test('a job that runs twice has its effect once', async () => {
  const slow = {
    handler: (db: Database) => async (work: Work) => {
      await pause(20);
      await leaveEffect(db)(work);
    },
  };
  const { run, queue } = await start({ ...slow, workers: false, relay: false });
  const [id] = await insert(database, [newWork('once')]);
  if (id === undefined) throw new Error('nothing was inserted');
  await database.query("UPDATE work SET state = 'queued', queued_at = now(), attempts = 1");
  const attempt = { id, attempts: 1 };
  await Promise.all([run(attempt), run(attempt), run(attempt)]);
  await run(attempt);
  expect(await effects(database)).toEqual(['once']);
  const job = { name: `${id}-1`, lane: 'business', attempts: [attempt, attempt] } as const;
  await queue.enqueue([job, job]);
  await queue.enqueue([job]);
});

test('a flood of one partner does not keep another waiting', async () => {
  const handler = (db: Database) => async (work: Work) => {
    await pause(2);
    await leaveEffect(db)(work);
  };
  await start({ handler, workers: { lanes: { business: 1 } }, relay: { inFlightMaxPerKey: 4 } });
  await insert(
    database,
    many(150).map((index) => newWork(`flood-${index}`, { fairnessKey: 'loud' })),
  );
  await vi.waitFor(async () => expect((await effects(database)).length).toBeGreaterThan(5), 10_000);
  const before = (await effects(database)).length;
  await insert(database, [newWork('quiet', { fairnessKey: 'quiet' })]);
  await allDone(database, 151);
  // At most what was in the queue (4), what took its place while this was written and claimed, and the count's own delay.
  expect((await effects(database)).indexOf('quiet') - before).toBeLessThan(30);
});

test('work with one order key runs one at a time in arrival order, while some of it fails and is tried again', async () => {
  const running = new Map<string, number>();
  let most = 0;
  const failedOnce = new Set<string>();
  let aheadMs = 0;
  const now = () => {
    aheadMs += 1_000; // every look at the clock finds it a second later: pauses pass without waiting
    return new Date(Date.now() + aheadMs);
  };
  const handler = (db: Database) => async (work: Work) => {
    const key = work.orderKey ?? '';
    running.set(key, (running.get(key) ?? 0) + 1);
    most = Math.max(most, running.get(key) ?? 0);
    try {
      await pause(1);
      if (Number(work.subjectId.split('-')[1]) % 5 === 3 && !failedOnce.has(work.subjectId)) {
        failedOnce.add(work.subjectId);
        throw new FailureError('partner-unreachable', 'not yet');
      }
      await leaveEffect(db)(work);
    } finally {
      running.set(key, (running.get(key) ?? 0) - 1);
    }
  };
  await start({ handler, now });
  await start({ handler, now }); // two gateways, on one machine
  for (const index of many(12)) {
    await insert(
      database,
      ['a', 'b', 'c', 'd'].map((key) => newWork(`${key}-${index}`, { orderKey: key, fairnessKey: key })),
    );
  }
  await allDone(database, 48);
  const done = await effects(database);
  for (const key of ['a', 'b', 'c', 'd']) {
    expect(done.filter((subject) => subject.startsWith(key))).toEqual(many(12).map((index) => `${key}-${index}`));
  }
  expect(most).toBe(1);
  expect(failedOnce.size).toBe(8);
});

test('a passing failure is tried again after a pause, a lasting one is parked until an operator releases it', async () => {
  let broken = true;
  const handler = (db: Database) => async (work: Work) => {
    if (work.subjectId === 'passing' && work.failures < 2) throw new FailureError('partner-unreachable', 'no answer');
    if (work.subjectId === 'lasting' && broken) throw new FailureError('map-broken', 'no such field');
    await leaveEffect(db)(work);
  };
  let ahead = 0;
  await start({ handler, now: () => new Date(Date.now() + ahead) });
  const [passing, lasting] = await insert(database, [newWork('passing'), newWork('lasting')]);
  const rowOf = async (id: string | undefined) =>
    (
      await database.query('SELECT state, failures, attempts, failure_kind, failure_message FROM work WHERE id = $1', [
        id,
      ])
    ).rows[0];
  await vi.waitFor(async () => {
    expect(await rowOf(passing)).toMatchObject({ state: 'ready', failures: 1, failure_kind: 'partner-unreachable' });
    expect(await rowOf(lasting)).toMatchObject({ state: 'parked', failures: 1, failure_message: 'no such field' });
  }, 10_000);
  ahead = 6_000; // past the first pause of 5 s
  await vi.waitFor(
    async () => expect(await rowOf(passing)).toMatchObject({ state: 'ready', failures: 2, attempts: 2 }),
    10_000,
  );
  ahead = 6_000 + 31_000;
  await vi.waitFor(async () => expect(await rowOf(passing)).toMatchObject({ state: 'done', attempts: 3 }), 10_000);
  broken = false;
  await database.inTransaction((tx) => releaseWork(tx, lasting ?? ''));
  await allDone(database, 2);
  expect(await effects(database)).toEqual(['passing', 'lasting']);
});

test('a handler that ends without finishing its work is found out', async () => {
  await start({ handler: () => async () => {} });
  await insert(database, [newWork('forgotten')]);
  await vi.waitFor(async () => {
    const { rows } = await database.query('SELECT state, failure_kind, failure_message FROM work');
    expect(rows).toEqual([
      {
        state: 'parked',
        failure_kind: 'bug',
        failure_message: 'the handler of process ended without finishing its work',
      },
    ]);
  }, 10_000);
});

test('work that follows from work is written with its end', async () => {
  const handler =
    (db: Database) =>
    async ({ id, attempts, kind, subjectId }: Work) => {
      await db.inTransaction(async (tx) => {
        if (!(await finishWork(tx, id, attempts))) return;
        await tx.query('INSERT INTO effect (subject_id) VALUES ($1)', [`${kind} ${subjectId}`]);
        if (kind === 'process') await insertWork(tx, [newWork(subjectId, { kind: 'compose' })]);
        if (kind === 'compose') await insertWork(tx, [newWork(subjectId, { kind: 'deliver' })]);
      });
    };
  await start({ handler });
  await insert(database, [newWork('4711')]);
  await allDone(database, 3);
  expect(await effects(database)).toEqual(['process 4711', 'compose 4711', 'deliver 4711']);
});

test('a job carries some pieces of work, of which so many are done at a time as the lane has places', async () => {
  let running = 0;
  let most = 0;
  const jobs: (readonly Job[])[] = [];
  const handler = (db: Database) => async (work: Work) => {
    most = Math.max(most, ++running);
    await pause(5);
    await leaveEffect(db)(work);
    running--;
  };
  const { queue } = await start({ handler, relay: false, workers: { lanes: { business: 3 } } });
  await insert(
    database,
    many(20).map((index) => newWork(`${index}`)),
  );
  const relay = await startRelay({
    database,
    queue: {
      ...queue,
      enqueue: (these) => {
        jobs.push(these);
        return queue.enqueue(these);
      },
    },
    clock: { now: () => new Date() },
    onFailure: () => {},
    settings: { jobMax: 8 },
  });
  await allDone(database, 20);
  await relay.close();
  expect(jobs.flat().map(({ attempts }) => attempts.length)).toEqual([8, 8, 4]);
  expect(await effects(database)).toHaveLength(20);
  expect(most).toBe(3);
});

test('what came in a job and was not begun when the gateway closes is given back, and no failure', async () => {
  const handler = (db: Database) => async (work: Work) => {
    await pause(100);
    await leaveEffect(db)(work);
  };
  const closed = await startMachinery(
    { databaseUrl: url, keyPrefix },
    { handler, workers: { lanes: { business: 1 } }, relay: { jobMax: 8 } },
  );
  await insert(
    database,
    many(8).map((index) => newWork(`${index}`)),
  );
  await vi.waitFor(async () => expect(await effects(database)).not.toEqual([]), 10_000);
  await closed.close();
  const done = (await effects(database)).length;
  expect(done).toBeLessThan(8);
  const { rows } = await database.query(
    "SELECT state, failures, count(*)::int AS count FROM work WHERE state <> 'done' GROUP BY state, failures",
  );
  expect(rows).toEqual([{ state: 'ready', failures: 0, count: 8 - done }]);
  await start();
  await allDone(database, 8);
  expect((await effects(database)).toSorted()).toEqual(many(8).map(String));
});

test('a gateway serves the lanes it was told to', async () => {
  const inbound = await start({ workers: { lanes: { inbound: 2 } } });
  await insert(database, [newWork('file', { kind: 'split' }), newWork('order')]);
  await vi.waitFor(async () => expect(await effects(database)).toEqual(['file']), 10_000);
  await start({ workers: { lanes: { business: 2, outbound: 2 } }, relay: false });
  await allDone(database, 2);
  expect(inbound.failures).toEqual([]);
});

test('claims the queue refuses are given back, and none of them counts as a failure', async () => {
  const { queue } = await start({ relay: false });
  let refusals = 0;
  const failures: FailureError[] = [];
  const relay = await startRelay({
    database,
    queue: {
      ...queue,
      enqueue: (jobs) =>
        refusals++ < 2 ? Promise.reject(new FailureError('queue-unreachable', 'away')) : queue.enqueue(jobs),
    },
    clock: { now: () => new Date() },
    onFailure: (failure) => void failures.push(failure),
    settings: { pollMs: 50 },
  });
  await insert(database, [newWork('patient')]);
  await allDone(database, 1);
  await relay.close();
  expect(failures.map(({ kind }) => kind)).toEqual(['queue-unreachable', 'queue-unreachable']);
  expect((await database.query('SELECT failures, attempts FROM work')).rows).toEqual([{ failures: 0, attempts: 3 }]);
});
