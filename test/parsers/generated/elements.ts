import { namedPlaces } from './balances.ts';
import type { Dice } from './dice.ts';
import { placesToFill } from './notes.ts';
import type { Message, SegmentRow, Use } from './tables.ts';
import { EDIFACT_MOMENTS, sampleOf, X12_MOMENTS } from './values.ts';
import { isSyntax4 } from './wire.ts';

/** Element → repetition → component. An element without repetitions is absent, an empty component too. */
export type Elements = string[][][];

const named = new WeakMap<Message, ReadonlySet<string>>();

/** The places its balances read: what stands there is kept small, so that sums fit. */
export function balancedPlaces(message: Message): ReadonlySet<string> {
  const places = named.get(message) ?? namedPlaces(message.balances);
  named.set(message, places);
  return places;
}

/** The elements of one segment, as its row and notes allow them. */
export function makeElements(message: Message, row: SegmentRow, dice: Dice): Elements {
  const present = placesToFill(row.uses, row.notes, dice);
  const elements: Elements = row.uses.map((use, index) => {
    if (!present.has(index + 1)) return [];
    const times = use.repeat > 1 ? dice.between(1, Math.min(use.repeat, 3)) : 1;
    return Array.from({ length: times }, () => makeParts(message, use, `${row.tag}${index + 1}`, dice));
  });
  setMoments(row, elements, dice);
  return elements;
}

/** One element's components; `place` is "N104". */
export function makeParts(message: Message, use: Use, place: string, dice: Dice): string[] {
  const { parts } = use;
  if (parts === null) return [makeValue(message, use, place, dice)];
  const present = placesToFill(parts, use.notes, dice);
  return parts.map((part, index) =>
    present.has(index + 1) ? makeValue(message, part, `${place}-${index + 1}`, dice) : '',
  );
}

export function makeValue(message: Message, use: Use, place: string, dice: Dice): string {
  if (use.element === null) throw new Error(`${use.id} is no element`);
  const more = message.syntax === 'edifact' ? "+:'?*" : '';
  const value = sampleOf(use.element, dice, balancedPlaces(message).has(place) ? 'small' : 'any', more);
  // Below syntax 4 the mark is the one UNA names, and it names a point.
  return use.element.type === 'n' && !isSyntax4(message) ? value.replace(',', '.') : value;
}

/** A moment whose form another value names has that form. */
function setMoments(row: SegmentRow, elements: Elements, dice: Dice): void {
  row.uses.forEach((use, index) => {
    const before = row.uses[index - 1];
    if (use.id === '1251' && before?.id === '1250' && elements[index]?.length && elements[index - 1]?.length) {
      const form = dice.pick(Object.keys(X12_MOMENTS));
      elements[index - 1] = [[form]];
      elements[index] = [[X12_MOMENTS[form]?.(dice) ?? '']];
    }
    const parts = elements[index]?.[0];
    // A moment without its form is told.
    if (use.id !== 'C507' || parts === undefined || `${parts[1] ?? ''}${parts[2] ?? ''}` === '') return;
    const form = dice.pick(Object.keys(EDIFACT_MOMENTS));
    parts[2] = form;
    if ((parts[1] ?? '') !== '') parts[1] = EDIFACT_MOMENTS[form]?.(dice) ?? '';
  });
}
