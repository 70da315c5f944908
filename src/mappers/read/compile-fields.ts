import type { Segment } from '../../parsers/transaction.ts';
import { agreementValue } from '../codecs/compile.ts';
import { coveredBySibling, heldBySibling } from '../language/covers.ts';
import type { LeafType } from '../language/document-type.ts';
import type {
  ElementPlace,
  Field,
  FirstField,
  Given,
  ObjectField,
  OneField,
  ValueField,
  ValueSource,
} from '../language/spec.ts';
import { packPlace, type Templates } from '../trace-record.ts';
import { formOf, isUnfit, type ValueForm } from '../value-form.ts';
import { appendGather, compileList } from './compile-lists.ts';
import { compileFind } from './find.ts';
import { gateOf, isOpen } from './gate.ts';
import { compileGroup } from './group.ts';
import { type Fields, positionOf, type ReadFrame, type ReadRun } from './run.ts';

/** Reads one field of a frame; undefined when nothing stands there. */
export type Read = (frame: ReadFrame, run: ReadRun) => unknown;

export interface ReadCompiler {
  readonly templates: Templates;
  readonly decimalMarks: boolean;
}

/** The fields of one frame as one reader of an object: undefined when none has a value, or one it cannot do without has none. */
export function compileObject(
  compiler: ReadCompiler,
  fields: readonly Field[],
  required: ReadonlySet<string>,
  depth: number,
  path: string,
  siblings: readonly Field[] = fields,
): Read {
  // `others:` takes what its neighbours left: they are read first.
  const ordered = [...fields.filter((field) => !takesOthers(field)), ...fields.filter(takesOthers)];
  const keys = ordered.map(({ key }) => key);
  const reads = ordered.map((field) => compileField(compiler, field, depth, siblings));
  const alone = ordered.map(({ kind }) => kind !== 'same' && kind !== 'link' && kind !== 'constant');
  const gates = ordered.map(gateOf);
  const needed = [...required];
  return (frame, run) => {
    const entries = run.trace.entryLength;
    const nodes = run.trace.nodeCount;
    let object: Fields | undefined;
    let present = false;
    for (let index = 0; index < reads.length; index++) {
      const gate = gates[index];
      if (gate && !isOpen(gate, frame)) continue;
      const value = reads[index]?.(frame, run);
      if (value === undefined) continue;
      object ??= {};
      object[keys[index] ?? ''] = value;
      if (alone[index]) present = true;
    }
    if (object === undefined) return undefined;
    if (!present) {
      run.trace.reset(entries, nodes);
      return undefined;
    }
    for (const key of needed) {
      if (object[key] !== undefined) continue;
      complainOfMissing(run, frame, entries, path, key);
      run.trace.reset(entries, nodes);
      return undefined;
    }
    return object;
  };
}

export const takesOthers = (field: Field): boolean =>
  field.kind === 'each' || field.kind === 'one' || field.kind === 'slots'
    ? field.others
    : field.kind === 'gather'
      ? field.parts.some(takesOthers)
      : field.kind === 'object' && field.fields.some(takesOthers);

function complainOfMissing(run: ReadRun, frame: ReadFrame, entry: number, path: string, key: string): void {
  const at = run.segmentOfEntry(entry);
  const name = path === '' ? key : `${path}.${key}`;
  run.complain(
    'map/value-required',
    'error',
    run.positionInSegment(at, frame.loopId),
    `${name} is missing: nothing was found where it stands, and what surrounds it cannot be understood without.`,
    null,
    name,
  );
}

