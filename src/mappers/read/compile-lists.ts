import type { Segment } from '../../parsers/transaction.ts';
import type { EachField, Field, GatherField, SlotsField } from '../language/spec.ts';
import { compileField, compileObject, type Read, type ReadCompiler } from './compile-fields.ts';
import { compileFind } from './find.ts';
import { compileGroup, enterSegment } from './group.ts';
import type { ReadFrame, ReadRun } from './run.ts';

type Append = (frame: ReadFrame, run: ReadRun, out: unknown[]) => void;

/** A list, or its items joined into one text. */
export function compileList(compiler: ReadCompiler, field: EachField | SlotsField, depth: number): Read {
  const append = compileAppend(compiler, field, depth);
  const { join } = field;
  return (frame, run) => {
    const out: unknown[] = [];
    append(frame, run, out);
    if (out.length === 0) return undefined;
    return join === null ? out : out.join(join);
  };
}

export function compileAppend(compiler: ReadCompiler, field: EachField | SlotsField, depth: number): Append {
  const append = field.kind === 'each' ? compileEach(compiler, field, depth) : compileSlots(compiler, field, depth);
  if (field.join === null) return append;
  // Joined pieces are one value: they belong to the item around them, not to items of their own.
  return (frame, run, out) => {
    const outer = run.node;
    append(frame, run, out);
    run.node = outer;
  };
}

const itemReader = (compiler: ReadCompiler, field: EachField | SlotsField, depth: number): Read => {
  if (field.fields === null)
    return field.value === null ? () => undefined : compileField(compiler, field.value, depth + 1, [field.value]);
  const type = field.type.kind === 'array' ? field.type.items : null;
  const required = type?.kind === 'object' ? type.required : new Set<string>();
  return compileObject(compiler, field.fields, required, depth + 1, `${field.path}[]`);
};

function compileEach(compiler: ReadCompiler, field: EachField, depth: number): Append {
  const fields = field.fields ?? (field.value === null ? [] : [field.value]);
  const group = compileGroup(compiler, { ...field, fields }, itemReader(compiler, field, depth), depth);
  return (frame, run, out) => group.append(frame, run, out);
}

function compileSlots(compiler: ReadCompiler, field: SlotsField, depth: number): Append {
  const item = itemReader(compiler, field, depth);
  const { from, to, size, within } = field;
  const fillsOf = (segment: Segment, base: number): boolean => {
    for (let offset = 0; offset < size; offset++) {
      if (within > 0 ? segment.value(within, base + offset) !== '' : hasValue(segment, base + offset)) return true;
    }
    return false;
  };
  const append = (segment: Segment, frame: ReadFrame, run: ReadRun, out: unknown[]): void => {
    const inner = run.frame(depth + 1);
    enterSegment(inner, segment, frame);
    inner.slotElement = within;
    const last = Math.min(to, within > 0 ? segment.componentCount(within) : segment.elementCount);
    for (let base = from; base <= last; base += size) {
      if (!fillsOf(segment, base)) continue; // a gap: partners leave them
      inner.slotBase = base;
      const { entryLength, nodeCount } = run.trace;
      const outer = run.node;
      if (field.join === null) run.node = run.trace.node(outer, out.length);
      const value = item(inner, run);
      run.node = outer;
      if (value === undefined) run.trace.reset(entryLength, nodeCount);
      else out.push(value);
    }
  };
  if (!field.many) {
    const find = compileFind(field.target, true);
    return (frame, run, out) => {
      const segment = find(frame, run);
      if (segment !== null) append(segment, frame, run, out);
    };
  }
  return manySegments(compiler, field, depth, append);
}

const hasValue = (segment: Segment, element: number): boolean =>
  segment.value(element) !== '' || segment.componentCount(element) > 1;

/** Every segment of the kind, in wire order: the group machinery finds them, and its item reader fills the one list. */
function manySegments(
  compiler: ReadCompiler,
  field: SlotsField,
  depth: number,
  append: (segment: Segment, frame: ReadFrame, run: ReadRun, out: unknown[]) => void,
): Append {
  let list: unknown[] = [];
  let outer = 0;
  const group = compileGroup(
    compiler,
    { target: field.target, others: field.others, fields: field.fields, fixed: [] },
    (frame, run) => {
      const segment = frame.own;
      if (segment === null) return undefined;
      const before = list.length;
      const inside = run.node;
      run.node = outer;
      append(segment, frame, run, list);
      run.node = inside;
      return list.length > before ? true : undefined;
    },
    depth,
  );
  return (frame, run, out) => {
    list = out;
    outer = run.node;
    group.append(frame, run, []);
  };
}

/** One list from several places, in the order they are named. */
export function appendGather(
  compiler: ReadCompiler,
  field: GatherField,
  depth: number,
  siblings: readonly Field[],
): Read {
  const parts = field.parts.map((part): Append => {
    if ((part.kind === 'each' || part.kind === 'slots') && part.join === null && part.path === field.path)
      return compileAppend(compiler, part, depth);
    const read = compileField(compiler, part, depth, [...siblings, ...field.parts]);
    return (frame, run, out) => {
      const { entryLength, nodeCount } = run.trace;
      const outer = run.node;
      run.node = run.trace.node(outer, out.length);
      const value = read(frame, run);
      run.node = outer;
      if (value === undefined) run.trace.reset(entryLength, nodeCount);
      else out.push(value);
    };
  });
  return (frame, run) => {
    const out: unknown[] = [];
    for (const append of parts) append(frame, run, out);
    return out.length === 0 ? undefined : out;
  };
}
