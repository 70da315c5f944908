import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import { describeMapFault } from '../../src/mappers/index.ts';
import { bytesOf } from '../mappers/wire.ts';
import { placedFrom, standards } from './fixtures.ts';

/* EANCOM's association codes (UNH 0057): overlays that write the code and what GS1 has of its own. */
const maps = openMaps({ standards, functions: mapFunctions });
const CODES: readonly (readonly [association: string, directory: string, message: string])[] = [
  ['EAN008', 'D96A', 'ORDERS'],
  ['EAN010', 'D01B', 'ORDERS'],
  ['EAN005', 'D96A', 'ORDCHG'],
  ['EAN005', 'D96A', 'ORDRSP'],
  ['EAN009', 'D01B', 'ORDRSP'],
  ['EAN005', 'D96A', 'DESADV'],
  ['EAN007', 'D01B', 'DESADV'],
  ['EAN008', 'D96A', 'INVOIC'],
  ['EAN010', 'D01B', 'INVOIC'],
  ['EAN011', 'D01B', 'INVOIC'],
];
const EXAMPLES = CODES.flatMap(([code, directory, message]) =>
  ['typical', 'maximal'].map((stem) => [code, directory, message, stem] as const),
);
const page = readFileSync(new URL('../../docs/reference/messages.md', import.meta.url), 'utf8');

/** Segments between UNH and UNT, for the envelope is the test's own. */
const inside = (text: string) =>
  text
    .split(/'\s*/)
    .filter((segment) => !/^(UNA|UNB|UNH|UNT|UNZ)/.test(segment))
    .filter((segment) => segment !== '');

describe('EANCOM', () => {
  test.each(CODES)(
    '%s is an overlay of %s %s without faults, and the page tells it with its source',
    (code, directory, message) => {
      const name = `edifact/${code}/${message}`;
      expect(maps.check(name).map(describeMapFault)).toEqual([]);
      const { spec, version } = maps.map(name);
      expect([spec.association, version, spec.message]).toEqual([code, directory, message]);
      expect(page).toMatch(new RegExp(`\\| ${message} \\| ${directory} \\| [^|]*\`${code}\``));
    },
  );

  test.each(EXAMPLES)(
    '%s over %s: %s %s is read as by the base map, and written as it was',
    (code, directory, message, stem) => {
      const file = new URL(`../../fixtures/edifact/${code}/${message}/${stem}.edi`, import.meta.url);
      const bytes = readFileSync(file);
      const { placed } = placedFrom(bytes);
      expect(placed.transaction.association).toBe(code);
      // GS1's own codes are in no list of the United Nations.
      expect(placed.problems.filter(({ code: of }) => of !== 'element/invalid-code')).toEqual([]);
      const map = maps.map(`edifact/${code}/${message}`);
      const { document, unmapped } = map.read(placed, {});
      expect(document).toEqual(maps.map(`edifact/${directory}/${message}`).read(placed, {}).document);
      expect(unmapped).toEqual([]);
      if (document === null) throw new Error('no document');
      const { draft, problems, unwritten } = map.write(document, {});
      expect({ problems, unwritten }).toEqual({ problems: [], unwritten: [] });
      const written = bytesOf(draft);
      expect(Buffer.from(written).toString('latin1')).toContain(
        `${message}:${directory[0]}:${directory.slice(1)}:UN:${code}'`,
      );
      const again = map.read(placedFrom(written).placed, {});
      expect(again.document).toEqual(document);
      // Byte for byte where the base map's own fixture is written so; DESADV with 33E in the place of 24.
      if (stem === 'typical' && message !== 'ORDCHG')
        expect(inside(Buffer.from(written).toString('latin1'))).toEqual(inside(bytes.toString('latin1')));
    },
  );

  test.each([['EAN005'], ['EAN007']])(
    'a DESADV of %s marks its packs with 33E, and reads them under any marking',
    (code) => {
      const bytes = readFileSync(
        new URL(`../../fixtures/edifact/${code}/DESADV/typical.edi`, import.meta.url),
        'latin1',
      );
      const marked = (marking: string) =>
        placedFrom(Buffer.from(bytes.replaceAll('PCI+33E', `PCI+${marking}`), 'latin1')).placed;
      const map = maps.map(`edifact/${code}/DESADV`);
      const { document, problems } = map.read(marked('33E'), {});
      expect(problems).toEqual([]);
      expect(map.read(marked('24'), {}).document).toEqual(document);
      if (document === null) throw new Error('no document');
      const markings = map.write(document, {}).draft.segments.filter(({ tag }) => tag === 'PCI');
      expect(markings.map(({ elements }) => elements)).toEqual([['33E'], ['33E'], ['33E']]);
    },
  );

  test('association: is of EDIFACT, and short', () => {
    const faults = (text: string) => maps.checkText(text, 'test.yaml', 'test').faults.map(({ message }) => message);
    expect(faults('extends: edifact/D96A/ORDERS\nassociation: EAN008\n')).toEqual([]);
    expect(faults('extends: edifact/D96A/ORDERS\nassociation: EANCOM2002\n')).toEqual([
      '`association:` is at most six letters and digits (UNH 0057).',
    ]);
    expect(faults('extends: x12/004010/850\nassociation: EAN008\n')).toEqual(['X12 has no `association:`.']);
  });
});
