import { expect, test } from 'vitest';
import { openConvoy } from '../../src/flows/convoy.ts';

/** A convoy whose transactions end when the test says so, and which notes who went together. */
function handConvoy(membersMax = 16) {
  const journeys: string[][] = [];
  const ends: (() => void)[] = [];
  const convoy = openConvoy(
    async (members: readonly string[]) => {
      journeys.push([...members]);
      await new Promise<void>((end) => ends.push(end));
      const bad = members.find((member) => member.startsWith('bad'));
      if (bad !== undefined) throw new Error(bad);
      return members.map((member) => member.toUpperCase());
    },
    { membersMax, subjectOf: (member) => member.replace(/ again$/, '') },
  );
  const endAll = async (): Promise<void> => {
    for (let quiet = 0; quiet < 5; quiet++) {
      if (ends.length > 0) quiet = 0;
      ends.shift()?.();
      await new Promise((turn) => setImmediate(turn));
    }
  };
  return { convoy, journeys, endAll };
}

test('the first goes at once and alone, those that come meanwhile go together', async () => {
  const { convoy, journeys, endAll } = handConvoy();
  const results = ['a', 'b', 'c'].map((member) => convoy.join('key', member));
  expect(journeys).toEqual([['a']]);
  await endAll();
  expect(journeys).toEqual([['a'], ['b', 'c']]);
  expect(await Promise.all(results)).toEqual(['A', 'B', 'C']);
});

test('keys do not wait for each other, and a convoy has a largest size', async () => {
  const { convoy, journeys, endAll } = handConvoy(2);
  const results = ['a1', 'a2', 'a3', 'a4', 'b1'].map((member) => convoy.join(member.slice(0, 1), member));
  expect(journeys).toEqual([['a1'], ['b1']]);
  await endAll();
  expect(journeys).toEqual([['a1'], ['b1'], ['a2', 'a3'], ['a4']]);
  expect(await Promise.all(results)).toEqual(['A1', 'A2', 'A3', 'A4', 'B1']);
});

test('two about one thing never go together: the second sees what the first made of it', async () => {
  const { convoy, journeys, endAll } = handConvoy();
  const results = ['a', 'b', 'c', 'b again', 'd'].map((member) => convoy.join('key', member));
  await endAll();
  expect(journeys).toEqual([['a'], ['b', 'c', 'd'], ['b again']]);
  expect(await Promise.all(results)).toEqual(['A', 'B', 'C', 'B AGAIN', 'D']);
});

test('when one fails, all are run again one by one and only that one is told', async () => {
  const { convoy, journeys, endAll } = handConvoy();
  const results = Promise.allSettled(['a', 'b', 'bad one', 'c'].map((member) => convoy.join('key', member)));
  await endAll();
  expect(journeys).toEqual([['a'], ['b', 'bad one', 'c'], ['b'], ['bad one'], ['c']]);
  expect((await results).map((end) => (end.status === 'fulfilled' ? end.value : String(end.reason)))).toEqual([
    'A',
    'B',
    'Error: bad one',
    'C',
  ]);
});

test('after a failure and after a pause the key goes on', async () => {
  const { convoy, journeys, endAll } = handConvoy();
  const failed = convoy.join('key', 'bad').catch(() => 'failed');
  await endAll();
  expect(await failed).toBe('failed');
  const later = convoy.join('key', 'later');
  await endAll();
  expect(await later).toBe('LATER');
  expect(journeys).toEqual([['bad'], ['later']]);
});
