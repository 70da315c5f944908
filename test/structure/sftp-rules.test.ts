import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/* docs/reference/sftp-rules.md says by which code and which test each rule of SFTP is kept: files that are there, tests by words of their names. */

const page = readFileSync('docs/reference/sftp-rules.md', 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, number = '', , code = '', tests = '']) => ({ number: Number(number), code, tests }),
);
const paths = (text: string, root: string) =>
  [...text.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, path = '']) => `${root}${path}`);

test('all 18, in order', () =>
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1)));

test.each(rows)('the code of rule $number is there', ({ code }) => {
  const named = paths(code, 'src/');
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test.each(rows)('the tests of rule $number bear the words', ({ tests }) => {
  const cited = [...tests.matchAll(/`([\w/.-]+\.ts)`((?:[,:]? ?“[^”]+”)+)/g)];
  expect(cited.length).toBeGreaterThan(0);
  for (const [, path = '', words = ''] of cited) {
    const text = readFileSync(`test/${path}`, 'utf8');
    for (const [, word = ''] of words.matchAll(/“([^”]+)”/g))
      expect({ path, word, is: text.includes(word) }).toEqual({ path, word, is: true });
  }
});
