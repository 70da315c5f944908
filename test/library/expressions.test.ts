import { afterAll, describe, expect, test } from 'vitest';
import { checkExpressions, openExpressions } from '../../src/library/expressions.ts';
import { mapOf, maps } from '../mappers/world.ts';

const expressions = openExpressions({ timeMsMax: 400, memoryMbMax: 64 });
afterAll(() => expressions.close());
const input = { value: 'abc', item: { number: '1' }, document: { lines: [{ number: '1' }, { number: '2' }] } };

describe('expressions in their thread', () => {
  test.each([
    ['$uppercase(value)', { value: 'ABC' }],
    ['$string($count(document.lines))', { value: '2' }],
    ['item.number & "-" & value', { value: '1-abc' }],
    ['nothing.there', { value: undefined }],
  ])('%s', async (text, evaluation) => expect(await expressions.evaluate(text, input)).toEqual(evaluation));

  test.each(['$now()', '$millis()', '$random()', '$shuffle([1, 2])', '$eval("1")'])(
    '%s is refused: no clock, no chance',
    async (text) =>
      expect(await expressions.evaluate(text, input)).toEqual({ failed: expect.stringContaining('not for maps') }),
  );

  test('what is no JSONata fails by itself', async () =>
    expect(await expressions.evaluate('(((', input)).toEqual({ failed: expect.any(String) }));

  test.each([
    ['calls without end', '($f := function($n) { $f($n + 1) }; $f(0))', 'longer than 400 ms'],
    [
      'a regular expression that never gives up',
      '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /(a+)+$/)',
      'longer than 400 ms',
    ],
  ])('%s: stopped, and the next one is answered', async (_what, text, failed) => {
    expect(await expressions.evaluate(text, input)).toEqual({ failed: expect.stringContaining(failed) });
    expect(await expressions.evaluate('value', input)).toEqual({ value: 'abc' });
  });

  test('what eats memory is stopped, and the next one is answered', async () => {
    const small = openExpressions({ timeMsMax: 20_000, memoryMbMax: 48 });
    const hoard =
      '($f := function($n) { $n = 0 ? [] : $append([$map([1..20000], function($i) { {"a": $string($i) & "abcdefgh", "n": $n} })], $f($n - 1)) }; $count($f(200)))';
    expect(await small.evaluate(hoard, input)).toEqual({ failed: expect.stringContaining('MB') });
    expect(await small.evaluate('value', input)).toEqual({ value: 'abc' });
    await small.close();
  });

  test('a sequence without end is refused before it is made', async () =>
    expect(await expressions.evaluate('[1..9000000]', input)).toEqual({ failed: expect.any(String) }));

  test('many asked at once are answered in turn', async () => {
    const all = await Promise.all(['1', '2', '3'].map((text) => expressions.evaluate(`"${text}" & value`, input)));
    expect(all).toEqual([{ value: '1abc' }, { value: '2abc' }, { value: '3abc' }]);
  });

  test('an expression of 4,001 characters is refused', async () =>
    expect(await expressions.evaluate(' '.repeat(4_001), input)).toEqual({ failed: expect.stringContaining('4000') }));
});

test('an expression that is no JSONata is found without data, at its line', async () => {
  const map = mapOf(
    'document: order\nmessage: x12/004010/850\nfields:\n  number: BEG03\n  purpose: { at: BEG01, codes: order-purpose }\n  contract: { at: BEG06, read: "(((" }\n',
  );
  expect(await checkExpressions(map)).toEqual([
    expect.objectContaining({ line: 6, severity: 'error', message: expect.stringContaining('contract') }),
  ]);
  expect(await checkExpressions(maps.map('x12/004010/850'))).toEqual([]);
});
