import { describe, expect, test } from 'vitest';
import {
  addDays,
  compareLocalDates,
  daysBetween,
  endOfMonth,
  isLocalDate,
  localDateOf,
  localTimeOf,
} from '../../src/core/local-date.ts';

describe('local dates', () => {
  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '20260101', '2026-01-01T00:00', ''])('%j is no day', (text) =>
    expect(isLocalDate(text)).toBe(false),
  );
  test('leap days exist in leap years', () => expect(isLocalDate('2028-02-29')).toBe(true));
  test('days are added by the calendar', () => expect(addDays('2028-02-28', 2)).toBe('2028-03-01'));
  test('months end where they end', () => expect(endOfMonth('2026-01-31', 1)).toBe('2026-02-28'));
  test('order and distance', () => {
    expect(compareLocalDates('2026-01-02', '2026-01-10')).toBe(-1);
    expect(daysBetween('2026-01-02', '2025-12-31')).toBe(-2);
  });
  test('an instant is a different day in another zone', () => {
    const instant = new Date('2026-11-22T02:30:00Z');
    expect(localDateOf(instant)).toBe('2026-11-22');
    expect(localTimeOf(instant, 'America/Chicago')).toEqual({ date: '2026-11-21', time: '20:30:00' });
  });
});
