import { readdirSync, readFileSync } from 'node:fs';
import { openStandards } from '../../src/library/standards.ts';
import { createReader } from '../../src/parsers/index.ts';
import type { ReadEvent, Transaction } from '../../src/parsers/transaction.ts';
import { validate } from '../../src/parsers/validate.ts';

export const standards = openStandards();

/** The folders with fixtures, one per base map: "x12/004010/850". */
export const MAP_NAMES = [
  'x12/004010/850',
  'x12/004010/855',
  'x12/004010/856',
  'x12/004010/810',
  'x12/004010/820',
  'x12/004010/860',
  'x12/004010/865',
  'x12/004010/824',
  'x12/004010/812',
  'x12/004010/846',
  'x12/004010/832',
  'x12/004010/864',
  'x12/004010/870',
  'x12/004010/940',
  'x12/004010/945',
  'x12/005010/850',
  'x12/005010/855',
  'x12/005010/856',
  'x12/005010/810',
  'x12/005010/820',
  'edifact/D96A/ORDERS',
  'edifact/D96A/ORDCHG',
  'edifact/D96A/ORDRSP',
  'edifact/D96A/DESADV',
  'edifact/D96A/INVOIC',
  'edifact/D96A/REMADV',
  'edifact/D96A/APERAK',
  'edifact/D01B/ORDERS',
  'edifact/D01B/ORDCHG',
  'edifact/D01B/ORDRSP',
  'edifact/D01B/DESADV',
  'edifact/D01B/INVOIC',
  'edifact/D01B/REMADV',
  'edifact/D01B/APERAK',
] as const;
export type MapName = (typeof MAP_NAMES)[number];

const root = new URL('../../fixtures/', import.meta.url);
export const fixturePath = (map: MapName, file: string) => new URL(`${map}/${file}`, root).pathname;
export const stemsOf = (map: MapName): string[] =>
  readdirSync(new URL(`${map}/`, root))
    .filter((name) => name.endsWith('.edi') && !name.endsWith('.out.edi'))
    .map((name) => name.slice(0, -'.edi'.length))
    .toSorted();

/** Every fixture, for `test.each`: "x12/004010/850 minimal". */
export const FIXTURES: readonly (readonly [MapName, string])[] = MAP_NAMES.flatMap((map) =>
  stemsOf(map).map((stem) => [map, stem] as const),
);

export function readEvents(bytes: Uint8Array): readonly ReadEvent[] {
  const reader = createReader();
  return [...reader.push(bytes), ...reader.end()];
}

/** The one transaction of a file, in its place in the tables. */
export function placedFrom(bytes: Uint8Array) {
  const events = readEvents(bytes);
  const transactions = events.flatMap((event) => (event.kind === 'transaction' ? [event.transaction] : []));
  const [transaction] = transactions;
  if (transaction === undefined || transactions.length > 1) throw new Error(`${transactions.length} transactions`);
  return { events, placed: placeTransaction(transaction) };
}

export function placeTransaction(transaction: Transaction) {
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table for ${syntax} ${version} ${message}`);
  const options = { implied: standards.implied(message), balances: standards.balances(message) };
  return validate(transaction, table, options);
}

export const placedFixture = (map: MapName, stem: string) => placedFrom(readFileSync(fixturePath(map, `${stem}.edi`)));
