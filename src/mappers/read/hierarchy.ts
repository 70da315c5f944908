import type { PlacedLoop } from '../../parsers/transaction.ts';
import type { Field, HierarchySpec, LevelRule, LinkField, NodeSpec } from '../language/spec.ts';
import { compileField, type Read, type ReadCompiler, takesOthers } from './compile-fields.ts';
import { SEGMENT_READ } from './compile-lists.ts';
import { compileFind } from './find.ts';
import { compareFixed } from './fixed.ts';
import { claimsIn, compileGroup, type GroupReader } from './group.ts';
import { type Level, levelsOf } from './levels.ts';
import { Lists } from './node-lists.ts';
import type { Fields, ReadFrame, ReadRun } from './run.ts';

/** A node's fields, compiled: read in the frame of its level, or of the trigger that repeats inside it. */
interface NodeReader {
  readonly spec: NodeSpec;
  readonly read: (frame: ReadFrame, run: ReadRun) => Fields;
  readonly claims: boolean;
  /** `^x[]` fields: filled from what lies below when nothing lies above. */
  readonly manyLinks: readonly LinkField[];
  /** Finds what repeats inside one level; null when the node is a level of its own. */
  readonly group: GroupReader | null;
}

/** Compiles the reading of HL or CPS into the document's flat lists. */
export function compileHierarchy(
  compiler: ReadCompiler,
  spec: HierarchySpec,
): (frame: ReadFrame, run: ReadRun) => void {
  const position = spec.target.steps[0]?.position ?? 0;
  const readers = spec.nodes.map((node) => nodeReader(compiler, node));
  const rules = spec.levels.map((rule) => ({
    rule,
    find: rule.kind === 'absent-parent' ? null : compileFind(rule.target, true),
  }));
  const inside = readers.filter(({ spec: { on } }) => on !== null);
  const shape = spec.shapeAt === null ? null : compileFind(spec.shapeAt.target, true);
  return (frame, run) => {
    const shapeSegment = shape?.(frame, run);
    if (shapeSegment && spec.shapeAt !== null)
      run.trace.add(0, 0, shapeSegment.number, spec.shapeAt.place.element << 22);
    const loops = frame.children.filter(
      (child): child is PlacedLoop => child.kind === 'loop' && child.definition.position === position,
    );
    const { levels, order } = levelsOf(loops, spec, run);
    const lists = new Lists(levels, run);
    run.links = lists;
    const nameOf = (level: Level): string => levelName(level, spec, rules, run);
    for (const index of order) {
      const level = levels[index];
      if (level === undefined) continue;
      lists.enter(index);
      const name = nameOf(level);
      const reader = readers.find((known) => known.spec.name === name && known.spec.on === null);
      const known = readers.some((other) => other.spec.name === name);
      if (!known && !ruled(spec)) complainOfLevel(level, spec, name, run);
      const inner = run.frame(1);
      inner.enter(level.loop, reader?.claims === true || inside.some(({ claims }) => claims));
      if (reader !== undefined) readNode(reader, inner, run, lists);
      for (const within of inside) readInside(within, inner, run, lists);
    }
    lists.finish();
    run.links = null;
  };
}

/** With rules, a level that none names is one that only holds items. */
const ruled = (spec: HierarchySpec) => spec.level === null;

function nodeReader(compiler: ReadCompiler, spec: NodeSpec): NodeReader {
  const depth = spec.on === null ? 1 : 2;
  const ordered: Field[] = [...spec.fields.filter((field) => !takesOthers(field)), ...spec.fields.filter(takesOthers)];
  const reads = ordered.map((field): { key: string; read: Read } => ({
    key: field.key,
    read: compileField(compiler, field, depth, spec.fields),
  }));
  const fixed = compareFixed(compiler, spec.fixed);
  const read: NodeReader['read'] = (frame, run) => {
    const item: Fields = {};
    for (const { key, read: readField } of reads) {
      const value = readField(frame, run);
      if (value !== undefined) item[key] = value;
    }
    fixed(frame, run);
    return item;
  };
  const readRow: Read = (frame, run) => {
    if (run.links instanceof Lists) run.links.readItem(spec, [], () => read(frame, run));
    return SEGMENT_READ; // its item is in the list already
  };
  const inner = spec.on === null ? null : { target: spec.on, others: false, fields: spec.fields, fixed: [] };
  return {
    spec,
    read,
    group: inner === null ? null : compileGroup(compiler, inner, readRow, 1),
    claims: claimsIn(spec.fields),
    manyLinks: spec.fields.filter((field): field is LinkField => field.kind === 'link' && field.many),
  };
}

function readNode({ spec, read, manyLinks }: NodeReader, frame: ReadFrame, run: ReadRun, lists: Lists): void {
  if (spec.list === null) {
    lists.readTop(spec, () => read(frame, run));
    return;
  }
  lists.readItem(spec, manyLinks, () => read(frame, run));
}

/** Items of the trigger that repeats inside one level: LIN in CPS. The level itself is then above them. */
function readInside({ group }: NodeReader, frame: ReadFrame, run: ReadRun, lists: Lists): void {
  if (group !== null) lists.within(() => group.append(frame, run, run.items.length));
}

function levelName(
  level: Level,
  spec: HierarchySpec,
  rules: readonly { rule: LevelRule; find: ReturnType<typeof compileFind> | null }[],
  run: ReadRun,
): string {
  if (spec.level !== null) return level.trigger?.value(spec.level.element, spec.level.component || 1) ?? '';
  const frame = run.frame(1);
  frame.enter(level.loop, false);
  for (const { rule, find } of rules) {
    if (rule.kind === 'absent-parent') {
      if (!level.saysParent) return rule.node;
      continue;
    }
    const { entryLength, nodeCount } = run.trace;
    const segment = find?.(frame, run) ?? null;
    run.trace.reset(entryLength, nodeCount); // looking is not reading
    if (segment === null) continue;
    if (rule.kind === 'present') return rule.node;
    const value = segment.value(rule.place.element, rule.place.component || 1);
    if (rule.values.includes(value)) return rule.node;
  }
  return '';
}

function complainOfLevel(level: Level, spec: HierarchySpec, name: string, run: ReadRun): void {
  run.complain(
    'map/level-unknown',
    'warning',
    run.positionInSegment(level.trigger, level.loop.definition.id),
    `${spec.level?.text ?? 'The level'} is '${name}': the map has ${spec.nodes.map((node) => node.name).join(', ')}.`,
    name,
  );
}
