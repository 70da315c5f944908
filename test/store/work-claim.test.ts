import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { NewWork, Work } from '../../src/core/work.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type ClaimLimits, claimWork } from '../../src/store/work/claim-work.ts';
import { finishWork } from '../../src/store/work/finish-work.ts';
import { insertWork } from '../../src/store/work/insert-work.ts';
import { cancelWork, releaseWork } from '../../src/store/work/release-work.ts';
import { parkWork, retryLater } from '../../src/store/work/retry-later.ts';
import { testDatabase } from '../support/database.ts';

const { database, url } = await testDatabase();
beforeEach(async () => void (await database.query('TRUNCATE work')));

const insert = (...work: (Partial<NewWork> & { subjectId: string })[]) =>
  database.inTransaction((tx) =>
    insertWork(
      tx,
      work.map((one) => ({ kind: 'process', fairnessKey: 'p', ...one })),
    ),
  );
const claim = (limits: Partial<ClaimLimits> = {}) =>
  claimWork(database, ['business'], { inFlightMaxPerKey: 10, limit: 100, now: new Date(), ...limits });
const finish = ({ id, attempts }: Work) => database.inTransaction((tx) => finishWork(tx, id, attempts));
const subjects = (work: readonly Work[]) => work.map(({ subjectId }) => subjectId);
const first = (work: readonly Work[]): Work => {
  const [one] = work;
  if (one === undefined) throw new Error('nothing was claimed');
  return one;
};
const failure = { kind: 'partner-unreachable', message: 'no answer' } as const;

test('work comes in the order it was written, once, with its first attempt', async () => {
  await insert({ subjectId: 'a' }, { subjectId: 'b' });
  await insert({ subjectId: 'c' });
  const claimed = await claim();
  expect(subjects(claimed)).toEqual(['a', 'b', 'c']);
  expect(claimed[0]).toMatchObject({
    kind: 'process',
    lane: 'business',
    attempts: 1,
    failures: 0,
    cursor: null,
    orderKey: null,
  });
  expect(await claim()).toEqual([]);
});

test('a lane gives only its own', async () => {
  await insert(
    { subjectId: 'file', kind: 'split' },
    { subjectId: 'order' },
    { subjectId: 'delivery', kind: 'deliver' },
  );
  expect(
    subjects(await claimWork(database, ['outbound'], { inFlightMaxPerKey: 1, limit: 9, now: new Date() })),
  ).toEqual(['delivery']);
  expect(
    subjects(await claimWork(database, ['inbound', 'business'], { inFlightMaxPerKey: 1, limit: 9, now: new Date() })),
  ).toEqual(['file', 'order']);
});

test('a flood of one key leaves every other key its places', async () => {
  await insert(...Array.from({ length: 50 }, (_, index) => ({ subjectId: `flood-${index}`, fairnessKey: 'a' })));
  await insert(
    { subjectId: 'b-1', fairnessKey: 'b' },
    { subjectId: 'c-1', fairnessKey: 'c' },
    { subjectId: 'b-2', fairnessKey: 'b' },
  );
  expect(subjects(await claim({ inFlightMaxPerKey: 3, limit: 4 }))).toEqual(['flood-0', 'b-1', 'c-1', 'flood-1']);
  expect(subjects(await claim({ inFlightMaxPerKey: 3 }))).toEqual(['flood-2', 'b-2']);
  expect(await claim({ inFlightMaxPerKey: 3 })).toEqual([]);
});

test('a place is free again when work is finished', async () => {
  await insert({ subjectId: 'a' }, { subjectId: 'b' });
  const [a] = await claim({ inFlightMaxPerKey: 1 });
  expect(await claim({ inFlightMaxPerKey: 1 })).toEqual([]);
  if (a !== undefined) await finish(a);
  expect(subjects(await claim({ inFlightMaxPerKey: 1 }))).toEqual(['b']);
});

test('work is not claimed before its time', async () => {
  const now = new Date();
  const inAnHour = new Date(now.getTime() + 3_600_000);
  await insert({ subjectId: 'later', notBefore: inAnHour }, { subjectId: 'now' });
  expect(subjects(await claim({ now }))).toEqual(['now']);
  expect(subjects(await claim({ now: inAnHour }))).toEqual(['later']);
});

test('of one order key only the oldest unfinished is claimed, whatever the lane or partner', async () => {
  await insert(
    { subjectId: '850', orderKey: 'acme/4711' },
    { subjectId: '860', orderKey: 'acme/4711', fairnessKey: 'another' },
    { subjectId: 'other', orderKey: 'acme/4712' },
  );
  const claimed = await claim();
  expect(subjects(claimed).toSorted()).toEqual(['850', 'other']);
  expect(await claim()).toEqual([]);
  await finish(first(claimed.filter(({ subjectId }) => subjectId === '850')));
  expect(subjects(await claim())).toEqual(['860']);
});

