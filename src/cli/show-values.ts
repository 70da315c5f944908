import type { Standards } from '../library/standards.ts';
import { formOfFormatted, formOfMoment } from '../parsers/check-dates.ts';
import type {
  ComponentUse,
  ElementDefinition,
  ElementUse,
  SegmentDefinition,
} from '../parsers/standards/definitions.ts';
import type { Delimiters, Segment, SyntaxName } from '../parsers/transaction.ts';

/** One value of a segment with what it is and what it says, for people. */
export interface ShownElement {
  readonly element: number;
  /** Null outside composites. */
  readonly component: number | null;
  /** Null where the element stands once. */
  readonly repetition: number | null;
  /** "98", "3035"; null when no table tells. */
  readonly id: string | null;
  readonly name: string | null;
  readonly value: string;
  /** "ship to", "4.80", "Fri 2026-11-20": what the value means, when that is more than the value. */
  readonly meaning: string | null;
}

/** What values are read with: whose names, whose forms. */
export interface Reading {
  readonly syntax: SyntaxName;
  readonly version: string;
  readonly codeNames: Standards['codeNames'];
}

/** The values of a segment in wire order; empty ones are left out, for their names would hide those that were sent. */
export function* elementsOf(
  segment: Segment,
  definition: SegmentDefinition | null,
  reading: Reading,
): Generator<ShownElement> {
  for (let element = 1; element <= segment.elementCount; element++) {
    const use = definition?.elements[element - 1] ?? null;
    const repetitions = segment.repetitionCount(element);
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      const components = segment.componentCount(element, repetition);
      const composite = use === null ? components > 1 : use.composite !== null || components > 1;
      for (let component = 1; component <= components; component++) {
        const value = segment.value(element, component, repetition);
        if (value === '') continue;
        const own = elementAt(use, component);
        yield {
          element,
          component: composite ? component : null,
          repetition: repetitions > 1 ? repetition : null,
          id: own?.id ?? null,
          name: own?.name ?? null,
          value,
          meaning: meaningOf(segment, { definition, use, own, element, component, repetition }, value, reading),
        };
      }
    }
  }
}

const elementAt = (use: ElementUse | null, component: number): ElementDefinition | null => {
  if (use === null) return null;
  const inside: ComponentUse | undefined = use.composite?.components[component - 1];
  return use.composite === null ? (component === 1 ? use.element : null) : (inside?.element ?? null);
};

interface Place {
  readonly definition: SegmentDefinition | null;
  readonly use: ElementUse | null;
  readonly own: ElementDefinition | null;
  readonly element: number;
  readonly component: number;
  readonly repetition: number;
}

function meaningOf(segment: Segment, place: Place, value: string, reading: Reading): string | null {
  const { own } = place;
  if (own === null) return null;
  const named = reading.codeNames(reading.version, own.id).get(value);
  if (named !== undefined) return named === value ? null : named;
  if (own.id === '0098') return placeInSegment(value);
  if (own.type === 'N' && own.places > 0) return withPoint(value, own.places);
  if (own.type === 'DT' || own.type === 'TM') return readableIn(formOfMoment(own.type, value), value);
  return readableIn(formNamedBeside(segment, place, value, reading), value);
}

/** A CONTRL counts the tag as 1: what it calls 3 is the segment's second element (ISO 9735-4, S011). */
function placeInSegment(value: string): string | null {
  if (!/^\d{1,3}$/.test(value) || value === '0') return null;
  return value === '1' ? 'the tag' : `element ${Number(value) - 1}`;
}

/** DTM 2380 is read by the 2379 behind it, X12 1251 by the 1250 before it. */
function formNamedBeside(segment: Segment, place: Place, value: string, { syntax }: Reading): string | null {
  const { definition, use, element, component, repetition } = place;
  if (use?.composite?.formatted === true && component === 2) {
    return formOfFormatted('edifact', segment.value(element, 3, repetition), value);
  }
  if (definition?.formatted !== element || element === 0) return null;
  return formOfFormatted(syntax, segment.value(element - 1), value);
}

/** Implied decimals as they are meant: "196098" of N2 is 1960.98. Null when the text is no such number. */
function withPoint(value: string, places: number): string | null {
  const match = /^(-?)(\d{1,40})$/.exec(value);
  if (match === null) return null;
  const digits = (match[2] ?? '').padStart(places + 1, '0');
  return `${match[1]}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const readableIn = (form: string | null, value: string): string | null =>
  form === null ? null : readable(form, value);

/** The parts of one moment, by the letter of its form. */
type Parts = Map<string, string>;

/** A date, time or period, written for people: "Fri 2026-11-20 14:00", "2026-11-20 to 2026-11-27". `form` as parsers/check-dates writes it. */
export function readable(form: string, value: string): string {
  const moments: Parts[] = [new Map()];
  let at = 0;
  for (const letter of form) {
    const width = letter === 'Z' ? 3 : /[CYMDhmsW]/.test(letter) ? 2 : 1;
    const part = value.slice(at, at + width);
    at += width;
    const current = moments.at(-1) ?? new Map();
    if (letter === '-') moments.push(new Map());
    else if (letter === 't') current.set('t', `${current.get('t') ?? ''}${part}`);
    else if (current.has(letter)) moments.push(new Map([[letter, part]]));
    else current.set(letter, part);
  }
  return moments.map(momentText).join(' to ');
}

function momentText(parts: Parts): string {
  const yy = parts.get('Y');
  // Two digits of a year: what is not yet past in business documents belongs to this century.
  const century = parts.get('C') ?? (Number(yy) < 80 ? '20' : '19');
  const year = yy === undefined ? '' : `${century}${yy}`;
  const week = parts.get('W');
  const day = [year, ...(week === undefined ? [] : [`W${week}`]), parts.get('M') ?? '', parts.get('D') ?? '']
    .filter((part) => part !== '')
    .join('-');
  const tenths = parts.get('t');
  const time = [parts.get('h'), parts.get('m'), parts.get('s')].filter((part) => part !== undefined).join(':');
  const zone = parts.get('Z');
  return [weekday(day), day, `${time}${tenths === undefined ? '' : `.${tenths}`}`, zone ?? '']
    .filter((part) => part !== '')
    .join(' ');
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const weekday = (day: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(day) ? (DAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? '') : '';

/** A segment as it stands on the wire, without its terminator. */
export function rawText(segment: Segment, delimiters: Delimiters): string {
  const [element, component] = [delimiters.element, delimiters.component].map((code) => String.fromCharCode(code));
  const repetition = delimiters.repetition === null ? '' : String.fromCharCode(delimiters.repetition);
  let text = segment.tag;
  for (let number = 1; number <= segment.elementCount; number++) {
    text += element;
    for (let again = 1; again <= segment.repetitionCount(number); again++) {
      if (again > 1) text += repetition;
      for (let part = 1; part <= segment.componentCount(number, again); part++) {
        if (part > 1) text += component;
        text += released(segment.value(number, part, again), delimiters);
      }
    }
    // A binary element may be megabytes long, and nobody reads on.
    if (text.length > rawLengthMax) return `${text.slice(0, rawLengthMax)}…`;
  }
  return text;
}

const rawLengthMax = 4_000;

function released(value: string, { release, element, component, repetition, terminator }: Delimiters): string {
  if (release === null) return value;
  const special = new Set([release, element, component, repetition, terminator]);
  const mark = String.fromCharCode(release);
  let text = '';
  for (const character of value) text += special.has(character.charCodeAt(0)) ? `${mark}${character}` : character;
  return text;
}