export function compileField(compiler: ReadCompiler, field: Field, depth: number, siblings: readonly Field[]): Read {
  switch (field.kind) {
    case 'value':
      return compileValue(
        compiler,
        field,
        coveredBySibling(siblings, field.source.target),
        heldBySibling(siblings, field.source),
      );
    case 'object':
      return compileInner(compiler, field, depth, siblings);
    case 'first':
      return compileFirst(compiler, field, depth, siblings);
    case 'one':
      return compileOne(compiler, field, depth);
    case 'each':
    case 'slots':
      return compileList(compiler, field, depth);
    case 'gather':
      return appendGather(compiler, field, depth, siblings);
    case 'same':
      return compileSource(compiler, field.source, field.type, field.path, true, false);
    case 'link':
      return (_frame, run) => {
        const keys = run.links?.keysOf(field.list) ?? [];
        return field.many ? (keys.length === 0 ? undefined : [...keys]) : keys[0];
      };
    case 'key': {
      const read = compileValue(compiler, field.value, false, false);
      return (frame, run) => {
        const value = read(frame, run);
        if (typeof value === 'string') run.links?.need(field.list, field.listKey, value);
        return value;
      };
    }
    case 'computed':
      return () => undefined;
    case 'constant': {
      const { code } = field;
      return () => ({ code });
    }
  }
}

/** An object without a frame of its own: its fields and its neighbours' share segments. */
const compileInner = (compiler: ReadCompiler, field: ObjectField, depth: number, siblings: readonly Field[]): Read =>
  compileObject(compiler, field.fields, field.type.required, depth, field.path, [...siblings, ...field.fields]);

function compileOne(compiler: ReadCompiler, field: OneField, depth: number): Read {
  const [only] = field.fields;
  const single =
    field.type.properties.size === 0 && only !== undefined && only.key === field.key && only.path === field.path;
  const item = single
    ? compileField(compiler, only, depth + 1, field.fields)
    : compileObject(compiler, field.fields, field.type.required, depth + 1, field.path);
  const group = compileGroup(compiler, field, item, depth);
  return (frame, run) => group.first(frame, run);
}

function compileFirst(compiler: ReadCompiler, field: FirstField, depth: number, siblings: readonly Field[]): Read {
  const reads = field.alternatives.map((alternative) => compileField(compiler, alternative, depth, siblings));
  const fallback = fallbackOf(field.fallback);
  const [first] = field.alternatives;
  const written = first?.kind === 'value' ? first.source.target.text : 'the first';
  return (frame, run) => {
    for (let index = 0; index < reads.length; index++) {
      const entry = run.trace.entryLength;
      const value = reads[index]?.(frame, run);
      if (value === undefined) continue;
      if (index > 0)
        run.complain(
          'map/alternative-read',
          'warning',
          run.positionInSegment(run.segmentOfEntry(entry), frame.loopId),
          `${field.path} was read from its alternative ${index + 1}; it is written at ${written}.`,
        );
      return value;
    }
    return fallback?.(run);
  };
}

const fallbackOf = (given: Given | null): ((run: ReadRun) => unknown) | null => {
  if (given === null) return null;
  if ('text' in given) return () => given.text;
  return (run) => {
    const value = agreementValue(run.agreement, given.agreement);
    return typeof value === 'string' || typeof value === 'object' ? (value ?? undefined) : undefined;
  };
};

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

/** `shown`: another field holds the same element whole, so that nothing is lost when this one cannot use it. */
function compileSource(
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
  if (form.decodeTuple !== null) return readTuple(source, find, form.decodeTuple, form.encode, template, path);
  const { decode } = form;
  const { slot, element: fixedElement, component: fixedComponent } = place;
  const inComposite = slot > 0 && place.composite && fixedComponent === 0;
  const repetition = place.repetition || 1;
  const codes = source.codes;
  const table = tableIn(source);
  const [step] = source.target.steps;
  const ordinal = place.type.id === ASSIGNED_NUMBER && source.target.steps.length === 1 && step?.position === 0;
  return (frame, run) => {
    const mark = run.trace.entryLength;
    const segment = find(frame, run);
    // An assigned number of a loop that was opened for what follows it: the number writing gives it.
    if (segment === null) return ordinal && frame.impliedNumber > 0 ? String(frame.impliedNumber) : undefined;
    // A slot's element, or its component inside one composite, is known only now.
    const element = slot === 0 ? fixedElement : inComposite ? frame.slotElement : frame.slotBase + slot - 1;
    const component = inComposite ? frame.slotBase + slot - 1 : fixedComponent;
    const text = segment.value(element, component === 0 ? 1 : component, repetition);
    if (isBlank(text)) {
      run.trace.entryLength = mark;
      return undefined;
    }
    const value = decode === null ? text : decode(text, run);
    if (value === undefined) {
      run.trace.entryLength = mark;
      if (table === null) complainOfText(run, segment, element, component, place.repetition, frame.loopId, path, text);
      else if (!shown) complainOfCode(run, segment, element, component, frame.loopId, table, text);
      return undefined;
    }
    if (codes !== null && !codes.byOriginal.has(text))
      complainOfCode(run, segment, element, component, frame.loopId, codes.name, text);
    run.trace.add(template, run.node, segment.number, packPlace(element, component, place.repetition));
    return value;
  };
}

