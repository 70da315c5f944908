import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMaps, ownMapsFolder } from '../../src/library/maps.ts';
import { openStandards } from '../../src/library/standards.ts';
import { describeMapFault } from '../../src/mappers/index.ts';

const standards = openStandards();
const functions = { totals: () => null };
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maps-'));
  mkdirSync(join(folder, 'tables'));
  writeFileSync(
    join(folder, 'ours.yaml'),
    'extends: x12/004010/850\nfields:\n  contract: null\n  lines.products: null\n',
  );
  writeFileSync(join(folder, 'broken.yaml'), 'document: order\nmessage: x12/004010/850\nfields:\n  number: BEG93\n');
  writeFileSync(join(folder, 'circle.yaml'), 'extends: circle\n');
  writeFileSync(join(folder, 'tables', 'unit.yaml'), 'x12: { each: [EA, ZZ] }\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('maps by name', () => {
  test('our own folder is looked through last', () =>
    expect(openMaps({ standards, functions }).map('x12/004010/850').document).toBe('order'));

  test('a map is compiled once and kept', () => {
    const maps = openMaps({ standards, functions });
    expect(maps.map('x12/004010/855')).toBe(maps.map('x12/004010/855'));
  });

  test('a partner’s overlay lies on a base map, and its version differs', () => {
    const maps = openMaps({ standards, functions, folders: [folder] });
    expect(maps.map('ours')).toMatchObject({ name: 'ours', document: 'order', message: '850', version: '004010' });
    expect(maps.map('ours').spec.fields.map(({ key }) => key)).not.toContain('contract');
    expect(maps.map('ours').versionHash).not.toBe(maps.map('x12/004010/850').versionHash);
  });

  test('a code table of the partner’s stands in for ours, and changes the version', () => {
    const theirs = openMaps({ standards, functions, folders: [folder] }).map('x12/004010/850');
    expect(theirs.versionHash).not.toBe(openMaps({ standards, functions }).map('x12/004010/850').versionHash);
  });

  test.each(['nothing', '../package', 'x12/../../package', '/etc/passwd', 'a'.repeat(100), ''])('no map: %s', (name) =>
    expect(() => openMaps({ standards, functions }).map(name)).toThrow(
      expect.objectContaining({ kind: 'map-missing' }),
    ),
  );

  test('a broken map tells every fault with file and line', () => {
    const maps = openMaps({ standards, functions, folders: [folder] });
    expect(() => maps.map('broken')).toThrow(
      expect.objectContaining({
        kind: 'map-broken',
        message: expect.stringMatching(/broken\.yaml:4:11 BEG has 12 elements: there is no BEG93/),
      }),
    );
    expect(maps.check('broken').map(describeMapFault)).toHaveLength(1);
  });

  test('a map that extends itself is a fault, not a loop', () =>
    expect(openMaps({ standards, functions, folders: [folder] }).check('circle')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('extends itself') }),
    ]));

  test('the folder of the package is found from the sources', () => expect(ownMapsFolder).toMatch(/\/maps\/$/));
});
