import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { LINE_STATUSES, ORDER_PURPOSES, VERDICTS } from '../../src/orders/words.ts';
import type { SyntaxName } from '../../src/parsers/transaction.ts';
import { MAP_NAMES, standards } from './fixtures.ts';

type Rows = Readonly<Record<string, string | readonly string[]>>;
type Table = Readonly<Partial<Record<SyntaxName, Rows>>>;

const folder = new URL('../../maps/tables/', import.meta.url);
const NAMES = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''));
const textOf = (name: string) => readFileSync(new URL(`${name}.yaml`, folder), 'utf8');
const tableOf = (name: string) => parse(textOf(name)) as Table;
const codesOf = (rows: Rows | undefined) => Object.values(rows ?? {}).flat();

/** Versions whose codes a table may hold: partners use those of later ones (trap 18). */
const VERSIONS = { x12: ['004010', '004030', '005010'], edifact: ['D96A', 'D01B'] } as const;
/** Codes in use that those versions do not list: EAN008's GTIN, Incoterms, deduction reasons of later versions. */
const OTHER_CODES: Readonly<Record<string, readonly string[]>> = {
  '7143': ['SRV'],
  '4053': ['EXW', 'FCA', 'FAS', 'FOB', 'CFR', 'CIF', 'CPT', 'CIP', 'DAF', 'DES', 'DEQ', 'DDU', 'DDP'],
  '426': ['EU', 'EV', 'EW', 'F2', 'O1', 'XG', 'XH'],
};

function listedCodes(syntax: SyntaxName, element: string): ReadonlySet<string> | null {
  const lists = VERSIONS[syntax].map((version) => standards.version(syntax, version)?.elements.get(element)?.codes);
  if (lists.every((list) => list === undefined || list === null)) return null;
  return new Set([...lists.flatMap((list) => [...(list ?? [])]), ...(OTHER_CODES[element] ?? [])]);
}

describe.each(NAMES)('%s', (name) => {
  const [head = ''] = textOf(name).split('\n');
  const table = tableOf(name);
  const elements: Partial<Record<SyntaxName, string>> = {};
  const [, x12] = /X12 (\d{2,4})/.exec(head) ?? [];
  const [, edifact] = /EDIFACT (\d{4})/.exec(head) ?? [];
  if (x12 !== undefined) elements.x12 = x12;
  if (edifact !== undefined) elements.edifact = edifact;

  test('says in its first line which elements it is for, and has just their rows', () => {
    expect(head).toMatch(/^# .+: .*(X12|EDIFACT) \d/);
    const syntaxes = Object.keys(table).filter((key) => key !== 'wider');
    expect(syntaxes.toSorted()).toEqual(Object.keys(elements).toSorted());
  });

  test.each(Object.entries(elements))('%s: a code stands once, and the standard lists it', (syntax, element) => {
    const codes = codesOf(table[syntax as SyntaxName]);
    expect(codes.filter((code, index) => typeof code !== 'string' || codes.indexOf(code) !== index)).toEqual([]);
    const listed = listedCodes(syntax as SyntaxName, element);
    if (listed !== null) expect(codes.filter((code) => !listed.has(code))).toEqual([]);
  });

  test('words are short, plain and in small letters', () => {
    const words = [table.x12, table.edifact].flatMap((rows) => Object.keys(rows ?? {}));
    expect(words.filter((word) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(word) || word.length > 40)).toEqual([]);
  });
});

test('every table is used by a base map', () => {
  const maps = MAP_NAMES.map((map) => readFileSync(new URL(`../../maps/${map}.yaml`, import.meta.url), 'utf8')).join();
  expect(NAMES.filter((name) => !new RegExp(`(codes|table): ${name}\\b(?!-)`).test(maps))).toEqual([]);
});

// The rules of src/orders compare with these words: a table that renamed one would silently take the cautious branch.
test.each`
  table              | words
  ${'order-purpose'} | ${ORDER_PURPOSES}
  ${'line-status'}   | ${LINE_STATUSES}
  ${'verdict'}       | ${VERDICTS}
`('$table knows the words of the rules', ({ table, words }: { table: string; words: readonly string[] }) => {
  expect(Object.keys(tableOf(table).x12 ?? {})).toEqual(expect.arrayContaining([...words]));
});

test('parties are known by the same words in both syntaxes', () => {
  const x12 = Object.keys(tableOf('id-scheme').x12 ?? {});
  const edifact = Object.keys(tableOf('agency').edifact ?? {});
  expect(edifact.filter((word) => x12.includes(word))).toEqual(
    expect.arrayContaining(['gln', 'duns', 'supplier-assigned', 'buyer-assigned']),
  );
});
