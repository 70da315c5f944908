import { expect, test } from 'vitest';
import type { Tx } from '../../src/store/database.ts';
import { inOneStatement, toldInOneStatement } from '../../src/store/in-one-statement.ts';

const asked: (readonly number[])[] = [];
const double = inOneStatement(async (_on: Tx, numbers: readonly number[]) => {
  asked.push(numbers);
  if (numbers.includes(13)) throw new Error('no');
  return numbers.map((number) => number * 2);
});
const on = {} as Tx;
const other = {} as Tx;

test('what is asked in one turn goes together, and each is given its own answer', async () => {
  const story = async (number: number) => double(on, await double(on, number));
  expect(await Promise.all([1, 2, 3].map(story))).toEqual([4, 8, 12]);
  expect(asked.splice(0)).toEqual([
    [1, 2, 3],
    [2, 4, 6],
  ]);
});

test('transactions do not mix, and a failure is told to all who asked with it', async () => {
  const ends = await Promise.allSettled([double(on, 1), double(other, 2), double(on, 13)]);
  expect(asked.splice(0)).toEqual([[1, 13], [2]]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
});

test('what is told is sent before the teller goes on', async () => {
  const sent: string[] = [];
  const tell = toldInOneStatement(async (_on: Tx, words: readonly string[]) => void sent.push(words.join(' ')));
  const story = async (word: string) => {
    await tell(on, word);
    expect(sent[0]).toBe('a b');
    await tell(on, word.toUpperCase());
  };
  await Promise.all(['a', 'b'].map(story));
  expect(sent).toEqual(['a b', 'A B']);
});
