import { compareLocalDates, isLocalDate, type LocalDate } from '../core/local-date.ts';
import type { DatedEntry } from '../documents/parts.ts';

/** The calendar day of a moment, or the last day of a period; null when it names no day that exists. */
export function dayOf(at: DatedEntry['at']): LocalDate | null {
  const text = typeof at === 'string' ? at : (at.to ?? at.from);
  const day = text?.slice(0, 10);
  return day !== undefined && isLocalDate(day) ? day : null;
}

export const laterOf = (a: LocalDate, b: LocalDate): LocalDate => (compareLocalDates(a, b) >= 0 ? a : b);

/** The first day among these kinds, in the order of the kinds; line dates are handed in before those of the header. */
export function dayOfKind(
  kinds: readonly string[],
  ...sources: readonly (readonly DatedEntry[] | undefined)[]
): LocalDate | null {
  for (const dates of sources) {
    for (const kind of kinds) {
      for (const entry of dates ?? []) {
        const day = entry.kind.code === kind ? dayOf(entry.at) : null;
        if (day !== null) return day;
      }
    }
  }
  return null;
}
