import { balancedPlaces, makeParts } from './elements.ts';
import {
  copyOf,
  type Expected,
  expectedAt,
  filled,
  filledParts,
  isService,
  type Mutant,
  type Mutation,
  setValue,
  spotsOf,
} from './mutant.ts';
import { keeps, keepsAll } from './notes.ts';
import type { Note } from './tables.ts';
import type { Made } from './transaction.ts';
import { isAbsent } from './wire.ts';

/** Segments with content of their own, in chance's order. */
const inAnyOrder = (made: readonly Made[], shuffled: <T>(list: readonly T[]) => T[]): number[] =>
  shuffled(made.map((_one, index) => index)).filter((index) => made[index] !== undefined && !isService(made[index]));

/** Drops a mandatory element, or a mandatory component of a composite that stays. */
export const dropElement: Mutation = (message, made, dice) => {
  const balanced = balancedPlaces(message);
  for (const index of inAnyOrder(made, (list) => dice.shuffled(list))) {
    const one = made[index];
    if (one === undefined) continue;
    const present = filled(one.elements);
    for (const place of dice.shuffled([...present])) {
      const use = one.row.uses[place - 1];
      if (use === undefined || balanced.has(`${one.tag}${place}`)) continue;
      const left = new Set([...present].filter((other) => other !== place));
      if (use.mandatory && left.size > 0 && keepsAll(one.row.notes, left)) {
        const mutant = copyOf(made);
        mutant[index]?.elements.splice(place - 1, 1, []);
        return { made: mutant, expected: expectedAt(mutant, index, 'element/missing', { element: place }) };
      }
      const dropped = dropComponent(made, index, place);
      if (dropped !== null) return dropped;
    }
  }
  return null;
};

function dropComponent(made: readonly Made[], index: number, place: number): Mutant | null {
  const one = made[index];
  const use = one?.row.uses[place - 1];
  const repetitions = one?.elements[place - 1] ?? [];
  const parts = repetitions[0];
  if (use?.parts == null || parts === undefined || repetitions.length > 1) return null;
  const there = filledParts(parts);
  const component = [...there].find((at) => {
    const left = new Set([...there].filter((other) => other !== at));
    return use.parts?.[at - 1]?.mandatory === true && left.size > 0 && keepsAll(use.notes, left);
  });
  if (component === undefined || (use.id === 'C507' && component > 1)) return null;
  const mutant = copyOf(made);
  setValue(mutant, { index, element: place, component, use, within: use }, '');
  return { made: mutant, expected: expectedAt(mutant, index, 'element/missing', { element: place, component }) };
}

export const emptySegment: Mutation = (message, made, dice) => {
  const balanced = new Set([...balancedPlaces(message)].map((place) => place.replace(/\d+(?:-\d+)?$/, '')));
  const index = inAnyOrder(made, (list) => dice.shuffled(list)).find((at) => !balanced.has(made[at]?.tag ?? ''));
  if (index === undefined) return null;
  const mutant = copyOf(made);
  const one = mutant[index];
  if (one !== undefined) one.elements = [];
  return { made: mutant, expected: expectedAt(mutant, index, 'segment/empty') };
};

export const addElement: Mutation = (_message, made, dice) => {
  const [index] = inAnyOrder(made, (list) => dice.shuffled(list));
  const mutant = copyOf(made);
  const one = index === undefined ? undefined : mutant[index];
  if (index === undefined || one === undefined) return null;
  const count = one.row.uses.length;
  one.elements[count] = [['X']];
  return { made: mutant, expected: expectedAt(mutant, index, 'element/too-many', { element: count + 1 }) };
};

/** One component more than the composite has, or a second one in a single element. */
export const addComponent: Mutation = (message, made, dice) => {
  for (const { index, element, component } of dice.shuffled(spotsOf(message, made))) {
    const mutant = copyOf(made);
    const repetitions = mutant[index]?.elements[element - 1];
    const parts = repetitions?.[0];
    if (parts === undefined || repetitions === undefined || repetitions.length > 1) continue;
    const count = component === null ? 1 : (mutant[index]?.row.uses[element - 1]?.parts?.length ?? 0);
    while (parts.length < count) parts.push('');
    parts[count] = 'X';
    const more: Partial<Expected> = { element, component: count + 1 };
    return { made: mutant, expected: expectedAt(mutant, index, 'element/too-many-components', more) };
  }
  return null;
};

/** One repetition more than the element may have, where the version repeats at all. */
export const addRepetition: Mutation = (message, made, dice) => {
  if (message.syntax === 'x12' ? message.version < '004020' : message.version !== 'D01B' && message.version !== '41')
    return null;
  for (const { index, element, within, use } of dice.shuffled(spotsOf(message, made))) {
    const mutant = copyOf(made);
    const repetitions = mutant[index]?.elements[element - 1];
    const { repeat } = within ?? use;
    const [first] = repetitions ?? [];
    if (repetitions === undefined || first === undefined || repeat > 20) continue;
    while (repetitions.length <= repeat) repetitions.push([...first]);
    const more: Partial<Expected> = { element, repetition: repeat + 1 };
    return { made: mutant, expected: expectedAt(mutant, index, 'element/too-many-repetitions', more) };
  }
  return null;
};

