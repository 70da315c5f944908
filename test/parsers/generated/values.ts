import type { Dice } from './dice.ts';
import type { ElementRow } from './tables.ts';

/** Whether a value may be any number, or one small enough that sums of it stay within every element. */
export type NumberSize = 'any' | 'small';

const two = (number: number) => String(number).padStart(2, '0');

/** A day that exists, as CCYYMMDD; the last of February among them. */
export function dayOf(dice: Dice): string {
  const year = dice.between(1995, 2035);
  const month = dice.between(1, 12);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return `${year}${two(month)}${two(dice.chance(0.2) ? last : dice.between(1, last))}`;
}

const minuteOf = (dice: Dice) => `${two(dice.between(0, 23))}${two(dice.between(0, 59))}`;

/** EDIFACT 2379 with a value of that form, as the directory's code list describes them. */
/** Ends no earlier than it begins. */
const periodOf = (dice: Dice, between: string): string => [dayOf(dice), dayOf(dice)].toSorted().join(between);

export const EDIFACT_MOMENTS: Readonly<Record<string, (dice: Dice) => string>> = {
  '101': (dice) => dayOf(dice).slice(2),
  '102': dayOf,
  '203': (dice) => dayOf(dice) + minuteOf(dice),
  '204': (dice) => dayOf(dice) + minuteOf(dice) + two(dice.between(0, 59)),
  '401': minuteOf,
  '602': (dice) => dayOf(dice).slice(0, 4),
  '610': (dice) => dayOf(dice).slice(0, 6),
  '616': (dice) => `${dayOf(dice).slice(0, 4)}${two(dice.between(1, 52))}`,
  '718': (dice) => periodOf(dice, ''),
  // A number of days: no moment, so that its form is free.
  '804': (dice) => String(dice.between(1, 90)),
};

/** X12 1250 with a 1251 of that form. */
export const X12_MOMENTS: Readonly<Record<string, (dice: Dice) => string>> = {
  D6: (dice) => dayOf(dice).slice(2),
  D8: dayOf,
  DT: (dice) => dayOf(dice) + minuteOf(dice),
  RD8: (dice) => periodOf(dice, '-'),
  TM: minuteOf,
};

/** No blank: one at an end, or nothing but blanks, means something else. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&#/,.;-()=%$@!"abcdefghijklmnopqrstuvwxyz';

export function textOf(dice: Dice, min: number, max: number, more = ''): string {
  // Nearly always short; now and then as long or as short as allowed.
  const length = dice.chance(0.1) ? max : dice.chance(0.1) ? min : dice.between(min, Math.min(max, min + 12));
  const letters = LETTERS + more;
  return Array.from({ length }, (_none, at) =>
    at > 0 && at < length - 1 && dice.chance(0.1) ? ' ' : letters.charAt(dice.between(0, letters.length - 1)),
  ).join('');
}

function digitsOf(dice: Dice, min: number, max: number): string {
  const length = dice.chance(0.1) ? max : dice.between(min, Math.min(max, min + 5));
  return Array.from({ length }, () => dice.between(0, 9)).join('');
}

/** A value the element allows. `more`: characters a text may have besides, where the syntax can carry them. */
export function sampleOf(element: ElementRow, dice: Dice, size: NumberSize, more: string): string {
  const { type, min, max, codes } = element;
  if (codes !== null) return dice.pick(codes);
  if (type === 'R' || type === 'n' || /^N\d$/.test(type)) {
    if (size === 'small') return String(dice.between(1, 9)).padStart(Math.max(1, min), '1');
    return numberOf(type, dice, digitsOf(dice, Math.max(1, min), max));
  }
  switch (type) {
    case 'DT':
      return max === 6 ? dayOf(dice).slice(2) : dayOf(dice);
    case 'TM': {
      const forms = [minuteOf(dice), `${minuteOf(dice)}59`, `${minuteOf(dice)}001`, `${minuteOf(dice)}0599`];
      return dice.pick(forms.filter(({ length }) => length >= min && length <= max));
    }
    case 'a':
      return textOf(dice, Math.max(1, min), max).replace(/[^A-Za-z]/g, 'X');
    default:
      return textOf(dice, Math.max(1, min), max, more);
  }
}

/** Digits with what each type lets stand beside them: it does not count towards the length. */
function numberOf(type: string, dice: Dice, digits: string): string {
  const sign = dice.chance(0.2) ? '-' : '';
  const at = dice.between(type === 'n' ? 1 : 0, digits.length - (type === 'n' ? 1 : 0));
  const isReal = type === 'R' || (type === 'n' && digits.length > 1);
  if (!isReal || dice.chance(0.6)) return sign + digits;
  const mark = type === 'n' && dice.chance(0.5) ? ',' : '.';
  return `${sign}${digits.slice(0, at)}${mark}${digits.slice(at)}`;
}
