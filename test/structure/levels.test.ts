import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Import your own folder or a lower number. Never sideways, never up; a type import is an import. */
const LEVELS: readonly (readonly string[])[] = [
  ['core'],
  ['documents', 'parsers'],
  ['partners', 'orders', 'receivables'],
  ['mappers'],
  ['library', 'store', 'queues', 'transports'],
  ['flows', 'simulator'],
  ['http', 'cli'],
  ['main.ts'],
];
const SOURCE = resolve(import.meta.dirname, '../../src');

const levelOf = (room: string): number => LEVELS.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string): string => relative(SOURCE, path).split(sep)[0] ?? '';

const sourceFiles = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SOURCE, name));

// Static imports, type imports, re-exports and import() alike.
const IMPORT = /(?:from\s*|import\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g;

const imports = sourceFiles.flatMap((path) =>
  [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, target = '']) => ({
    from: path,
    to: resolve(dirname(path), target),
  })),
);

describe('the import rule', () => {
  test('every folder of src has a level, and every level a folder', () =>
    expect(LEVELS.flat().toSorted()).toEqual(readdirSync(SOURCE).toSorted()));

  test('there are imports to judge', () => expect(imports.length).toBeGreaterThan(50));

  test('every import leads to a file', () =>
    expect(imports.filter(({ to }) => !existsSync(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]));

  test('every import goes downhill', () =>
    expect(
      imports
        .filter(({ from, to }) => roomOf(from) !== roomOf(to) && levelOf(roomOf(to)) >= levelOf(roomOf(from)))
        .map(({ from, to }) => `${relative(SOURCE, from)} → ${relative(SOURCE, to)}`),
    ).toEqual([]));

  test('the simulator knows core and transports only', () =>
    expect(
      imports
        .filter(
          ({ from, to }) => roomOf(from) === 'simulator' && !['simulator', 'core', 'transports'].includes(roomOf(to)),
        )
        .map(({ from, to }) => `${relative(SOURCE, from)} → ${relative(SOURCE, to)}`),
    ).toEqual([]));

  // Levels 0–3 are pure: what they compute depends on what they are given. core/clock and core/ids make the two impure values, for main to hand in.
  const PURE = sourceFiles.filter((path) => levelOf(roomOf(path)) <= 3 && !/core[\\/](?:clock|ids)\.ts$/.test(path));
  test.each([
    ['the clock', /\bDate\.now\(|new Date\(\)|performance\.now\(/],
    ['chance', /Math\.random\(|randomUUID|randomBytes/],
    ['the disk, the network or a database', /from 'node:(?:fs|net|http|https|dns|child_process)|from 'pg'|\bfetch\(/],
    ['the process', /process\.(?:env|argv|exit|stdout|stderr)/],
  ])('levels 0 to 3 do not touch %s', (_what, pattern) =>
    expect(
      PURE.filter((path) => pattern.test(readFileSync(path, 'utf8'))).map((path) => relative(SOURCE, path)),
    ).toEqual([]),
  );
});
