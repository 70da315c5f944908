import type { Segment } from '../../parsers/transaction.ts';
import type { CodedValue, CodeTable } from '../code-table.ts';
import { agreementValue } from '../codecs/compile.ts';
import type { LeafType } from '../language/document-type.ts';
import type { ElementPlace, Field, Given, ValueField, ValueSource } from '../language/spec.ts';
import { packPlace } from '../trace-record.ts';
import { formOf, isUnfit, type ValueForm } from '../value-form.ts';
import type { Read, ReadCompiler } from './compile-fields.ts';
import { complainOfCode, complainOfForm, complainOfLoss, complainOfText } from './complaints.ts';
import { compileFind, type Find } from './find.ts';
import type { ReadFrame, ReadRun } from './run.ts';

export const fallbackOf = (given: Given | null): ((run: ReadRun) => unknown) | null => {
  if (given === null) return null;
  if ('text' in given) return () => given.text;
  return (run) => {
    const value = agreementValue(run.agreement, given.agreement);
    return typeof value === 'string' || typeof value === 'object' ? (value ?? undefined) : undefined;
  };
};

/** `covered`, `shown`: see `compileFind` and `compileSource`. */
export function compileValue(compiler: ReadCompiler, field: ValueField, covered: boolean, shown: boolean): Read {
  const read = compileSource(compiler, field.source, field.type, field.path, covered, shown);
  const fallback = fallbackOf(field.fallback);
  if (fallback === null) return read;
  return (frame, run) => {
    const value = read(frame, run);
    if (value !== undefined) return value;
    const given = fallback(run);
    return typeof given === 'string' && field.type.kind === 'coded' ? { code: given } : given;
  };
}

/** Blank elements count as absent: partners pad with spaces. */
const isBlank = (text: string): boolean => text === '' || (text.charCodeAt(0) === 0x20 && text.trim() === '');

/** X12 554: a loop counts itself with it, in ENT01 and LX01. */
export const ASSIGNED_NUMBER = '554';

/** The name of the table a codec looks the text up in. */
const tableIn = (source: ValueSource): string | null => {
  const codec = source.codecs.find(({ kind }) => kind === 'table');
  return codec?.kind === 'table' ? codec.table.name : null;
};

/** Whether a code has no row; told from the value where that is a code, which saves looking the text up twice. */
function unknownIn(codes: CodeTable | null, type: LeafType): ((text: string, value: unknown) => boolean) | null {
  if (codes === null) return null;
  if (type.kind === 'coded') return (_text, value) => (value as CodedValue).code === undefined;
  return (text) => !codes.byOriginal.has(text);
}

/** What becomes of one element's text, wherever its segment is found. */
export interface TextReader {
  readonly place: ElementPlace;
  readonly template: number;
  /** Null when the text is taken as it is. */
  readonly decode: ValueForm['decode'];
  /** Stands for `decode` and `isUnknown`: what is not in it is an unknown code. */
  readonly lookup: ValueForm['lookup'];
  /** Whether the value is a code nobody knows: null when there is no table. */
  readonly isUnknown: ((text: string, value: unknown) => boolean) | null;
  /** Says that the text gives no value. */
  refuse(run: ReadRun, frame: ReadFrame, segment: Segment, element: number, component: number, text: string): void;
  /** Says that the code is unknown. */
  wonder(run: ReadRun, frame: ReadFrame, segment: Segment, element: number, component: number, text: string): void;
}

/** `shown`: another field holds the same element whole, so that nothing is lost when this one cannot use it. */
function textReader(
  compiler: ReadCompiler,
  source: ValueSource,
  type: LeafType,
  path: string,
  shown: boolean,
): TextReader | null {
  const [place] = source.places;
  const form = formOf(source, type, compiler.decimalMarks);
  if (place === undefined || form.decodeTuple !== null) return null;
  const table = tableIn(source);
  const { repetition } = place;
  return {
    place,
    template: compiler.templates.idOf(path, source.target.segment.tag),
    decode: form.decode,
    lookup: form.lookup,
    isUnknown: unknownIn(source.codes, type),
    refuse(run, frame, segment, element, component, text) {
      const stand = { element, component, repetition };
      if (table === null) complainOfText(run, segment, stand, frame, path, text);
      else if (!shown) complainOfCode(run, segment, stand, frame, table, text);
    },
    wonder(run, frame, segment, element, component, text) {
      complainOfCode(run, segment, { element, component, repetition }, frame, source.codes?.name ?? '', text);
    },
  };
}

/** X12 554 in a loop's trigger counts the loops themselves. */
const countsItself = ({ target, places: [place] }: ValueSource): boolean =>
  place?.type.id === ASSIGNED_NUMBER && target.steps.length === 1 && target.steps[0]?.position === 0;

