import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/* docs/reference/traps.md says where each trap is held: a test that names it, or why there is none. */

const rows = [...readFileSync('docs/reference/traps.md', 'utf8').matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)].map(
  ([, number = '', held = '']) => ({ number: Number(number), held }),
);
const filesIn = (held: string) => [...held.matchAll(/`(test\/[\w/.-]+)`/g)].map(([, path = '']) => path);

test('all of them, in order', () =>
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 72 }, (_, index) => index + 1)));

test('every file named is there', () =>
  expect(rows.flatMap(({ held }) => filesIn(held)).filter((path) => !existsSync(path))).toEqual([]));

test.each(rows.filter(({ held }) => held.startsWith('`')))('trap $number is named by a test', ({ number, held }) => {
  const naming = filesIn(held).filter((path) => {
    const named = [...readFileSync(path, 'utf8').matchAll(/traps? (\d+(?:(?:, | and )\d+)*)/gi)];
    return named.some(([, numbers = '']) => numbers.match(/\d+/g)?.some((one) => Number(one) === number));
  });
  expect(naming.length).toBeGreaterThan(0);
});
