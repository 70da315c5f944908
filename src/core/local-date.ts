import { Temporal } from 'temporal-polyfill';

/*
 * LocalDate      a calendar day as sent, "2026-11-22": no zone, never a Date (midnight in the wrong zone is another day).
 * LocalDateTime  "2026-11-22T13:45[:30][±hh:mm]": the zone only when it was sent.
 */
export type LocalDate = string;
export type LocalDateTime = string;

/** Whether this is a day that exists, written YYYY-MM-DD. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false; // not a day: the question's answer, not a failure
  }
}

export const addDays = (date: LocalDate, days: number): LocalDate =>
  Temporal.PlainDate.from(date).add({ days }).toString();
/** -1, 0 or 1. */
export const compareLocalDates = (a: LocalDate, b: LocalDate): -1 | 0 | 1 =>
  Temporal.PlainDate.compare(Temporal.PlainDate.from(a), Temporal.PlainDate.from(b)) as -1 | 0 | 1;
/** The last day of the month `months` after that of `date`. */
export const endOfMonth = (date: LocalDate, months = 0): LocalDate => {
  const month = Temporal.PlainDate.from(date).with({ day: 1 }).add({ months });
  return month.with({ day: month.daysInMonth }).toString();
};
/** Whole days from a to b; negative when b is earlier. */
export const daysBetween = (a: LocalDate, b: LocalDate): number =>
  Temporal.PlainDate.from(a).until(Temporal.PlainDate.from(b), { largestUnit: 'days' }).days;
/** The calendar day of an instant in a zone (IANA name); "UTC" by default. */
export const localDateOf = (instant: Date, zone = 'UTC'): LocalDate =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
/** The instant at which a day is over in a zone. */
export const endOfDay = (date: LocalDate, zone = 'UTC'): Date =>
  new Date(Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds);
/** The wall-clock time of an instant in a zone: {date, time: "HH:MM:SS"}. */
export const localTimeOf = (instant: Date, zone = 'UTC'): { date: LocalDate; time: string } => {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
  return { date: zoned.toPlainDate().toString(), time: zoned.toPlainTime().toString({ smallestUnit: 'second' }) };
};