/** A value whose segment is found without conditions: all such values of one object that share a segment find it once. */
export interface DirectValue extends TextReader {
  readonly find: Find;
  /** The same for fields whose segment is the same. */
  readonly segmentKey: string;
}

/** Null when the field needs more than its element's text. */
export function directValue(compiler: ReadCompiler, field: Field, shown: boolean): DirectValue | null {
  if (field.kind !== 'value' || field.fallback !== null || countsItself(field.source)) return null;
  const { target } = field.source;
  const { origin, steps, ownConditions, otherWays } = target;
  if (origin === 'root' || ownConditions.length > 0 || otherWays.length > 0) return null;
  if (steps.some(({ conditions }) => conditions.length > 0)) return null;
  const reader = textReader(compiler, field.source, field.type, field.path, shown);
  if (reader === null) return null;
  const segmentKey = `${origin} ${steps.map(({ position, loop }) => `${position}${loop === null ? '' : '/'}`).join(' ')}`;
  return { ...reader, find: compileFind(target, false), segmentKey };
}

/** `shown`: see `textReader`. */
export function compileSource(
  compiler: ReadCompiler,
  source: ValueSource,
  type: LeafType,
  path: string,
  covered: boolean,
  shown: boolean,
): Read {
  const find = compileFind(source.target, covered);
  const reader = textReader(compiler, source, type, path, shown);
  if (reader === null) {
    const form = formOf(source, type, compiler.decimalMarks);
    const template = compiler.templates.idOf(path, source.target.segment.tag);
    return source.places.length === 0 ? () => undefined : readTuple(source.places, find, form, template, path);
  }
  const { place, template, decode, isUnknown } = reader;
  const { slot, element: fixedElement, component: fixedComponent, repetition } = place;
  const inComposite = isInComposite(place);
  const ordinal = countsItself(source);
  return (frame, run) => {
    const { trace } = run;
    const mark = trace.entryLength;
    const segment = find(frame, run);
    // An assigned number of a loop that was opened for what follows it: the number writing gives it.
    if (segment === null) return ordinal && frame.impliedNumber > 0 ? String(frame.impliedNumber) : undefined;
    // A slot's element, or its component inside one composite, is known only now.
    const element = slot === 0 ? fixedElement : inComposite ? frame.slotElement : frame.slotBase + slot - 1;
    const component = inComposite ? frame.slotBase + slot - 1 : fixedComponent;
    const text = segment.value(element, component === 0 ? 1 : component, repetition === 0 ? 1 : repetition);
    if (isBlank(text)) {
      trace.entryLength = mark;
      return undefined;
    }
    const value = decode === null ? text : decode(text, run);
    if (value === undefined) {
      trace.entryLength = mark;
      reader.refuse(run, frame, segment, element, component, text);
      return undefined;
    }
    if (isUnknown?.(text, value)) reader.wonder(run, frame, segment, element, component, text);
    trace.add(template, run.node, segment.number, packPlace(element, component, repetition));
    return value;
  };
}

/** A slot that is a component of one composite. */
export const isInComposite = ({ slot, composite, component }: ElementPlace): boolean =>
  slot > 0 && composite && component === 0;

/** Several elements make one value: a date, its time and its zone. */
function readTuple(places: readonly ElementPlace[], find: Find, form: ValueForm, template: number, path: string): Read {
  const { decodeTuple, encode, isFaithful } = form;
  return (frame, run) => {
    const mark = run.trace.entryLength;
    const segment = find(frame, run);
    if (segment === null) return undefined;
    const texts: string[] = [];
    let filled = 0;
    for (const place of places) {
      const text = segment.value(place.element, place.component || 1, place.repetition || 1).trim();
      if (text !== '') filled++;
      texts.push(text);
    }
    const value = filled === 0 ? undefined : decodeTuple?.(texts, run);
    const [first] = places;
    if (value === undefined || first === undefined) {
      run.trace.entryLength = mark;
      if (filled > 0 && first !== undefined) complainOfText(run, segment, first, frame, path, texts.join(' '));
      return undefined;
    }
    const back = isFaithful(texts) ? null : encode(value, run);
    // A day in the typed form is written in the elements for days: moved, not lost.
    const moved = back !== null && !isUnfit(back) && back.some((text, index) => text !== '' && texts[index] === '');
    for (let index = 0; index < places.length; index++) {
      const place = places[index];
      const text = texts[index] ?? '';
      if (text === '' || place === undefined) continue;
      const written = back === null || isUnfit(back) ? text : (back[index] ?? '');
      // What writing the value would leave empty was not understood, a zone without an offset for one: it is told and stays unmapped.
      if (written === '' && !moved) complainOfLoss(run, segment, place, frame, path, text);
      else
        run.trace.add(template, run.node, segment.number, packPlace(place.element, place.component, place.repetition));
      if ((written !== '' || moved) && written !== text) complainOfForm(run, segment, place, frame, text, written);
    }
    return value;
  };
}
