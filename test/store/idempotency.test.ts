import { expect, test } from 'vitest';
import { answerGiven, forgetAnswers, keepAnswer } from '../../src/store/idempotency.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();
const at = (day: number) => new Date(Date.UTC(2026, 10, day));
const ask = (key: string, day: number) =>
  database.inTransaction(async (tx) => {
    const given = await answerGiven(tx, 'order/decision/1', key, { what: key }, at(day));
    if (given === undefined) await keepAnswer(tx, 'order/decision/1', key, { status: 201, text: `"${key} ${day}"` });
    return given?.text;
  });

test('answers are forgotten when their time is over, the oldest first, and the key may be used again', async () => {
  for (const [key, day] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['d', 20],
  ] as const)
    expect(await ask(key, day)).toBeUndefined();
  expect(await forgetAnswers(database, at(10), 2)).toBe(2);
  expect(await ask('a', 21)).toBeUndefined();
  expect(await ask('c', 21)).toBe('"c 3"');
  expect(await forgetAnswers(database, at(10), 2)).toBe(1);
  expect(await forgetAnswers(database, at(10), 2)).toBe(0);
  expect(await ask('d', 21)).toBe('"d 20"');
});
