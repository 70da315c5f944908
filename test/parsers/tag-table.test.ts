import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TagTable } from '../../src/parsers/tag-table.ts';

test('a tag is the text that stands there, whatever was met before', () => {
  const character = fc.constantFrom('A', 'B', 'N', '1', '0', '\u0000', 'é', 'ÿ');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: character, maxLength: 4 }), { maxLength: 300 }), (tags) => {
      const table = new TagTable();
      for (const tag of tags) expect(table.tag(`*${tag}*`, 1, 1 + tag.length)).toBe(tag);
    }),
  );
});

test('more tags than are kept are told all the same', () => {
  const table = new TagTable();
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 5_000; number++) {
      const tag = number.toString(36).padStart(3, '0');
      expect(table.tag(tag, 0, 3)).toBe(tag);
    }
  }
});
