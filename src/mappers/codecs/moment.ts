import { dateOf, dateText } from '../wire-type.ts';

/*
 * A moment on the wire: date CCYYMMDD, time HHMM[SS[D[D]]], zone. X12 623 names zones by letters (UT, ES, PD…), or by number: 01–12 are hours
 * east, 13–24 are 12 to 1 hours west. ET, CT, MT and PT leave open whether summer time holds: no offset can be told, and none is invented.
 */
const ZONES: Readonly<Record<string, string>> = {
  UT: 'Z',
  GM: 'Z',
  UTC: 'Z',
  GMT: 'Z',
  ES: '-05:00',
  ED: '-04:00',
  CS: '-06:00',
  CD: '-05:00',
  MS: '-07:00',
  MD: '-06:00',
  PS: '-08:00',
  PD: '-07:00',
  AS: '-04:00',
  AD: '-03:00',
  NS: '-03:30',
  ND: '-02:30',
  HS: '-10:00',
  TS: '-09:00',
  TD: '-08:00',
  CET: '+01:00',
  EST: '-05:00',
  EDT: '-04:00',
  CST: '-06:00',
  CDT: '-05:00',
  MST: '-07:00',
  MDT: '-06:00',
  PST: '-08:00',
  PDT: '-07:00',
};

function offsetOf(zone: string): string | undefined {
  const named = ZONES[zone];
  if (named !== undefined) return named;
  const number = /^\d{2}$/.test(zone) ? Number(zone) : 0;
  if (number < 1 || number > 24) return undefined;
  const hours = number <= 12 ? number : number - 25;
  return `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
}

/** "2026-11-22T13:45[:30[.5]][Z|±hh:mm]", or the day alone when no time is given; undefined when the text is no moment. */
export function momentOf(dateDigits: string, time: string, zone: string): string | undefined {
  const date = dateOf(dateDigits);
  if (date === undefined || time === '') return date;
  const clock = timeOf(time);
  if (clock === undefined) return undefined;
  return `${date}T${clock}${zone === '' ? '' : (offsetOf(zone) ?? '')}`;
}

/** Whether a zone's code says an offset at all. */
export const knowsZone = (zone: string): boolean => zone === '' || offsetOf(zone) !== undefined;

/** HHMM[SS[D[D]]] as HH:MM[:SS[.D[D]]]. */
export function timeOf(text: string): string | undefined {
  const match = /^([01]\d|2[0-3])([0-5]\d)(?:([0-5]\d|60)(\d{1,2})?)?$/.exec(text);
  if (match === null) return undefined;
  const [, hours, minutes, seconds, fraction] = match;
  return `${hours}:${minutes}${seconds === undefined ? '' : `:${seconds}`}${fraction === undefined ? '' : `.${fraction}`}`;
}

export interface MomentParts {
  /** CCYYMMDD. */
  readonly date: string;
  /** HHMM[SS[D[D]]]; '' for a day. */
  readonly time: string;
  /** X12 623: UT, or a number; '' when none was sent. */
  readonly zone: string;
}

/** A day or moment in the wire's pieces; undefined for anything else, and for an offset that is not of whole hours. */
export function momentParts(value: string): MomentParts | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,2}))?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(
    value,
  );
  if (match === null) return undefined;
  const [, day = '', hours = '', minutes = '', seconds = '', fraction = '', offset = ''] = match;
  const date = dateText(day, 8);
  const zone = zoneOf(offset);
  return date === undefined || zone === undefined
    ? undefined
    : { date, time: `${hours}${minutes}${seconds}${fraction}`, zone };
}

function zoneOf(offset: string): string | undefined {
  if (offset === '') return '';
  if (offset === 'Z' || offset === '+00:00') return offset === 'Z' ? 'UT' : undefined;
  const hours = Number(offset.slice(0, 3));
  if (!offset.endsWith(':00') || hours === 0 || hours > 12 || hours < -12) return undefined;
  return String(hours > 0 ? hours : hours + 25).padStart(2, '0');
}