test('what waits to be tried again, or is parked, keeps its turn until an operator acts', async () => {
  await insert({ subjectId: '850', orderKey: 'k' }, { subjectId: '860', orderKey: 'k' });
  const { id, attempts } = first(await claim());
  const soon = new Date(Date.now() + 60_000);
  expect(await database.inTransaction((tx) => retryLater(tx, id, attempts, soon, failure))).toBe(true);
  expect(await claim()).toEqual([]);
  const again = first(await claim({ now: soon }));
  expect(again).toMatchObject({ id, attempts: 2, failures: 1 });
  expect(await database.inTransaction((tx) => parkWork(tx, id, 2, failure))).toBe(true);
  expect(await claim({ now: soon })).toEqual([]);
  expect(await database.inTransaction((tx) => releaseWork(tx, id))).toBe(true);
  expect(first(await claim())).toMatchObject({ id, attempts: 3, failures: 0 });
  await database.inTransaction((tx) => parkWork(tx, id, 3, failure));
  expect(await database.inTransaction((tx) => cancelWork(tx, id))).toBe(true);
  expect(subjects(await claim())).toEqual(['860']);
});

test('an older piece of work that is committed late does not run beside the younger one', async () => {
  const late = openDatabase({ url });
  await late.inTransaction(async (tx) => {
    await insertWork(tx, [{ kind: 'process', subjectId: 'older', fairnessKey: 'p', orderKey: 'k' }]);
    await insert({ subjectId: 'younger', orderKey: 'k' });
    expect(subjects(await claim())).toEqual(['younger']);
  });
  expect(await claim()).toEqual([]);
  await database.query("UPDATE work SET state = 'done', finished_at = now() WHERE subject_id = 'younger'");
  expect(subjects(await claim())).toEqual(['older']);
  await late.close();
});

test('the database itself refuses a second turn for one order key', async () => {
  await insert({ subjectId: 'a', orderKey: 'k' }, { subjectId: 'b', orderKey: 'k' });
  await expect(database.query('UPDATE work SET has_turn = true')).rejects.toThrow('work_turn');
});

test('several relays at once claim everything once and never more than the places of a key', async () => {
  const relays = [1, 2, 3, 4].map(() => openDatabase({ url }));
  await insert(
    ...Array.from({ length: 120 }, (_, index) => ({ subjectId: `${index}`, fairnessKey: `key-${index % 3}` })),
  );
  const limits = { inFlightMaxPerKey: 7, limit: 5, now: new Date() };
  const claimed = await Promise.all(
    relays.flatMap((relay) => [1, 2, 3].map(() => claimWork(relay, ['business'], limits))),
  );
  expect(new Set(subjects(claimed.flat())).size).toBe(21);
  expect(claimed.flat()).toHaveLength(21);
  for (const relay of relays) await relay.close();
});

test('whatever is inserted, claimed, finished, retried, parked and released: order keys run one at a time in arrival order, and all of it ends', async () => {
  const act = fc.record({
    act: fc.constantFrom('insert', 'claim', 'finish', 'retry', 'park'),
    key: fc.constantFrom('x', 'y', null),
    pick: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      await database.query('TRUNCATE work');
      const held = new Map<string, Work>();
      const finished: { key: string; number: number }[] = [];
      let number = 0;
      const take = async () => {
        for (const work of await claim({ inFlightMaxPerKey: 4 })) {
          if (work.orderKey !== null)
            expect([...held.values()].map(({ orderKey }) => orderKey)).not.toContain(work.orderKey);
          held.set(work.id, work);
        }
      };
      const end = async (work: Work) => {
        held.delete(work.id);
        expect(await finish(work)).toBe(true);
        if (work.orderKey !== null) finished.push({ key: work.orderKey, number: Number(work.subjectId) });
      };
      for (const { act: name, key, pick } of acts) {
        const work = [...held.values()][pick % Math.max(held.size, 1)];
        if (name === 'insert') await insert({ subjectId: String(number++), orderKey: key });
        if (name === 'claim') await take();
        if (work === undefined) continue;
        if (name === 'finish') await end(work);
        if (name === 'retry' || name === 'park') {
          held.delete(work.id);
          await database.inTransaction((tx) =>
            name === 'park'
              ? parkWork(tx, work.id, work.attempts, failure)
              : retryLater(tx, work.id, work.attempts, new Date(0), failure),
          );
        }
      }
      const { rows: parked } = await database.query<{ id: string }>("SELECT id FROM work WHERE state = 'parked'");
      for (const { id } of parked) await database.inTransaction((tx) => releaseWork(tx, id));
      for (let round = 0; round <= number; round += 1) {
        await take();
        for (const work of [...held.values()]) await end(work);
      }
      expect((await database.query("SELECT 1 FROM work WHERE state <> 'done'")).rowCount).toBe(0);
      for (const key of ['x', 'y']) {
        const numbers = finished.filter((one) => one.key === key).map((one) => one.number);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 25 },
  );
});

test('jobs carry so many pieces of work, and what failed before goes alone', async () => {
  await insert({ subjectId: 'failed' });
  const { id, attempts } = first(await claim({ jobMax: 3 }));
  await database.inTransaction((tx) => retryLater(tx, id, attempts, new Date(0), failure));
  await insert(...['a', 'b', 'c', 'd'].map((subjectId) => ({ subjectId })));
  const claimed = await claim({ jobMax: 3 });
  const carried = new Map<string, string[]>();
  for (const { job, subjectId } of claimed) carried.set(job, [...(carried.get(job) ?? []), subjectId]);
  expect([...carried.values()].toSorted()).toEqual([['a', 'b', 'c'], ['d'], ['failed']]);
  for (const [job, subjects] of carried)
    expect(job).toBe(
      claimed.filter((one) => one.subjectId === subjects[0]).map((one) => `${one.id}-${one.attempts}`)[0],
    );
});
