import type { Dice } from './dice.ts';
import type { Note, Use } from './tables.ts';

/* Syntax notes, as X12.6 words them and not as the gateway computes them: sets of places, no bits. */

/** Whether the places present keep the note. */
export function keeps({ kind, places }: Note, present: ReadonlySet<number>): boolean {
  const there = places.filter((place) => present.has(place));
  const [first = 0, ...others] = places;
  switch (kind) {
    case 'P':
      return there.length === 0 || there.length === places.length;
    case 'R':
      return there.length > 0;
    case 'E':
      return there.length <= 1;
    case 'C':
      return !present.has(first) || others.every((place) => present.has(place));
    case 'L':
      return !present.has(first) || others.some((place) => present.has(place));
    default:
      throw new Error(`note ${kind}`);
  }
}

export const keepsAll = (notes: readonly Note[], present: ReadonlySet<number>): boolean =>
  notes.every((note) => keeps(note, present));

/** Places to fill: the mandatory ones, others by chance, at least one, and all notes kept. */
export function placesToFill(
  uses: readonly Pick<Use, 'mandatory'>[],
  notes: readonly Note[],
  dice: Dice,
): ReadonlySet<number> {
  const all = uses.map((_use, index) => index + 1);
  const mandatory = all.filter((place) => uses[place - 1]?.mandatory);
  for (let round = 0; round < 200; round++) {
    // Ever fewer wishes: the fewer there are, the fewer notes they break.
    const wish = round < 100 ? 0.35 : 0.1;
    const present = new Set([...mandatory, ...all.filter(() => dice.chance(wish))]);
    if (present.size === 0) present.add(dice.pick(all));
    mend(notes, present, dice);
    if (keepsAll(notes, present) && mandatory.every((place) => present.has(place))) return present;
  }
  throw new Error(`no wish keeps ${notes.map(({ text }) => text).join(' ')}`);
}

/** Adds what is wanted, takes away what is excluded, a few times over. */
function mend(notes: readonly Note[], present: Set<number>, dice: Dice): void {
  for (let round = 0; round < 6; round++) {
    for (const note of notes) {
      if (keeps(note, present)) continue;
      const { kind, places } = note;
      if (kind === 'E') {
        const kept = dice.pick(places.filter((place) => present.has(place)));
        for (const place of places) if (place !== kept) present.delete(place);
      } else if (kind === 'P' || kind === 'C') for (const place of places) present.add(place);
      else present.add(dice.pick(kind === 'R' ? places : places.slice(1)));
    }
  }
}
