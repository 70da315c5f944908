import { addDays, endOfMonth } from '../../core/local-date.ts';
import { dateOf, dateText } from '../wire-type.ts';
import { momentOf, momentParts } from './moment.ts';

/*
 * 2380 with 2379:   101 YYMMDD        102 CCYYMMDD         201 YYMMDDHHMM     202 YYMMDDHHMMSS    203 CCYYMMDDHHMM    204 CCYYMMDDHHMMSS
 *                   303 CCYYMMDDHHMMZZZ (zone in letters)   602 CCYY           610 CCYYMM          616 CCYYWW (ISO week)
 *                   718 CCYYMMDDCCYYMMDD, a period; many write CCYYMMDD-CCYYMMDD
 */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

const LENGTHS: Readonly<Record<string, number>> = { 6: 101, 8: 102, 12: 203, 14: 204 };

/** Takes both components ('' when 2379 is absent: the length then tells); gives a day, a moment or a period, undefined when it is none of them. */
export function edifactDateOf(text: string, given: string): string | Period | undefined {
  const format = given === '' ? String(LENGTHS[text.length] ?? '') : given;
  switch (format) {
    case '101':
    case '102':
      return text.length === (format === '101' ? 6 : 8) ? dateOf(text) : undefined;
    case '201':
    case '202':
      return momentOf(text.slice(0, 6), text.slice(6), '');
    case '203':
    case '204':
      return momentOf(text.slice(0, 8), text.slice(8), '');
    case '303':
      return momentOf(text.slice(0, 8), text.slice(8, 12), text.slice(12));
    case '602':
      return /^\d{4}$/.test(text) ? { from: `${text}-01-01`, to: `${text}-12-31` } : undefined;
    case '610': {
      const from = dateOf(`${text}01`);
      return from === undefined || text.length !== 6 ? undefined : { from, to: endOfMonth(from) };
    }
    case '616':
      return weekOf(text);
    case '718': {
      const days = text[8] === '-' ? `${text.slice(0, 8)}${text.slice(9)}` : text;
      const from = dateOf(days.slice(0, 8));
      const to = days.length === 16 ? dateOf(days.slice(8)) : undefined;
      return from === undefined || to === undefined ? undefined : { from, to };
    }
    default:
      return undefined;
  }
}

/** ISO 8601: week 1 holds the 4th of January; weeks begin on Monday. */
function weekOf(text: string): Period | undefined {
  const week = Number(text.slice(4));
  if (!/^\d{6}$/.test(text) || week < 1 || week > 53) return undefined;
  const from = addDays(firstMonday(text.slice(0, 4)), (week - 1) * 7);
  return { from, to: addDays(from, 6) };
}

/** The Monday of ISO week 1. */
function firstMonday(year: string): string {
  const fourth = `${year}-01-04`;
  return addDays(fourth, -((weekday(fourth) + 6) % 7));
}

/** 0 Sunday … 6 Saturday, by Sakamoto's rule. */
function weekday(date: string): number {
  const [y = 0, m = 1, d = 1] = date.split('-').map(Number);
  const offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
  const year = m < 3 ? y - 1 : y;
  return (
    (year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + (offsets[m - 1] ?? 0) + d) % 7
  );
}

/** Both components for a value; undefined when no format holds it. A period is written as such, though a week or month was sent: reading tells. */
export function edifactDateText(value: unknown): readonly [string, string] | undefined {
  if (typeof value === 'string') {
    const day = dateText(value, 8);
    if (day !== undefined) return [day, '102'];
    const parts = momentParts(value);
    if (parts === undefined) return undefined;
    if (parts.zone === 'UT') return parts.time.length === 4 ? [`${parts.date}${parts.time}UTC`, '303'] : undefined;
    if (parts.zone !== '') return undefined;
    const format = parts.time.length === 4 ? '203' : parts.time.length === 6 ? '204' : undefined;
    return format === undefined ? undefined : [`${parts.date}${parts.time}`, format];
  }
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return undefined;
  const start = typeof value.from === 'string' ? dateText(value.from, 8) : undefined;
  const end = typeof value.to === 'string' ? dateText(value.to, 8) : undefined;
  return start === undefined || end === undefined ? undefined : [`${start}${end}`, '718'];
}
