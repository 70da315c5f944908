import type { LeafType } from '../language/document-type.ts';
import type {
  ConstantField,
  ElementPlace,
  Field,
  FirstField,
  KeyField,
  SameField,
  ValueField,
  ValueSource,
} from '../language/spec.ts';
import type { Templates } from '../trace-record.ts';
import { formOf, isUnfit, type Unfit, type ValueForm } from '../value-form.ts';
import { compileGather, compileGroupList, compileOne } from './compile-groups.ts';
import { compileSlots } from './compile-slots.ts';
import type { WriteFrame, WriteRun } from './run.ts';

export interface WriteCompiler {
  readonly templates: Templates;
}

/** Writes one field; what cannot be written is told and listed in the run, never thrown. */
export interface Write {
  write(value: unknown, frame: WriteFrame, run: WriteRun): void;
  /** Whether the place takes the value: asked by `gather:`, which has several. */
  accepts(value: unknown, run: WriteRun): boolean;
  /** Of a list: writes some of its items, each under its own index. */
  items?(items: readonly Item[], frame: WriteFrame, run: WriteRun): void;
}

/** An item of a list with its index in the whole of it. */
export type Item = readonly [number, unknown];

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function compileField(compiler: WriteCompiler, field: Field, siblings: readonly Field[]): Write {
  switch (field.kind) {
    case 'value':
      return compileValue(compiler, field);
    case 'object':
      return compileObject(compiler, field.fields, field.path, [...siblings, ...field.fields]);
    case 'first':
      return compileFirst(compiler, field, siblings);
    case 'one':
      return compileOne(compiler, field, siblings);
    case 'each':
      return compileGroupList(compiler, field, siblings);
    case 'slots':
      return compileSlots(compiler, field);
    case 'gather':
      return compileGather(compiler, field, siblings);
    case 'same':
      return compileSame(compiler, field);
    case 'key':
      return compileKey(compiler, field);
    case 'constant':
      return compileConstant(field);
    case 'link':
    case 'computed':
      // Links are the hierarchy's, computed fields the expressions': nothing is put anywhere here.
      return { write: () => undefined, accepts: () => true };
  }
}

/** Nothing is put anywhere: what the place says is always this code, and another cannot be said there. */
function compileConstant({ code, path, otherwise }: ConstantField): Write {
  const fits = (value: unknown) => isRecord(value) && value.code === code;
  return {
    write(value, _frame, run) {
      if (fits(value)) return;
      if (otherwise === 'refuse')
        return run.refuse(path, null, `is not '${code}', the only code its place can mean`, null);
      const unsaid = run.path(path);
      run.unwritten.push(unsaid);
      run.complain('map/unwritten', 'warning', `${unsaid} is not '${code}', which is all that its place can mean.`);
    },
    accepts: fits,
  };
}

const othersIn = (field: Field): boolean =>
  'others' in field
    ? field.others
    : field.kind === 'gather'
      ? field.parts.some(othersIn)
      : field.kind === 'object' && field.fields.some(othersIn);

/** The fields of an object, `others:` last: they may not take what a neighbour has claimed. */
export function compileObject(
  compiler: WriteCompiler,
  fields: readonly Field[],
  path: string,
  siblings: readonly Field[],
): Write {
  const ordered = [...fields.filter((field) => !othersIn(field)), ...fields.filter(othersIn)];
  const writes = ordered.map((field) => ({ key: field.key, at: compileField(compiler, field, siblings) }));
  const keys = new Set(fields.map(({ key }) => key));
  return {
    write(value, frame, run) {
      if (!isRecord(value)) return run.refuse(path, null, 'is no object', null);
      for (const { key, at } of writes) {
        const inner = value[key];
        if (inner !== undefined) at.write(inner, frame, run);
      }
    },
    accepts: (value, run) =>
      isRecord(value) &&
      Object.entries(value).every(([key, inner]) => inner === undefined || keys.has(key)) &&
      writes.every(({ key, at }) => value[key] === undefined || at.accepts(value[key], run)),
  };
}

function compileFirst(compiler: WriteCompiler, field: FirstField, siblings: readonly Field[]): Write {
  const [first] = field.alternatives;
  return first === undefined
    ? { write: () => undefined, accepts: () => false }
    : compileField(compiler, first, siblings);
}

/** Where a place stands, once the slot is known. */
export function standsAt(place: ElementPlace, frame: WriteFrame): { element: number; component: number } {
  if (place.slot === 0) return place;
  const number = frame.slotBase + place.slot - 1;
  return frame.slotElement > 0
    ? { element: frame.slotElement, component: number }
    : { element: number, component: place.component };
}

export interface SourceWriter {
  readonly form: ValueForm;
  readonly template: number;
  readonly source: ValueSource;
  readonly path: string;
}

export const sourceWriter = (
  compiler: WriteCompiler,
  source: ValueSource,
  type: LeafType,
  path: string,
): SourceWriter => ({
  form: formOf(source, type, false),
  template: compiler.templates.idOf(path, source.target.segment.tag),
  source,
  path,
});

