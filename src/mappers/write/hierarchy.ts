import { agreementValue } from '../codecs/compile.ts';
import type { Given, HierarchySpec, LinkField, NodeSpec, ShapeSpec } from '../language/spec.ts';
import { compileObject, isRecord, type Write, type WriteCompiler } from './compile-fields.ts';
import { innerFrame } from './compile-groups.ts';
import { writeFixed } from './fixed.ts';
import { buildTree, type LevelNode, type Tree } from './level-tree.ts';
import { loopFrame, type WriteFrame, type WriteRun } from './run.ts';
import { WireLoop } from './wire-tree.ts';

export interface NodeWriter {
  readonly spec: NodeSpec;
  readonly item: Write;
  readonly links: readonly LinkField[];
  readonly fixed: ReturnType<typeof writeFixed>;
}

/** Compiles the writing of HL or CPS: the document's flat lists grouped along the shape, one loop for each level. */
export function compileHierarchy(compiler: WriteCompiler, spec: HierarchySpec): (run: WriteRun) => void {
  const writers = spec.nodes.map(
    (node): NodeWriter => ({
      spec: node,
      item: compileObject(compiler, node.fields, node.list === null ? '' : `${node.list}[]`, node.fields),
      links: node.fields.filter((field): field is LinkField => field.kind === 'link'),
      fixed: writeFixed(node.fixed),
    }),
  );
  return (run) => {
    if (!isRecord(run.document)) return;
    const shape = chooseShape(spec, run);
    if (shape === null) return;
    const tree = buildTree(spec, shape.levels, run.document, run);
    writeTree(spec, writers, tree, run);
  };
}

/** What the document says, else the agreement, else the first. */
function chooseShape(spec: HierarchySpec, run: WriteRun): ShapeSpec | null {
  const [first] = spec.shapes;
  if (first === undefined || spec.shapeAt === null) return first ?? null;
  const { target, place } = spec.shapeAt;
  const frame = loopFrame(run.root);
  const said = run.find(target)?.get(place.element, place.component, place.repetition) ?? '';
  const code = said || givenText(spec.shapeWritten, run) || first.code;
  const shape = spec.shapes.find((known) => known.code === code);
  if (shape === undefined)
    run.complain(
      'map/hierarchy-unfit',
      'error',
      `${place.text} would be '${code}': the map has shapes for ${spec.shapes.map((known) => known.code).join(', ')}.`,
      undefined,
      code,
    );
  const chosen = shape ?? first;
  if (said === '') run.locate(target, frame)?.set(place.element, place.component, place.repetition, chosen.code);
  return chosen;
}

function givenText(given: Given | null, run: WriteRun): string {
  if (given === null) return '';
  const value = 'text' in given ? given.text : agreementValue(run.agreement, given.agreement);
  return typeof value === 'string' ? value : '';
}

function writeTree(spec: HierarchySpec, writers: readonly NodeWriter[], tree: Tree, run: WriteRun): void {
  const loop = spec.target.loop;
  const step = spec.target.steps.at(-1);
  if (loop === null || step === undefined) return;
  const loops: WireLoop[] = [];
  // In the order of the tree, parents first: each level's number is its place in that order.
  for (const [index, node] of tree.nodes.entries()) {
    const wire = new WireLoop(loop, 0);
    loops.push(wire);
    run.root.append(step.position, wire);
    const trigger = run.triggerIn(wire);
    trigger?.set(spec.id.element, spec.id.component, 0, String(index + 1));
    if (node.parent >= 0) trigger?.set(spec.parent.element, spec.parent.component, 0, String(node.parent + 1));
    if (spec.level !== null) trigger?.set(spec.level.element, spec.level.component, 0, node.name);
    if (spec.hasChildren !== null) trigger?.set(spec.hasChildren.element, 0, 0, node.hasChildren ? '1' : '0');
    const writer = writers.find((known) => known.spec.name === node.name);
    if (writer !== undefined) writeNode(writer, node, loopFrame(wire), run);
    tellLevel(spec, node, writer?.spec.list ?? null, wire, run);
    for (const row of node.rows) writeInside(writers, row, loopFrame(wire), run);
  }
}

/** Where no code tells the level, its rules must: what the rule looks at is put there, and what would be taken for another level is told. */
function tellLevel(
  spec: HierarchySpec,
  { name, index }: LevelNode,
  list: string | null,
  wire: WireLoop,
  run: WriteRun,
): void {
  for (const rule of spec.levels) {
    if (rule.kind === 'absent-parent') {
      if (rule.node === name) return; // the first rule that holds decides, whatever else stands in the level
      continue;
    }
    const mine = rule.node === name;
    if (rule.kind === 'present') {
      if (mine) run.locate(rule.target, loopFrame(wire));
      if (mine) return;
      continue;
    }
    const { target, place, values } = rule;
    const found = run.findIn(target, wire)?.get(place.element, place.component, place.repetition) ?? '';
    if (mine && found === '')
      run.locate(target, loopFrame(wire))?.set(place.element, place.component, place.repetition, values[0] ?? '');
    if (mine ? found !== '' && !values.includes(found) : values.includes(found)) {
      const path = list === null ? null : run.tracedAt(run.findIn(target, wire), place, `${list}[${index}]`);
      if (path !== null) run.unwritten.push(path);
      run.complain(
        'map/hierarchy-unfit',
        'error',
        `A level '${name}' has '${found}' in ${place.text}, by which it reads back as another.`,
        undefined,
        found,
      );
    }
    if (mine) return;
  }
}

function writeNode({ item, fixed }: NodeWriter, node: LevelNode, frame: WriteFrame, run: WriteRun): void {
  const outer = run.node;
  if (node.index >= 0) run.node = run.trace.node(0, node.index);
  item.write(node.item, frame, run);
  fixed(frame, run);
  run.node = outer;
}

/** Rows of a node that repeats inside a level: LIN in CPS. */
function writeInside(writers: readonly NodeWriter[], row: LevelNode, frame: WriteFrame, run: WriteRun): void {
  const writer = writers.find((known) => known.spec.name === row.name);
  const step = writer?.spec.on?.steps.at(-1);
  if (writer === undefined || step === undefined) return;
  const outer = run.node;
  run.node = run.trace.node(0, row.index);
  const wire = step.loop === null ? run.segment(step.use) : new WireLoop(step.loop, run.node);
  frame.loop.append(step.position, wire);
  const inner = innerFrame(wire, frame);
  writer.item.write(row.item, inner, run);
  writer.fixed(inner, run);
  run.node = outer;
}
