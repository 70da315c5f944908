import type { SyntaxNote } from './standards/definitions.ts';

/** What a broken note is about: the place to blame, the place that makes it so (0 when none), and whether the blamed one is missing or too many. */
export interface NoteFault {
  readonly place: number;
  readonly because: number;
  readonly excluded: boolean;
}

const bit = (place: number) => 1 << (place - 1);

/** Whether the values present (bit 0 = place 1) keep the note: two machine operations, for nearly every note is kept. */
export function keepsNote({ kind, mask, places }: SyntaxNote, present: number): boolean {
  const both = present & mask;
  switch (kind) {
    case 'P':
      return both === 0 || both === mask;
    case 'R':
      return both !== 0;
    case 'E':
      return (both & (both - 1)) === 0; // at most one bit
    case 'C':
      return (both & bit(places[0] ?? 0)) === 0 || both === mask;
    case 'L':
      return (both & bit(places[0] ?? 0)) === 0 || both !== bit(places[0] ?? 0);
  }
}

/** The faults of a note that is not kept: one for each value missing or too many, so that a sender mends all at once. */
export function noteFaults({ kind, places }: SyntaxNote, present: number): readonly NoteFault[] {
  const isPresent = (place: number) => (present & bit(place)) !== 0;
  const first = places[0] ?? 0;
  switch (kind) {
    case 'P': {
      const because = places.find(isPresent) ?? 0;
      return places.filter((place) => !isPresent(place)).map((place) => ({ place, because, excluded: false }));
    }
    case 'C':
      return places.filter((place) => !isPresent(place)).map((place) => ({ place, because: first, excluded: false }));
    case 'R':
      return [{ place: first, because: 0, excluded: false }];
    case 'L':
      return [{ place: places[1] ?? 0, because: first, excluded: false }];
    case 'E': {
      const [kept = 0, ...others] = places.filter(isPresent);
      return others.map((place) => ({ place, because: kept, excluded: true }));
    }
  }
}

/** "N104 is missing: N103 is present, and note P0304 wants both." `nameOf` writes a place: "N104", or "MEA04-2" in a composite. */
export function noteMessage(note: SyntaxNote, fault: NoteFault, nameOf: (place: number) => string): string {
  const name = nameOf(fault.place);
  const because = nameOf(fault.because);
  const all = note.places.map(nameOf);
  switch (note.kind) {
    case 'P':
      return `${name} is missing: ${because} is present, and note ${note.text} wants ${all.length === 2 ? 'both' : 'all of them'}.`;
    case 'C':
      return `${name} is missing: ${because} is present, and note ${note.text} wants it beside that.`;
    case 'R':
      return `${name} is missing: note ${note.text} wants at least one of ${listed(all)}.`;
    case 'L':
      return `${name} is missing: ${because} is present, and note ${note.text} wants at least one of ${listed(all.slice(1))} beside it.`;
    case 'E':
      return `${name} must be absent: ${because} is present, and note ${note.text} allows only one of ${listed(all)}.`;
  }
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
