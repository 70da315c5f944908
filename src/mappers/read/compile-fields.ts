import { coveredBySibling, heldBySibling } from '../language/covers.ts';
import type { Field, FirstField, ObjectField, OneField } from '../language/spec.ts';
import type { Templates } from '../trace-record.ts';
import { compileGather, compileList } from './compile-lists.ts';
import { compileSource, compileValue, directValue, fallbackOf } from './compile-value.ts';
import { complainOfAlternative, complainOfMissing } from './complaints.ts';
import { gateOf } from './gate.ts';
import { compileGroup } from './group.ts';
import { objectReader } from './object-reader.ts';
import type { ReadFrame, ReadRun } from './run.ts';

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
  const reads = ordered.map((field) => ({
    key: field.key,
    gate: gateOf(field),
    alone: field.kind !== 'same' && field.kind !== 'link' && field.kind !== 'constant',
    direct: directValue(compiler, field, field.kind === 'value' && heldBySibling(siblings, field.source)),
    read: compileField(compiler, field, depth, siblings),
  }));
  return objectReader(reads, [...required], (run, frame, entries, key) =>
    complainOfMissing(run, frame, entries, path, key),
  );
}

export const takesOthers = (field: Field): boolean =>
  field.kind === 'each' || field.kind === 'one' || field.kind === 'slots'
    ? field.others
    : field.kind === 'gather'
      ? field.parts.some(takesOthers)
      : field.kind === 'object' && field.fields.some(takesOthers);

export function compileField(compiler: ReadCompiler, field: Field, depth: number, siblings: readonly Field[]): Read {
  switch (field.kind) {
    case 'value':
      return compileValue(
        compiler,
        field,
        field.chosen || coveredBySibling(siblings, field.source.target),
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
      return compileGather(compiler, field, depth, siblings);
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
      if (index > 0) complainOfAlternative(run, frame, entry, field.path, index + 1, written);
      return value;
    }
    return fallback?.(run);
  };
}
