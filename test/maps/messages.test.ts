import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOCUMENT_OF_MESSAGE } from '../../src/partners/defaults.ts';
import { mapNamed } from './base-maps.ts';
import { MAP_NAMES, type MapName, stemsOf } from './fixtures.ts';

const page = readFileSync(new URL('../../docs/reference/messages.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| (X12|EDIFACT) /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const rowOf = (name: MapName) => {
  const [syntax = '', , message = ''] = name.split('/');
  return rows.find(([, first]) => first === `${syntax.toUpperCase()} ${message}`) ?? [];
};

test.each(MAP_NAMES)('the page tells document, versions and examples of %s', (name) => {
  const [, , , document, versions = '', , , fixtures = ''] = rowOf(name);
  expect(document).toBe(`\`${mapNamed(name).document}\``);
  expect(versions).toContain(name.split('/')[1]);
  expect(fixtures.split(', ')).toEqual(expect.arrayContaining(stemsOf(name)));
});

test('the page tells which messages travel, and no others', () => {
  const travelling = rows
    .filter((row) => !row[6]?.startsWith('not yet'))
    .map(([, first = '']) => first.split(' ').at(-1));
  expect(travelling.toSorted()).toEqual(Object.keys(DOCUMENT_OF_MESSAGE).toSorted());
});

test('the page names no message without a map', () => {
  const known = new Set(MAP_NAMES.map((name) => name.split('/').at(-1)));
  expect(rows.map(([, first = '']) => first.split(' ').at(-1)).filter((message) => !known.has(message))).toEqual([]);
});
