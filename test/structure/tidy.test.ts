import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../../src');
const lineCountMax = 300;

/** Files that are longer than the rule allows. This list may only shrink. */
const LONG_FILES: Readonly<Record<string, number>> = {};

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(SOURCE, name), 'utf8') }));

describe('tidiness', () => {
  test('no file is longer than its story', () =>
    expect(
      files
        .map(({ name, text }) => ({ name, lines: text.split('\n').length - 1 }))
        .filter(({ name, lines }) => lines > (LONG_FILES[name] ?? lineCountMax)),
    ).toEqual([]));

  test('no drawers', () =>
    expect(
      files
        .filter(({ name }) => /(^|\/)(utils?|helpers?|lib|misc|common)(\/|\.ts$)/.test(name))
        .map(({ name }) => name),
    ).toEqual([]));

  test.each([
    ['unfinished words', /\b(TODO|FIXME|XXX|HACK)\b/],
    ['holes in the types', /@ts-(ignore|nocheck|expect-error)|: any\b|\bas any\b|as unknown as|biome-ignore/],
    ['default exports', /^export default/m],
    ['floats made of text', /parseFloat\(|\.toFixed\(/],
    ['swallowed errors', /catch\s*(\([^)]*\))?\s*\{\s*\}/],
  ])('no %s', (what, pattern) =>
    expect(
      files
        // big.js's toFixed is exact and stands in one place only.
        .filter(({ name }) => !(what === 'floats made of text' && name === 'core/decimal.ts'))
        .filter(({ text }) => pattern.test(text))
        .map(({ name }) => name),
    ).toEqual([]),
  );

  test('SQL lives only in store/', () =>
    expect(
      files
        // BullMQ's own tables are the queue's: the store does not know that they exist.
        .filter(({ name }) => !name.startsWith('store/') && name !== 'queues/lighten-postgres.ts')
        .filter(
          ({ text }) =>
            /[`'"]\s*(select|insert into|update|delete from)\s+[a-z_*(]/i.test(text) && /\bquery\(/.test(text),
        )
        .map(({ name }) => name),
    ).toEqual([]));

  test('tests mirror sources', () => {
    const root = resolve(import.meta.dirname, '..');
    const rooms = new Set(readdirSync(SOURCE).map((name) => name.replace(/\.ts$/, '')));
    const beside = new Set(['structure', 'support', 'fuzz', 'maps', 'issues', 'road']);
    expect(
      readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !rooms.has(entry.name) && !beside.has(entry.name))
        .map((entry) => relative(root, join(root, entry.name))),
    ).toEqual([]);
  });
});
