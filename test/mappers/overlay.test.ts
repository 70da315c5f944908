import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MapOf } from '../../src/mappers/index.ts';
import { compileMap, parseMap } from '../../src/mappers/index.ts';
import { placedX12 } from './wire.ts';
import { EXAMPLES, standards } from './world.ts';

const files: Record<string, string> = {
  base: 'document: order\nmessage: x12/004010/850\nshapes: { unused: BEG03 }\nfields:\n  number: BEG03\n  purpose: { at: BEG01, codes: order-purpose }\n  contract: BEG06\n  release: BEG04\n  lines: { each: PO1, fields: { number: PO101, price: { fields: { amount: PO104 } } } }\nfixed: { BEG02: SA }\nbalances: { CTT01: count(lines) }\n',
};
const source = (name: string) => (files[name] === undefined ? undefined : parseMap(files[name], `${name}.yaml`));
const example = (name: string) =>
  parseMap(readFileSync(new URL(`examples/${name}.yaml`, import.meta.url), 'utf8'), `${name}.yaml`);
const world = {
  base: (name: string) => source(name) ?? (EXAMPLES.some((known) => known === name) ? example(name) : undefined),
  codes: (name: string) =>
    parseMap(readFileSync(new URL(`../../maps/tables/${name}.yaml`, import.meta.url), 'utf8'), name),
  table: standards.table,
  functions: {},
};

function over(text: string): MapOf {
  const { map, faults } = compileMap(parseMap(text, 'over.yaml'), 'over', world);
  if (map === null) throw new Error(faults.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return map;
}
const keys = (map: MapOf) => map.spec.fields.map(({ key }) => key);

describe('an overlay', () => {
  test('adds at the end, replaces in its place, removes with null', () =>
    expect(keys(over('extends: base\nfields: { release: REF02, contract: null, department: BEG06 }'))).toEqual([
      'number',
      'purpose',
      'release',
      'lines',
      'department',
    ]));

  test('reaches an inner field by its path', () => {
    const map = over(
      'extends: base\nfields: { lines.price.amount: CTP03, lines.description: { at: PID05, where: { PID01: F } }, lines.number: null }',
    );
    const [lines] = map.spec.fields.filter(({ key }) => key === 'lines');
    expect(lines?.kind === 'each' && lines.fields?.map(({ key }) => key)).toEqual(['price', 'description']);
    const { document } = map.read(
      placedX12('850', 'PO', ['BEG*00*SA*1**20261122', 'PO1*1*1*EA*5', 'CTP***7', 'PID*F****TEA']),
      {},
    );
    expect(document).toMatchObject({ lines: [{ price: { amount: '7' }, description: 'TEA' }] });
  });

  test('reaches a field of a hierarchy’s node, and changes its shape', () => {
    const map = over(
      'extends: 4-ship-notice\nfields: { contents.line: SN101, orders.orderedOn: null, shipment.carriage: null }\nhierarchy: { shape: { write: S/O/I } }',
    );
    const node = (name: string) => map.spec.hierarchy?.nodes.find((known) => known.name === name)?.fields ?? [];
    expect(node('O').map(({ key }) => key)).toEqual(['number']);
    expect(map.spec.hierarchy?.shapes).toEqual([
      { code: '', levels: ['S', 'O', 'I'].map((name) => ({ node: name, optional: false })) },
    ]);
    const line = node('I').find(({ key }) => key === 'line');
    expect(line?.kind === 'value' && line.source.places[0]?.text).toBe('SN101');
  });

  test('changes constants and balances key by key', () => {
    const map = over('extends: base\nfixed: { BEG02: null, BEG07: AD }\nbalances: { CTT01: null }');
    expect(map.spec.fixed.map(({ place, text }) => `${place.text}=${text}`)).toEqual(['BEG07=AD']);
    expect(map.spec.balances).toEqual([]);
  });

  test('may move to another version of the message', () =>
    expect(over('extends: base\nmessage: x12/005010/850').version).toBe('005010'));

  test('lies over an overlay', () => {
    files.middle = 'extends: base\nfields: { contract: null }';
    expect(keys(over('extends: middle\nfields: { release: null }'))).toEqual(['number', 'purpose', 'lines']);
  });

  test('a change in any map below, or in a table, is another version', () => {
    const before = over('extends: base').versionHash;
    expect(over('extends: base').versionHash).toBe(before);
    files.base = files.base?.replace('release: BEG04', 'release: BEG06') ?? '';
    expect(over('extends: base').versionHash).not.toBe(before);
  });
});
