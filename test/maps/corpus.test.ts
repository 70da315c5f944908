import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import { validate } from '../../src/parsers/validate.ts';
import { baseMapName } from '../../src/partners/defaults.ts';
import { EXPLAINED, WARNINGS, WITHOUT_A_MAP } from './corpus-explained.ts';
import { readEvents, standards } from './fixtures.ts';

/*
 * Files nobody on this project wrote, through the maps: what each reading says of them is kept (corpus-reading.json), every error with its reason
 * and every kind of warning with its own. A map that begins to read less, or to complain of more, shows here.
 */
const root = ['../shared/corpus', '../../shared/corpus'].find(existsSync);
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );
const maps = openMaps({ standards, functions: mapFunctions });
const MESSAGES = new Set(
  '850 855 856 810 820 860 865 824 812 846 832 864 870 940 945 ORDERS ORDRSP ORDCHG DESADV INVOIC REMADV APERAK'.split(
    ' ',
  ),
);

interface Reading {
  readonly file: string;
  readonly map: string;
  /** Null: there is no base map of this version. */
  readonly said: {
    readonly document: boolean;
    readonly problems: Readonly<Record<string, number>>;
    readonly unmapped: number;
    readonly errors: readonly string[];
    readonly warnings: readonly string[];
  } | null;
}

const counted = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(words)].toSorted().map((word) => [word, words.filter((other) => other === word).length]),
  );

function* readingsOf(folder: string): Iterable<Reading> {
  for (const path of filesIn(folder).toSorted()) {
    if (/\.(json|md)$/.test(path)) continue;
    for (const event of readEvents(readFileSync(path))) {
      if (event.kind !== 'transaction' || !MESSAGES.has(event.transaction.message)) continue;
      const { transaction } = event;
      const file = path.slice(folder.length + 1);
      const map = baseMapName(transaction.message, transaction.version);
      const table = standards.table(transaction.syntax, transaction.version, transaction.message);
      if (table === undefined || !maps.has(map)) {
        yield { file, map, said: null };
        continue;
      }
      const { message } = transaction;
      const placed = validate(transaction, table, {
        implied: standards.implied(message),
        balances: standards.balances(message),
      });
      const { document, problems, unmapped } = maps.map(map).read(placed, {});
      const of = (severity: string) => problems.filter((one) => one.severity === severity);
      yield {
        file,
        map,
        said: {
          document: document !== null,
          problems: counted(problems.map(({ severity, code }) => `${severity} ${code}`)),
          unmapped: unmapped.length,
          errors: of('error').map(({ code }) => code),
          warnings: of('warning').map(({ code }) => code),
        },
      };
    }
  }
}

describe.skipIf(root === undefined)('public samples', () => {
  const readings = root === undefined ? [] : [...readingsOf(root)];

  test('are there, and most are read', () => {
    const read = readings.filter(({ said }) => said !== null);
    expect(read.length).toBeGreaterThan(100);
    expect(read.filter(({ said }) => said?.document).length / read.length).toBeGreaterThan(0.9);
  });

  test('say what they said', async () => {
    const kept = readings.map(({ file, map, said }) => [
      file,
      map,
      said === null ? 'no map' : { document: said.document, problems: said.problems, unmapped: said.unmapped },
    ]);
    await expect(`${kept.map((one) => JSON.stringify(one)).join('\n')}\n`).toMatchFileSnapshot('corpus-reading.ndjson');
  });

  test('that make no document, or have errors, are explained, and no others', () => {
    const broken = readings.filter(({ said }) => said !== null && (!said.document || said.errors.length > 0));
    expect([...new Set(broken.map(({ file }) => file))].toSorted()).toEqual(Object.keys(EXPLAINED).toSorted());
    for (const { file, said } of broken)
      expect({ file, errors: [...new Set(said?.errors)].toSorted() }).toEqual({
        file,
        errors: EXPLAINED[file]?.errors,
      });
  });

  test('warn of nothing that has no reason', () => {
    const codes = new Set(readings.flatMap(({ said }) => said?.warnings ?? []));
    expect([...codes].filter((code) => WARNINGS[code] === undefined)).toEqual([]);
  });

  test('of a version without a map are of one we have no tables of, but for those that are told', () => {
    const versions = new Set(readings.flatMap(({ map, said }) => (said === null ? [map] : [])));
    expect([...versions].toSorted()).toEqual(Object.keys(WITHOUT_A_MAP).toSorted());
  });
});
