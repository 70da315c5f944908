import { beforeEach, expect, test } from 'vitest';
import type { Work } from '../../src/core/work.ts';
import type { Tx } from '../../src/store/database.ts';
import { claimWork } from '../../src/store/work/claim-work.ts';
import { workInHand } from '../../src/store/work/find-work.ts';
import { finishWork } from '../../src/store/work/finish-work.ts';
import { insertWork } from '../../src/store/work/insert-work.ts';
import { moveCursor } from '../../src/store/work/move-cursor.ts';
import { cancelWork, releaseWork } from '../../src/store/work/release-work.ts';
import { longQueued, requeueLost, returnWork } from '../../src/store/work/requeue-lost.ts';
import { parkWork, retryLater } from '../../src/store/work/retry-later.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();
beforeEach(async () => void (await database.query('TRUNCATE work')));

const inTransaction = <T>(story: (tx: Tx) => Promise<T>) => database.inTransaction(story);
const failure = { kind: 'partner-unreachable', message: 'no answer' } as const;

async function claimed(): Promise<Work> {
  await inTransaction((tx) => insertWork(tx, [{ kind: 'split', subjectId: 'file', fairnessKey: 'channel' }]));
  return reclaimed();
}
async function reclaimed(): Promise<Work> {
  const [work] = await claimWork(database, ['inbound'], { inFlightMaxPerKey: 9, limit: 9, now: new Date() });
  if (work === undefined) throw new Error('nothing to claim');
  return work;
}
const stateOf = async (id: string) =>
  (await database.query('SELECT state, failures, failure_kind, failure_message FROM work WHERE id = $1', [id])).rows[0];

test('work is finished once: a second run of the same attempt is told no', async () => {
  const { id } = await claimed();
  expect(await workInHand(database, id, 1)).toMatchObject({ id, subjectId: 'file' });
  const both = await Promise.all([
    inTransaction((tx) => finishWork(tx, id, 1)),
    inTransaction((tx) => finishWork(tx, id, 1)),
  ]);
  expect(both.toSorted()).toEqual([false, true]);
  expect(await workInHand(database, id, 1)).toBeUndefined();
});

test('a finish that is rolled back did not happen', async () => {
  const { id } = await claimed();
  const rolledBack = inTransaction(async (tx) => {
    await finishWork(tx, id, 1);
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  expect(await stateOf(id)).toMatchObject({ state: 'queued' });
});

test.each([
  { how: 'finish', act: (tx: Tx, id: string) => finishWork(tx, id, 1) },
  { how: 'cursor', act: (tx: Tx, id: string) => moveCursor(tx, id, 1, null, { at: 1 }) },
  { how: 'retry', act: (tx: Tx, id: string) => retryLater(tx, id, 1, new Date(), failure) },
  { how: 'park', act: (tx: Tx, id: string) => parkWork(tx, id, 1, failure) },
])('an attempt that was taken over can no longer $how', async ({ act }) => {
  const { id } = await claimed();
  expect(await inTransaction((tx) => requeueLost(tx, [{ id, attempts: 1 }], 9))).toBe(1);
  expect(await inTransaction((tx) => act(tx, id))).toBe(false); // ready, not yet claimed again
  expect(await reclaimed()).toMatchObject({ id, attempts: 2, failures: 1 });
  expect(await inTransaction((tx) => act(tx, id))).toBe(false);
  expect(await workInHand(database, id, 1)).toBeUndefined();
  expect(await inTransaction((tx) => finishWork(tx, id, 2))).toBe(true);
});

test('a cursor moves only from where it stands', async () => {
  const { id } = await claimed();
  expect(await inTransaction((tx) => moveCursor(tx, id, 1, null, { byteOffset: 4_096, transactions: 200 }))).toBe(true);
  expect(await inTransaction((tx) => moveCursor(tx, id, 1, null, { byteOffset: 8_192 }))).toBe(false);
  // Key order is JSON's own affair.
  expect(await inTransaction((tx) => moveCursor(tx, id, 1, { transactions: 200, byteOffset: 4_096 }, 'end'))).toBe(
    true,
  );
  expect(await workInHand(database, id, 1)).toMatchObject({ cursor: 'end' });
});

test('a retry keeps the cursor, and says why', async () => {
  const { id } = await claimed();
  await inTransaction((tx) => moveCursor(tx, id, 1, null, 7));
  await inTransaction((tx) => retryLater(tx, id, 1, new Date(0), failure));
  expect(await stateOf(id)).toEqual({
    state: 'ready',
    failures: 1,
    failure_kind: failure.kind,
    failure_message: failure.message,
  });
  expect(await reclaimed()).toMatchObject({ attempts: 2, cursor: 7 });
});

test('only work queued for long is asked about, and lost work is parked when it is lost too often', async () => {
  const { id } = await claimed();
  expect(await longQueued(database, 60_000, 10)).toEqual([]);
  const [lost] = await longQueued(database, 0, 10);
  expect(lost).toEqual({ id, attempts: 1, lane: 'inbound', job: `${id}-1` });
  if (lost === undefined) return;
  await inTransaction((tx) => requeueLost(tx, [lost], 2));
  const again = await reclaimed();
  await inTransaction((tx) => requeueLost(tx, [again], 2));
  expect(await stateOf(id)).toMatchObject({ state: 'parked', failures: 2, failure_kind: 'queue-unreachable' });
});

test('a claim the queue refused is taken back without counting as a failure', async () => {
  const work = await claimed();
  expect(await inTransaction((tx) => returnWork(tx, [work]))).toBe(1);
  expect(await reclaimed()).toMatchObject({ id: work.id, attempts: 2, failures: 0 });
});

test('an operator can release and cancel only what no worker holds', async () => {
  const { id } = await claimed();
  expect(await inTransaction((tx) => releaseWork(tx, id))).toBe(false);
  expect(await inTransaction((tx) => cancelWork(tx, id))).toBe(false);
  await inTransaction((tx) => parkWork(tx, id, 1, failure));
  expect(await inTransaction((tx) => cancelWork(tx, id))).toBe(true);
  expect(await inTransaction((tx) => cancelWork(tx, id))).toBe(false);
});
