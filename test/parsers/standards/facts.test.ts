import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tellTable } from './describe-tables.ts';

/*
 * Facts written by hand, one a line, held against the tables: what generates and what validates share the tables, so a wrong row would pass both.
 *   place 850 N1/N3 = N3 O 2      element 127 = AN 1 50      segment N3 = 166 M, 166 O      notes N1 = R0203 P0304 (the first of them)
 *   group 850 = PO                code 98 ST                 nocode 98 st
 */
const folder = join(import.meta.dirname, 'facts');

function factsOf(version: string): readonly string[] {
  const lines = readFileSync(join(folder, `${version}.txt`), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

describe.each(readdirSync(folder).map((name) => name.replace('.txt', '')))('%s', (version) => {
  const table = tellTable(/^\d/.test(version) ? 'x12' : 'edifact', version);
  const facts = factsOf(version);

  test.each(facts)('%s', (fact) => {
    const [left = '', right = ''] = fact.split(' = ');
    const [kind, one = '', two = ''] = left.split(' ');
    switch (kind) {
      case 'place':
        return expect(table.place(one, two)).toBe(right);
      case 'element':
        return expect(table.element(one)).toBe(right);
      case 'segment':
        return expect(table.segment(one)).toBe(right);
      case 'notes':
        return expect(`${table.notes(one)} `.startsWith(`${right} `), table.notes(one)).toBe(true);
      case 'group':
        return expect(table.message(one)?.functionalId).toBe(right);
      case 'code':
        return expect(table.hasCode(one, two)).toBe(true);
      case 'nocode':
        return expect(table.hasCode(one, two)).toBe(false);
      default:
        throw new Error(`no kind of fact: ${fact}`);
    }
  });

  test('sixty at least, none twice', () => {
    expect(facts.length).toBeGreaterThanOrEqual(60);
    expect(new Set(facts).size).toBe(facts.length);
  });
});
