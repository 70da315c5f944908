import type { ProblemCode, Severity } from '../core/problem.ts';
import { formattedDateFault } from './check-dates.ts';
import type { ValueFault } from './check-values.ts';
import type { CompositeDefinition, ElementDefinition, ElementUse } from './standards/definitions.ts';
import type { Segment, SyntaxName } from './transaction.ts';

export const FAULT_CODES: Readonly<Record<ValueFault, ProblemCode>> = {
  character: 'element/invalid-character',
  mark: 'element/decimal-mark',
  short: 'element/too-short',
  long: 'element/too-long',
  date: 'element/invalid-date',
  time: 'element/invalid-time',
  code: 'element/invalid-code',
};

/** How much of a bad value a sentence repeats; `found` has more of it. */
const shownLengthMax = 40;

/** What is wrong with a value, as a sentence a partner can act on, and what was expected instead. `name` is "N104 (Party id)". */
export function faultSentence(
  fault: ValueFault,
  name: string,
  value: string,
  { id, type, min, max, places }: ElementDefinition,
  version: string,
): readonly [message: string, expected: string] {
  const shown = value.length > shownLengthMax ? `${value.slice(0, shownLengthMax)}…` : value;
  const typed = type === 'N' ? `N${places}` : type;
  switch (fault) {
    case 'character':
      return [`${name} is "${shown}", and its type ${typed} does not allow that.`, typed];
    case 'mark':
      return [`${name} is "${shown}", and UNA names the other decimal mark.`, "UNA's decimal mark"];
    case 'long':
      return [
        `${name} is longer than the ${max} characters that element ${id} allows in ${version}.`,
        `at most ${max} characters`,
      ];
    case 'short':
      return [
        `${name} is "${shown}", shorter than the ${min} characters of element ${id}.`,
        `at least ${min} characters`,
      ];
    case 'date':
      return [`${name} is "${shown}", which is no date.`, 'a date that exists'];
    case 'time':
      return [`${name} is "${shown}", which is no time.`, 'a time that exists'];
    case 'code':
      return [`${name} is "${shown}", which is no code of element ${id} in ${version}.`, `a code of element ${id}`];
  }
}

/** What is wrong with a value whose form another value names; null when nothing is. Without its form EDIFACT's 2380 means nothing (trap 53). */
export function formSentence(
  syntax: SyntaxName,
  form: string,
  value: string,
  name: string,
): {
  readonly code: ProblemCode;
  readonly message: string;
  readonly expected: string;
  readonly severity: Severity;
} | null {
  if (form === '') {
    if (syntax !== 'edifact') return null;
    const message = `The form of ${name} is missing: without it "${value}" may be read in several ways.`;
    return { code: 'element/missing', message, expected: 'a form such as 102', severity: 'warning' };
  }
  const fault = formattedDateFault(syntax, form, value);
  if (fault === null) return null;
  const what = fault === 'period' ? 'ends before it begins' : `is no ${fault}`;
  const message = `${name} is "${value}", which ${what} in format ${form}.`;
  const code = FAULT_CODES[fault === 'period' ? 'date' : fault];
  return { code, message, expected: `format ${form}`, severity: 'error' };
}

/** " (Party id)", for a sentence. */
export const titled = (use: ElementUse): string => {
  const name = use.element?.name ?? use.composite?.name;
  return name === undefined || name === '' ? '' : ` (${name})`;
};

/** EDIFACT 1131 and 3055 behind a code name the list and the agency it is from: then it is not the directory's (trap 48). */
export function isForeignCode(
  segment: Segment,
  element: number,
  component: number,
  repetition: number,
  within: CompositeDefinition | undefined,
): boolean {
  if (within === undefined) return false;
  return within.components.some(({ element: { id } }, index) => {
    if (index < component || (id !== '1131' && id !== '3055')) return false;
    const value = segment.value(element, index + 1, repetition);
    return value !== '' && !(id === '3055' && value === '6'); // 6 is UN/ECE itself
  });
}
