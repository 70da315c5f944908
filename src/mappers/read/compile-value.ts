import type { CodedValue, CodeTable } from '../code-table.ts';
import { agreementValue } from '../codecs/compile.ts';
import type { LeafType } from '../language/document-type.ts';
import type { ElementPlace, Given, ValueField, ValueSource } from '../language/spec.ts';
import { packPlace } from '../trace-record.ts';
import { formOf, isUnfit, type ValueForm } from '../value-form.ts';
import type { Read, ReadCompiler } from './compile-fields.ts';
import { complainOfCode, complainOfForm, complainOfLoss, complainOfText } from './complaints.ts';
import { compileFind, type Find } from './find.ts';
import type { ReadRun } from './run.ts';

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

/** `shown`: another field holds the same element whole, so that nothing is lost when this one cannot use it. */
export function compileSource(
  compiler: ReadCompiler,
  source: ValueSource,
  type: LeafType,
  path: string,
  covered: boolean,
  shown: boolean,
): Read {
  const find = compileFind(source.target, covered);
  const form = formOf(source, type, compiler.decimalMarks);
  const template = compiler.templates.idOf(path, source.target.segment.tag);
  const [place] = source.places;
  if (place === undefined) return () => undefined;
  if (form.decodeTuple !== null) return readTuple(source.places, find, form, template, path);
  const { decode } = form;
  const { slot, element: fixedElement, component: fixedComponent, repetition } = place;
  const inComposite = slot > 0 && place.composite && fixedComponent === 0;
  const unknown = unknownIn(source.codes, type);
  const table = tableIn(source);
  const [step] = source.target.steps;
  const ordinal = place.type.id === ASSIGNED_NUMBER && source.target.steps.length === 1 && step?.position === 0;
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
      const stand = { element, component, repetition };
      if (table === null) complainOfText(run, segment, stand, frame, path, text);
      else if (!shown) complainOfCode(run, segment, stand, frame, table, text);
      return undefined;
    }
    if (unknown?.(text, value))
      complainOfCode(run, segment, { element, component, repetition }, frame, source.codes?.name ?? '', text);
    trace.add(template, run.node, segment.number, packPlace(element, component, repetition));
    return value;
  };
}

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
