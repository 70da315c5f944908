import type { Segment } from '../../parsers/transaction.ts';
import { valuesIn } from '../language/covers.ts';
import type { EachField, Field, GatherField, SlotsField } from '../language/spec.ts';
import { compileField, compileObject, type Read, type ReadCompiler } from './compile-fields.ts';
import { compileFind } from './find.ts';
import { compileGroup, enterSegment } from './group.ts';
import type { ReadFrame, ReadRun } from './run.ts';

/** Adds the items found to those the run holds; `base` is where the list began, so that the next item's index is known. */
type Append = (frame: ReadFrame, run: ReadRun, base: number) => void;

/** A list, or its items joined into one text. */
export function compileList(compiler: ReadCompiler, field: EachField | SlotsField, depth: number): Read {
  const append = compileAppend(compiler, field, depth);
  const { join } = field;
  return (frame, run) => {
    const base = run.items.length;
    append(frame, run, base);
    const items = run.items.takeFrom(base);
    return items === undefined || join === null ? items : items.join(join);
  };
}

export const compileAppend = (compiler: ReadCompiler, field: EachField | SlotsField, depth: number): Append =>
  field.kind === 'each' ? compileEach(compiler, field, depth) : compileSlots(compiler, field, depth);

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
  return (frame, run, base) => group.append(frame, run, base);
}

/** Reads the slots of one segment. */
type AppendSlots = (segment: Segment, frame: ReadFrame, run: ReadRun, base: number) => void;

function compileSlots(compiler: ReadCompiler, field: SlotsField, depth: number): Append {
  const item = itemReader(compiler, field, depth);
  const { from, to, size, within, join } = field;
  // What a segment's slots share would make an item of every gap; only then each slot is looked at first.
  const shares = [...valuesIn(field.fields ?? [])].some(({ places }) => places.some(({ slot }) => slot === 0));
  const append: AppendSlots = (segment, frame, run, base) => {
    const inner = run.frame(depth + 1);
    enterSegment(inner, segment, frame);
    inner.slotElement = within;
    const last = Math.min(to, within > 0 ? segment.componentCount(within) : segment.elementCount);
    const outer = run.node;
    const { trace } = run;
    for (let slot = from; slot <= last; slot += size) {
      if (shares && !isFilled(segment, slot, size, within)) continue; // a gap: partners leave them
      inner.slotBase = slot;
      const entryLength = trace.entryLength;
      const nodeCount = trace.nodeCount;
      if (join === null) run.node = trace.node(outer, run.items.length - base);
      const value = item(inner, run);
      if (value === undefined) trace.reset(entryLength, nodeCount);
      else run.items.push(value);
    }
    run.node = outer;
  };
  if (field.many) return manySegments(compiler, field, depth, append);
  const find = compileFind(field.target, true);
  return (frame, run, base) => {
    const segment = find(frame, run);
    if (segment !== null) append(segment, frame, run, base);
  };
}

function isFilled(segment: Segment, slot: number, size: number, within: number): boolean {
  for (let offset = 0; offset < size; offset++)
    if (within > 0 ? segment.value(within, slot + offset) !== '' : hasValue(segment, slot + offset)) return true;
  return false;
}

const hasValue = (segment: Segment, element: number): boolean =>
  segment.value(element) !== '' || segment.componentCount(element) > 1;

/** Every segment of the kind, in wire order: the group machinery finds them, and its item reader fills the one list. */
function manySegments(compiler: ReadCompiler, field: SlotsField, depth: number, append: AppendSlots): Append {
  let base = 0;
  let outer = 0;
  const group = compileGroup(
    compiler,
    { target: field.target, others: field.others, fields: field.fields, fixed: [] },
    (frame, run) => {
      const segment = frame.own ?? triggerOf(frame);
      if (segment === null) return undefined;
      const before = run.items.length;
      const inside = run.node;
      run.node = outer;
      append(segment, frame, run, base);
      run.node = inside;
      return run.items.length > before ? SEGMENT_READ : undefined;
    },
    depth,
  );
  return (frame, run, start) => {
    base = start;
    outer = run.node;
    group.append(frame, run, start);
  };
}

/** Said of a segment whose items are in the list already. */
export const SEGMENT_READ = Symbol('segment read');

function triggerOf({ children }: ReadFrame): Segment | null {
  const [first] = children;
  return first?.kind === 'segment' && first.use.position === 0 ? first.segment : null;
}

/** One list from several places, in the order they are named. */
export function compileGather(
  compiler: ReadCompiler,
  field: GatherField,
  depth: number,
  siblings: readonly Field[],
): Read {
  const parts = field.parts.map((part): Append => {
    if ((part.kind === 'each' || part.kind === 'slots') && part.join === null && part.path === field.path)
      return compileAppend(compiler, part, depth);
    const read = compileField(compiler, part, depth, [...siblings, ...field.parts]);
    return (frame, run, base) => {
      const { entryLength, nodeCount } = run.trace;
      const outer = run.node;
      run.node = run.trace.node(outer, run.items.length - base);
      const value = read(frame, run);
      run.node = outer;
      if (value === undefined) run.trace.reset(entryLength, nodeCount);
      else run.items.push(value);
    };
  });
  return (frame, run) => {
    const base = run.items.length;
    for (const append of parts) append(frame, run, base);
    return run.items.takeFrom(base);
  };
}
