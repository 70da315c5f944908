/*
 * Dates and times as text. A format is written with one letter for two digits: C century, Y year, M month, D day, h hour, m minute, s second,
 * W week; t one digit of a second's tenth; Z three characters of a zone; anything else stands for itself.
 */

/** What is wrong with a date or time: its day does not exist, its hour does not, or it has not the form; a period ends before it begins. */
export type DateFault = 'date' | 'time' | 'period';

/** EDIFACT 2379 (D96A, D01B), as far as it names days and times; other values are not judged. */
const EDIFACT_FORMATS: Readonly<Record<string, readonly string[]>> = {
  2: ['DMY'],
  3: ['MDY'],
  4: ['DMCY'],
  101: ['YMD'],
  102: ['CYMD'],
  106: ['MD'],
  201: ['YMDhm'],
  202: ['YMDhms'],
  203: ['CYMDhm'],
  204: ['CYMDhms'],
  301: ['YMDhmZ'],
  302: ['YMDhmsZ'],
  303: ['CYMDhmZ'],
  304: ['CYMDhmsZ'],
  401: ['hm'],
  402: ['hms'],
  501: ['hmhm', 'hm-hm'],
  602: ['CY'],
  609: ['YM'],
  610: ['CYM'],
  615: ['YW'],
  616: ['CYW'],
  // The period is written with and without its hyphen.
  713: ['YMDhmYMDhm', 'YMDhm-YMDhm'],
  715: ['YWYW', 'YW-YW'],
  716: ['CYWCYW', 'CYW-CYW'],
  717: ['YMDYMD', 'YMD-YMD'],
  718: ['CYMDCYMD', 'CYMD-CYMD'],
  719: ['CYMDhmCYMDhm', 'CYMDhm-CYMDhm'],
};

/** X12 element 1250, as far as it names days and times. */
const X12_FORMATS: Readonly<Record<string, readonly string[]>> = {
  CY: ['CY'],
  D6: ['YMD'],
  D8: ['CYMD'],
  DT: ['CYMDhm'],
  RD6: ['YMD-YMD'],
  RD8: ['CYMD-CYMD'],
  RDT: ['CYMDhm-CYMDhm'],
  RTM: ['hm-hm'],
  TM: ['hm'],
  TS: ['hms'],
};

const X12_DATES = ['CYMD', 'YMD'] as const;
const X12_TIMES = ['hm', 'hms', 'hmst', 'hmstt'] as const;

/** An X12 DT: CCYYMMDD, or YYMMDD where the version's length allows it. */
export const dateFault = (value: string): 'date' | null => (fitsAny(value, X12_DATES) ? null : 'date');

/** An X12 TM: HHMM, HHMMSS, HHMMSSD or HHMMSSDD. */
export const timeFault = (value: string): 'time' | null => (fitsAny(value, X12_TIMES) ? null : 'time');

/** A value whose form another value names: DTM 2380 by 2379, X12 1251 by 1250. Null when it is right, or its form is not one of ours. */
export function formattedDateFault(syntax: 'x12' | 'edifact', format: string, value: string): DateFault | null {
  const table = syntax === 'x12' ? X12_FORMATS : EDIFACT_FORMATS;
  const forms = Object.hasOwn(table, format) ? table[format] : undefined;
  if (forms === undefined) return null;
  if (fitsAny(value, forms)) return value.length > 2 * shortestDay && endsEarly(value, forms) ? 'period' : null;
  return forms.every((form) => form.startsWith('h')) ? 'time' : 'date';
}

/** CCYYWW. */
const shortestDay = 5;

/** Of two days with their centuries the later comes second; without them, and of hours, a turn of the century or of midnight may lie between. */
function endsEarly(value: string, forms: readonly string[]): boolean {
  const form = forms.find((one) => fits(value, one)) ?? '';
  if (!form.startsWith('C') || form.indexOf('C', 1) < 0) return false;
  const half = (value.length - (form.includes('-') ? 1 : 0)) / 2;
  return value.slice(0, half) > value.slice(-half);
}

/** The form an X12 DT or TM has ("CYMD", "hm"), or null: what shows it to people reads it by its letters. */
export const formOfMoment = (type: 'DT' | 'TM', value: string): string | null =>
  (type === 'DT' ? X12_DATES : X12_TIMES).find((form) => fits(value, form)) ?? null;

/** The form of a value whose form another value names, or null when it has not that form or the form is not one of ours. */
export function formOfFormatted(syntax: 'x12' | 'edifact', format: string, value: string): string | null {
  const table = syntax === 'x12' ? X12_FORMATS : EDIFACT_FORMATS;
  const forms = Object.hasOwn(table, format) ? table[format] : undefined;
  return forms?.find((form) => fits(value, form)) ?? null;
}

function fitsAny(value: string, forms: readonly string[]): boolean {
  for (const form of forms) if (fits(value, form)) return true;
  return false;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

// Letters of a form and what their two digits may be at most; months and days start at 1, weeks too.
const HIGHEST: Readonly<Record<string, number>> = { C: 99, Y: 99, M: 12, D: 31, h: 23, m: 59, s: 59, W: 53 };

function fits(value: string, form: string): boolean {
  let at = 0;
  let [century, year, month, day] = [20, 0, 0, 0];
  for (let index = 0; index < form.length; index++) {
    const letter = form.charAt(index);
    const highest = HIGHEST[letter];
    if (highest === undefined) {
      const width = letter === 'Z' ? 3 : 1;
      if (letter === 't' ? !isDigit(value.charCodeAt(at)) : letter !== 'Z' && value.charAt(at) !== letter) return false;
      at += width;
      continue;
    }
    const [tens, ones] = [value.charCodeAt(at), value.charCodeAt(at + 1)];
    if (!isDigit(tens) || !isDigit(ones)) return false;
    const number = (tens - 48) * 10 + (ones - 48);
    if (number > highest || (number === 0 && (letter === 'M' || letter === 'D' || letter === 'W'))) return false;
    if (letter === 'C') century = number;
    else if (letter === 'Y') year = number;
    else if (letter === 'M') month = number;
    else if (letter === 'D') day = number;
    at += 2;
    // A period has two days: each is judged when its own day or month is complete.
    if (month > 0 && day > 0) {
      if (!dayExists(century * 100 + year, month, day)) return false;
      [month, day] = [0, 0];
    }
  }
  return at === value.length;
}

/** A day and month without their year pass when some year has them; "DMY" is judged before its year is read. */
export function dayExists(year: number, month: number, day: number): boolean {
  if (day > (DAYS[month - 1] ?? 0)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

const isDigit = (code: number) => code >= 48 && code <= 57;
