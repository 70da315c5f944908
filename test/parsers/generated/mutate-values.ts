import type { ProblemCode } from '../../../src/core/problem.ts';
import type { Dice } from './dice.ts';
import { copyOf, expectedAt, type Mutation, type Spot, setValue, spotsOf } from './mutant.ts';
import type { ElementRow } from './tables.ts';
import type { Made } from './transaction.ts';

const isNumber = ({ type }: ElementRow) => type === 'R' || type === 'n' || /^N\d$/.test(type);

/** Whether the composite says that the code is from another list: then it is not checked (trap 48). */
function isForeign(made: readonly Made[], { index, element, component, within }: Spot): boolean {
  const parts = made[index]?.elements[element - 1]?.[0] ?? [];
  return (within?.parts ?? []).some((part, at) => {
    if (at < (component ?? 0) || (part.id !== '1131' && part.id !== '3055')) return false;
    return (parts[at] ?? '') !== '' && !(part.id === '3055' && parts[at] === '6');
  });
}

/** A mutation of one value: which elements it can make wrong, and what it writes into them. */
const ofValue =
  (
    code: ProblemCode,
    wrong: (element: ElementRow, dice: Dice) => string | null,
    isFit: (made: readonly Made[], spot: Spot) => boolean = () => true,
  ): Mutation =>
  (message, made, dice) => {
    for (const spot of dice.shuffled(spotsOf(message, made))) {
      const { element } = spot.use;
      const value = element === null || !isFit(made, spot) ? null : wrong(element, dice);
      if (value === null) continue;
      const mutant = copyOf(made);
      setValue(mutant, spot, value);
      const { element: place, component } = spot;
      const isRepeated = (mutant[spot.index]?.elements[place - 1]?.length ?? 0) > 1;
      const repetition = isRepeated ? { repetition: 1 } : {};
      const expected = expectedAt(mutant, spot.index, code, { element: place, component, ...repetition });
      return { made: mutant, expected };
    }
    return null;
  };

const LONG = 300;

export const lengthen = ofValue('element/too-long', (element) => {
  if (element.max > LONG) return null;
  const letter = isNumber(element) || element.type === 'DT' || element.type === 'TM' ? '1' : 'A';
  return letter.repeat(element.max + 1);
});

export const shorten = ofValue('element/too-short', (element) => {
  if (element.min < 2) return null;
  const letter = isNumber(element) || element.type === 'DT' || element.type === 'TM' ? '1' : 'A';
  return letter.repeat(element.min - 1);
});

/** Letters in numbers, digits in names, a control character in texts. */
export const retype = ofValue('element/invalid-character', (element, dice) => {
  const length = Math.max(1, element.min);
  if (isNumber(element)) return dice.pick(['A', '1-', '--1', '1.2.3', '+1', '1E5']).padStart(length, '1');
  if (element.type === 'a') return '7'.repeat(length);
  return `${'A'.repeat(length - 1)}\u0007`;
});

export const misdate = ofValue('element/invalid-date', ({ type, max }, dice) =>
  type !== 'DT' || max !== 8
    ? null
    : dice.pick(['20260230', '20261301', '20260001', '20250229', '21000229', '2026011A']),
);

export const mistime = ofValue('element/invalid-time', ({ type }, dice) =>
  type === 'TM' ? dice.pick(['2400', '1260', '12345', '123060', '12A0']) : null,
);

export const miscode = ofValue(
  'element/invalid-code',
  (element, dice) => {
    const { codes, min, max } = element;
    if (codes === null) return null;
    const letters = isNumber(element) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz';
    for (let round = 0; round < 40; round++) {
      const length = dice.between(Math.max(1, min), Math.min(max, 4));
      const code = Array.from({ length }, () => dice.pick([...letters])).join('');
      if (!codes.includes(code)) return code;
    }
    return null;
  },
  (made, spot) => !isForeign(made, spot),
);
