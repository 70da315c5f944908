import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepsNote, noteFaults } from '../../src/parsers/check-notes.ts';
import type { NoteKind, SyntaxNote } from '../../src/parsers/standards/definitions.ts';

const noteOf = (text: string): SyntaxNote => {
  const places = (text.slice(1).match(/\d\d/g) ?? []).map(Number);
  return {
    kind: text.charAt(0) as NoteKind,
    places,
    text,
    mask: places.reduce((mask, place) => mask | (1 << (place - 1)), 0),
  };
};
const bits = (places: readonly number[]) => places.reduce((mask, place) => mask | (1 << (place - 1)), 0);

test.each`
  note         | present      | faults
  ${'P0304'}   | ${[]}        | ${[]}
  ${'P0304'}   | ${[3, 4]}    | ${[]}
  ${'P0304'}   | ${[3]}       | ${['4 because 3']}
  ${'P0304'}   | ${[4]}       | ${['3 because 4']}
  ${'P020304'} | ${[3]}       | ${['2 because 3', '4 because 3']}
  ${'R0203'}   | ${[1]}       | ${['2 because 0']}
  ${'R0203'}   | ${[3]}       | ${[]}
  ${'E0204'}   | ${[2, 4]}    | ${['4 not with 2']}
  ${'E020406'} | ${[2, 4, 6]} | ${['4 not with 2', '6 not with 2']}
  ${'E0204'}   | ${[4]}       | ${[]}
  ${'C0403'}   | ${[4]}       | ${['3 because 4']}
  ${'C0403'}   | ${[3]}       | ${[]}
  ${'C0403'}   | ${[3, 4]}    | ${[]}
  ${'L130204'} | ${[13]}      | ${['2 because 13']}
  ${'L130204'} | ${[13, 4]}   | ${[]}
  ${'L130204'} | ${[]}        | ${[]}
`('$note with $present present: $faults', ({ note, present, faults }) => {
  const parsed = noteOf(note);
  expect(keepsNote(parsed, bits(present))).toBe(faults.length === 0);
  if (faults.length === 0) return;
  expect(
    noteFaults(parsed, bits(present)).map(
      ({ place, because, excluded }) => `${place} ${excluded ? 'not with' : 'because'} ${because}`,
    ),
  ).toEqual(faults);
});

test('mending what the faults say keeps the note', () =>
  fc.assert(
    fc.property(
      fc.constantFrom('P', 'R', 'E', 'C', 'L'),
      fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 2, maxLength: 6 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 31 })),
      (kind, places, present) => {
        const note = noteOf(kind + places.map((place) => String(place).padStart(2, '0')).join(''));
        if (keepsNote(note, bits(present))) return;
        const mended = noteFaults(note, bits(present)).reduce(
          (mask, { place, excluded }) => (excluded ? mask & ~(1 << (place - 1)) : mask | (1 << (place - 1))),
          bits(present),
        );
        expect(keepsNote(note, mended)).toBe(true);
      },
    ),
  ));
