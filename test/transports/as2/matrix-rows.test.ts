import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/* The AS2 matrix has 86 rows, and each is a test that is named by it. A row whose last test is renamed or deleted shows here. */
const rowCount = 86;
const folder = new URL('../../', import.meta.url).pathname;
const files = ['transports/as2', 'flows'].flatMap((under) =>
  readdirSync(join(folder, under), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .filter(({ name }) => under !== 'flows' || name.startsWith('as2'))
    .map(({ name }) => join(folder, under, name)),
);

/** The rows that a title names: "row 9", "rows 57-58, 60 and 62". */
const rowsIn = (title: string): readonly number[] =>
  [...title.matchAll(/\brows? (\d+(?:(?:-|, | and )\d+)*)/g)].flatMap(([, list = '']) =>
    list.split(/, | and /).flatMap((span) => {
      const [first = 0, last = first] = span.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    }),
  );

test('a title names its rows', () => {
  expect(rowsIn('row 9: x')).toEqual([9]);
  expect(rowsIn('rows 57-59, 61 and 70, told')).toEqual([57, 58, 59, 61, 70]);
});
test('every row of the matrix has a test named by it', () => {
  // Titles are strings; comments name rows too, and prove nothing.
  const named = new Set(
    files.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(?:\/\*|\*|\/\/)/.test(line))
        .flatMap((line) => rowsIn(/['`].*['`]/.exec(line)?.[0] ?? '')),
    ),
  );
  const all = Array.from({ length: rowCount }, (_, index) => index + 1);
  expect(all.filter((row) => !named.has(row))).toEqual([]);
});
