import { dateOf, dateText } from '../wire-type.ts';
import type { Period } from './edifact-date.ts';
import { momentOf } from './moment.ts';

/*
 * X12 1250 with 1251:   D8 CCYYMMDD        DT CCYYMMDDHHMM        RD8 CCYYMMDD-CCYYMMDD, a period
 */

/** A day, a moment or a period; undefined for any other format, and for a text that is not of its own. */
export function typedDateOf(format: string, text: string): string | Period | undefined {
  if (format === 'D8') return text.length === 8 ? dateOf(text) : undefined;
  if (format === 'DT') return text.length === 12 ? momentOf(text.slice(0, 8), text.slice(8), '') : undefined;
  if (format !== 'RD8' || text.length !== 17 || text[8] !== '-') return undefined;
  const from = dateOf(text.slice(0, 8));
  const to = dateOf(text.slice(9));
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Format and text of a period with both its ends; undefined for anything else: days and moments have elements of their own. */
export function typedPeriod(value: unknown): readonly [string, string] | undefined {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return undefined;
  const from = typeof value.from === 'string' ? dateText(value.from, 8) : undefined;
  const to = typeof value.to === 'string' ? dateText(value.to, 8) : undefined;
  return from === undefined || to === undefined ? undefined : ['RD8', `${from}-${to}`];
}