function readTuple(
  source: ValueSource,
  find: ReturnType<typeof compileFind>,
  decode: (texts: readonly string[], run: ReadRun) => unknown,
  encode: ValueForm['encode'],
  template: number,
  path: string,
): Read {
  const { places } = source;
  return (frame, run) => {
    const mark = run.trace.entryLength;
    const segment = find(frame, run);
    if (segment === null) return undefined;
    const texts = places.map((place) =>
      segment.value(place.element, place.component || 1, place.repetition || 1).trim(),
    );
    const value = texts.every((text) => text === '') ? undefined : decode(texts, run);
    const [first] = places;
    if (value === undefined || first === undefined) {
      run.trace.entryLength = mark;
      if (texts.some((text) => text !== ''))
        complainOfText(
          run,
          segment,
          first?.element ?? 1,
          first?.component ?? 0,
          0,
          frame.loopId,
          path,
          texts.join(' '),
        );
      return undefined;
    }
    const back = encode(value, run);
    // A day in the typed form is written in the elements for days: moved, not lost.
    const moved = !isUnfit(back) && back.some((text, index) => text !== '' && texts[index] === '');
    for (const [index, place] of places.entries()) {
      const text = texts[index] ?? '';
      if (text === '') continue;
      const written = isUnfit(back) ? text : (back[index] ?? '');
      // What writing the value would leave empty was not understood, a zone without an offset for one: it is told and stays unmapped.
      if (written === '' && !moved) complainOfLoss(run, segment, place, frame.loopId, path, text);
      else
        run.trace.add(template, run.node, segment.number, packPlace(place.element, place.component, place.repetition));
      if ((written !== '' || moved) && written !== text)
        complainOfForm(run, segment, place, frame.loopId, text, written);
    }
    return value;
  };
}

function complainOfLoss(
  run: ReadRun,
  segment: Segment,
  place: ElementPlace,
  loop: string | null,
  path: string,
  text: string,
): void {
  run.complain(
    'map/value-cut',
    'warning',
    positionOf(segment, place.element, place.component, place.repetition, loop),
    `${place.text} is '${text}', which ${path} cannot say.`,
    text,
  );
}

function complainOfForm(
  run: ReadRun,
  segment: Segment,
  place: ElementPlace,
  loop: string | null,
  text: string,
  written: string,
): void {
  run.complain(
    'map/alternative-read',
    'warning',
    positionOf(segment, place.element, place.component, place.repetition, loop),
    `${place.text} is '${text}'; the same is written as '${written}'.`,
    text,
    written,
  );
}

function complainOfText(
  run: ReadRun,
  segment: Segment,
  element: number,
  component: number,
  repetition: number,
  loop: string | null,
  path: string,
  text: string,
): void {
  const name = `${segment.tag}${String(element).padStart(2, '0')}${component > 0 ? `-${component}` : ''}`;
  run.complain(
    'map/value-invalid',
    'error',
    positionOf(segment, element, component, repetition, loop),
    `${name} does not hold what ${path} wants.`,
    text,
  );
}

function complainOfCode(
  run: ReadRun,
  segment: Segment,
  element: number,
  component: number,
  loop: string | null,
  table: string,
  text: string,
): void {
  run.complain(
    'map/code-unknown',
    'warning',
    positionOf(segment, element, component, 0, loop),
    `The table '${table}' has no row for the code; it is kept as it was sent.`,
    text,
  );
}