function compileValue(compiler: WriteCompiler, field: ValueField): Write {
  const writer = sourceWriter(compiler, field.source, field.type, field.path);
  return {
    write: (value, frame, run) => writeValue(writer, value, frame, run),
    accepts: (value, run) => acceptsValue(writer, value, run),
  };
}

function acceptsValue({ form, source }: SourceWriter, value: unknown, run: WriteRun): boolean {
  const texts = form.encode(value, run);
  if (isUnfit(texts)) return false;
  // Nothing on the wire holds a line break: of several places the one that takes a text apart is the right one.
  if (texts.some((text) => /[\r\n]/.test(text))) return false;
  // A condition on the very place this value goes to must take it.
  const conditions = [...source.target.steps.flatMap((step) => step.conditions), ...source.target.ownConditions];
  return source.places.every((place, index) => {
    const condition = conditions.find(
      (known) => known.place.text === place.text && known.use === source.target.segment,
    );
    return condition === undefined || (condition.values?.includes(texts[index] ?? '') ?? false);
  });
}

export function writeValue(writer: SourceWriter, value: unknown, frame: WriteFrame, run: WriteRun): void {
  const { form, source, path } = writer;
  const [place] = source.places;
  if (place === undefined) return;
  const encoded = form.encode(value, run);
  const texts = isUnfit(encoded) ? cutToFit(writer, encoded, place, value, run) : encoded;
  if (texts === null) return;
  const segment = run.locate(source.target, frame, path);
  if (segment === null) {
    run.refuse(path, { use: source.target.segment, element: place }, 'has no segment to stand in', null);
    return;
  }
  for (const [index, text] of texts.entries()) {
    const at = source.places[index];
    if (at === undefined || text === '') continue;
    const { element, component } = standsAt(at, frame);
    const known = segment.get(element, component, at.repetition);
    if (known !== '' && known !== text) {
      // Another field wrote the element in its own words; all is well when they mean the same here too: basis HP, and 100 units.
      if (texts.length === 1 && sameMeaning(form, known, value, run)) continue;
      run.refuse(
        path,
        { use: segment.use, element: at },
        `is '${text}', but ${at.text} already holds '${known}'`,
        text,
      );
      return;
    }
    run.put(segment, element, component, at.repetition, text, writer.template);
    complainOfWider(source, value, text, path, run);
  }
}

/** The word has no code here, and a wider one was written: what is lost is told. */
function complainOfWider({ codes }: ValueSource, value: unknown, text: string, path: string, run: WriteRun): void {
  const word = isRecord(value) && typeof value.code === 'string' ? value.code : '';
  const stands = codes?.wider.get(word);
  if (stands === undefined || codes?.byCode.get(stands) !== text) return;
  const message = `${run.path(path)} is '${word}', which has no code of its own here: '${stands}' was written.`;
  run.complain('map/code-unknown', 'warning', message, undefined, word);
}

const sameMeaning = (form: ValueForm, known: string, value: unknown, run: WriteRun): boolean =>
  JSON.stringify(form.decode === null ? known : form.decode(known, run)) === JSON.stringify(value);

function cutToFit(
  { source, path }: SourceWriter,
  { why, cut }: Unfit,
  place: ElementPlace,
  value: unknown,
  run: WriteRun,
): readonly string[] | null {
  const found = typeof value === 'string' ? value : JSON.stringify(value);
  if (source.fit === 'truncate' && cut !== null) {
    run.complain('map/value-cut', 'warning', `${run.path(path)} ${why}: it was cut.`, undefined, found);
    return [cut];
  }
  run.refuse(path, { use: source.target.segment, element: place }, why, found);
  return null;
}

/** Every line says the same; the first one writes it, another that differs is told. */
function compileSame(compiler: WriteCompiler, field: SameField): Write {
  const writer = sourceWriter(compiler, field.source, field.type, field.path);
  return {
    write(value, frame, run) {
      const texts = writer.form.encode(value, run);
      const segment = isUnfit(texts) ? null : run.locate(field.source.target, frame);
      const [place] = field.source.places;
      if (segment === null || place === undefined || isUnfit(texts)) return writeValue(writer, value, frame, run);
      const known = segment.get(place.element, place.component, place.repetition);
      if (known === '' || known === texts[0]) return writeValue(writer, value, frame, run);
      const path = run.path(field.path);
      run.unwritten.push(path);
      run.complain(
        'map/value-differs',
        'error',
        `${path} is '${texts[0]}', but ${place.text} says '${known}' for all.`,
        undefined,
        texts[0] ?? null,
      );
    },
    accepts: (value, run) => !isUnfit(writer.form.encode(value, run)),
  };
}

function compileKey(compiler: WriteCompiler, field: KeyField): Write {
  return compileValue(compiler, field.value);
}