/** An empty element at the end, its separator standing. */
export const leaveEmptyEnd: Mutation = (_message, made, dice) => {
  for (const index of inAnyOrder(made, (list) => dice.shuffled(list))) {
    const mutant = copyOf(made);
    const one = mutant[index];
    if (one === undefined) continue;
    const count = Math.max(...filled(one.elements));
    if (count >= one.row.uses.length) continue;
    one.elements = one.elements.slice(0, count).map((repetitions) => {
      if (isAbsent(repetitions)) return [['']];
      return repetitions.map((parts) => parts.slice(0, Math.max(...filledParts(parts))));
    });
    one.elements.push([['']]);
    const more: Partial<Expected> = { element: count + 1, severity: 'warning' };
    return { made: mutant, expected: expectedAt(mutant, index, 'element/trailing-empty', more), keepEnd: index + 1 };
  }
  return null;
};

/** What to take away or add so that just this note is broken, and the place that is then to blame. */
function breach(note: Note, present: ReadonlySet<number>): { present: Set<number>; blamed: number } | null {
  const { kind, places } = note;
  const [first = 0, ...others] = places;
  const there = places.filter((place) => present.has(place));
  const without = (gone: readonly number[]) => new Set([...present].filter((place) => !gone.includes(place)));
  switch (kind) {
    case 'P':
    case 'C': {
      if (there.length !== places.length) return null;
      const gone = others.at(-1) ?? 0;
      return { present: without([gone]), blamed: gone };
    }
    case 'R':
      return { present: without(there), blamed: first };
    case 'L':
      return there.includes(first) ? { present: without(others), blamed: others[0] ?? 0 } : null;
    default: {
      const more = places.find((place) => !present.has(place));
      if (there.length !== 1 || more === undefined) return null;
      const both = new Set([...present, more]);
      return { present: both, blamed: places.filter((place) => both.has(place))[1] ?? 0 };
    }
  }
}

/** Breaks one note of a segment and no other, by taking values away or (E) adding one. */
export const breakNote: Mutation = (message, made, dice) => {
  const balanced = balancedPlaces(message);
  for (const index of inAnyOrder(made, (list) => dice.shuffled(list))) {
    const one = made[index];
    if (one === undefined) continue;
    const present = filled(one.elements);
    for (const note of dice.shuffled(one.row.notes)) {
      const broken = breach(note, present);
      if (broken === null || broken.present.size === 0) continue;
      const others = one.row.notes.filter((other) => other !== note);
      const isMandatoryKept = one.row.uses.every((use, at) => !use.mandatory || broken.present.has(at + 1));
      const changed = one.row.uses.flatMap((_use, at) =>
        present.has(at + 1) === broken.present.has(at + 1) ? [] : [at + 1],
      );
      if (changed.some((place) => balanced.has(`${one.tag}${place}`))) continue;
      if (!isMandatoryKept || keeps(note, broken.present) || !keepsAll(others, broken.present)) continue;
      const mutant = copyOf(made);
      for (const place of changed) {
        const use = one.row.uses[place - 1];
        if (use === undefined) continue;
        const value = broken.present.has(place) ? [makeParts(message, use, `${one.tag}${place}`, dice)] : [];
        mutant[index]?.elements.splice(place - 1, 1, value);
      }
      const code = note.kind === 'E' ? 'note/excluded' : 'note/missing';
      return { made: mutant, expected: expectedAt(mutant, index, code, { element: broken.blamed, note: note.text }) };
    }
  }
  return null;
};

/** The same inside a composite. */
export const breakCompositeNote: Mutation = (_message, made, dice) => {
  for (const index of inAnyOrder(made, (list) => dice.shuffled(list))) {
    for (const [at, use] of (made[index]?.row.uses ?? []).entries()) {
      const repetitions = made[index]?.elements[at] ?? [];
      const [parts] = repetitions;
      if (parts === undefined || repetitions.length > 1 || isAbsent(repetitions)) continue;
      for (const note of use.notes) {
        const broken = breach(note, filledParts(parts));
        if (broken === null || broken.present.size === 0 || note.kind === 'E') continue;
        const others = use.notes.filter((other) => other !== note);
        const isMandatoryKept = use.parts?.every((part, c) => !part.mandatory || broken.present.has(c + 1)) ?? false;
        if (!isMandatoryKept || keeps(note, broken.present) || !keepsAll(others, broken.present)) continue;
        const mutant = copyOf(made);
        const kept = parts.map((part, c) => (broken.present.has(c + 1) ? part : ''));
        mutant[index]?.elements.splice(at, 1, [kept]);
        const more: Partial<Expected> = { element: at + 1, component: broken.blamed, note: note.text };
        return { made: mutant, expected: expectedAt(mutant, index, 'note/missing', more) };
      }
    }
  }
  return null;
};
