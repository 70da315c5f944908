import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rememberIn } from '../../src/simulator/memory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'deep', 'brightmart.json');

test('numbers go on where the last run ended', () => {
  const first = rememberIn(file());
  expect([first.take('interchange'), first.take('interchange'), first.take('group')]).toEqual([1, 2, 1]);
  const second = rememberIn(file());
  expect([second.take('interchange'), second.take('group')]).toEqual([3, 2]);
});

test('a number is on disk before it is used', () => {
  const memory = rememberIn(file());
  const taken = memory.take('interchange');
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ last: { interchange: taken } });
});

test('what was seen is known in the next run, set by set', () => {
  const first = rememberIn(file());
  expect([first.firstTime('sscc', 'a'), first.firstTime('sscc', 'a'), first.firstTime('invoice', 'a')]).toEqual([
    true,
    false,
    true,
  ]);
  const second = rememberIn(file());
  expect([second.firstTime('sscc', 'a'), second.firstTime('sscc', 'b')]).toEqual([false, true]);
});

test.each([
  '{"last":{"interchange":"7"},"seen":{}}',
  '[]',
  '{"last":{}}',
  '{"last":{},"seen":{"sscc":[1]}}',
  'half a f',
])('a file with %s is refused, not begun anew', (text) => {
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, text);
  expect(() => rememberIn(broken)).toThrow();
});
