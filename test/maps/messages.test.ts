import { readdirSync, readFileSync } from 'node:fs';
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

const messageOf = (row: readonly string[]): string => row[1]?.split(' ').at(-1) ?? '';
const mapsOf = (row: readonly string[]) => MAP_NAMES.filter((name) => name.split('/').at(-1) === messageOf(row));

test('every base map on disk is on the page, and no message twice', () => {
  const onDisk = readdirSync(new URL('../../maps', import.meta.url), { recursive: true, encoding: 'utf8' }).flatMap(
    (path) => /^(x12|edifact)\/[0-9D][0-9A-Z]+\/\w+(?=\.yaml$)/.exec(path)?.[0] ?? [],
  );
  expect(onDisk.length).toBeGreaterThan(30);
  expect(onDisk.toSorted()).toEqual([...MAP_NAMES].toSorted());
  const messages = rows.map(messageOf);
  expect(new Set(messages).size).toBe(messages.length);
});

test.each(rows.map((row) => [messageOf(row), row] as const))(
  'of %s the page tells exactly what there is: versions, read and write, fixtures, what it does',
  (_message, row) => {
    const [, , what = '', , versions = '', both, road = '', fixtures = ''] = row;
    const maps = mapsOf(row);
    expect(what).not.toBe('');
    const told = versions.match(/\b(?:0\d{5}|D\d{2}[A-Z])\b/g) ?? [];
    expect(told.toSorted()).toEqual(maps.map((name) => name.split('/')[1] ?? '').toSorted());
    // One declaration serves both ways; round-trip.test.ts holds each map to it.
    expect(both).toBe('both');
    expect(fixtures.split(', ').toSorted()).toEqual([...new Set(maps.flatMap(stemsOf))].toSorted());
    expect(road).toMatch(/^(in|out|not yet): \S/);
  },
);

test('the page tells in which directions the example partners trade each message', () => {
  const folder = new URL('../../partners/', import.meta.url);
  const agreed = readdirSync(folder).flatMap((partner) => [
    ...readFileSync(new URL(`${partner}/agreements.yaml`, folder), 'utf8').matchAll(
      /^ {2}- (receive|send): "?(\w+)"?/gm,
    ),
  ]);
  expect(agreed.length).toBeGreaterThan(15);
  for (const [, act, message = ''] of agreed) {
    const road = rows.find((row) => messageOf(row) === message)?.[6];
    expect(road, message).toMatch(act === 'receive' ? /(^|; )in: / : /(^|; )out: /);
  }
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
