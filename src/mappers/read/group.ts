import type { Segment } from '../../parsers/transaction.ts';
import { coversCondition } from '../language/covers.ts';
import type { Field, FixedSpec, Step, Target } from '../language/spec.ts';
import type { Read, ReadCompiler } from './compile-fields.ts';
import { SEGMENT_READ } from './compile-lists.ts';
import { consumeConditions, rankOf, rankOfChild, whereListMax } from './find.ts';
import { compareFixed } from './fixed.ts';
import { type Child, consume, type ReadFrame, type ReadRun } from './run.ts';

/** A repeated or single group: finds its instances in a frame, and reads each in a frame of its own. */
export interface GroupReader {
  /** The best instance that gives a value. */
  first(frame: ReadFrame, run: ReadRun): unknown;
  /** Every instance that gives a value, in wire order, each as an item of the list that begins at `base`. */
  append(frame: ReadFrame, run: ReadRun, base: number): void;
}

export interface GroupSpec {
  readonly target: Target;
  readonly others: boolean;
  readonly fields: readonly Field[] | null;
  readonly fixed: readonly FixedSpec[];
}

export function compileGroup(compiler: ReadCompiler, spec: GroupSpec, item: Read, depth: number): GroupReader {
  const { target } = spec;
  const fixed = compareFixed(compiler, spec.fixed);
  const covered = target.steps.every(({ conditions }) =>
    conditions.every((condition) => coversCondition(spec.fields ?? [], condition)),
  );
  const claims = needsClaims(spec.fields ?? []);
  // Only what has conditions can stand beside an `others:`; the rest would have nothing left for it.
  const claiming = target.steps.some(({ conditions }) => conditions.length > 0);
  const readItem: ReadItem = (child, frame, run, number = 1) => {
    const inner = run.frame(depth + 1);
    if (child.kind === 'loop') {
      inner.enter(child, claims);
      if (child.implied) inner.impliedNumber = number;
    } else enterSegment(inner, child.segment, frame);
    const value = item(inner, run);
    if (value !== undefined) fixed(inner, run);
    return value;
  };
  if (target.origin === 'own') return ownGroup(target, readItem);
  const fromRoot = target.origin === 'root';
  const [step] = target.steps;
  const finder = { steps: target.steps, otherWays: target.otherWays, others: spec.others, readItem, covered, claiming };
  const first: GroupReader['first'] = (frame, run) => readBest(fromRoot ? run.frame(0) : frame, run, finder);
  if (step === undefined || target.steps.length > 1 || target.otherWays.length > 0)
    return { first, append: (frame, run, base) => appendDeep(fromRoot ? run.frame(0) : frame, run, base, finder) };
  return {
    first,
    append: (frame, run, base) => appendDirect(fromRoot ? run.frame(0) : frame, run, base, step, finder),
  };
}

type ReadItem = (child: Child, frame: ReadFrame, run: ReadRun, number?: number) => unknown;

interface Finder {
  readonly steps: readonly Step[];
  readonly otherWays: readonly (readonly Step[])[];
  readonly others: boolean;
  readonly readItem: ReadItem;
  readonly covered: boolean;
  readonly claiming: boolean;
}

/** Direct children, the commonest by far: no chain and no closure is made for each. */
function appendDirect(frame: ReadFrame, run: ReadRun, base: number, step: Step, finder: Finder): void {
  const { starts, children, claimed } = frame;
  const { readItem, others, covered, claiming } = finder;
  const end = starts[step.position + 1] ?? 0;
  const isLoop = step.loop !== null;
  const conditional = step.conditions.length > 0;
  const { trace } = run;
  const outer = run.node;
  for (let index = starts[step.position] ?? 0; index < end; index++) {
    const child = children[index];
    if (child === undefined || (child.kind === 'loop') !== isLoop) continue;
    if (others && claimed[index] === 1) continue;
    if (conditional && rankOfChild(step, child) < 0) continue;
    const { entryLength, nodeCount } = trace;
    run.node = trace.node(outer, run.items.length - base);
    if (conditional) consumeConditions(run, step, child, frame, covered);
    const value = readItem(child, frame, run, run.items.length - base + 1);
    if (value === undefined) trace.reset(entryLength, nodeCount);
    else {
      if (value !== SEGMENT_READ) run.items.push(value);
      if (claiming) claimed[index] = 1;
    }
  }
  run.node = outer;
}

function appendDeep(frame: ReadFrame, run: ReadRun, base: number, finder: Finder): void {
  const { readItem, covered, claiming } = finder;
  visit(frame, finder, (child, chain, index) => {
    const { entryLength, nodeCount } = run.trace;
    const outer = run.node;
    run.node = run.trace.node(outer, run.items.length - base);
    for (const [step, at] of chain) if (step.conditions.length > 0) consumeConditions(run, step, at, frame, covered);
    const value = readItem(child, frame, run, run.items.length - base + 1);
    run.node = outer;
    if (value === undefined) run.trace.reset(entryLength, nodeCount);
    else {
      if (value !== SEGMENT_READ) run.items.push(value);
      if (claiming) frame.claimed[index] = 1;
    }
    return false;
  });
}

/** `index`: which child of the frame the chain begins with. */
type Take = (child: Child, chain: readonly [Step, Child][], index: number) => boolean;

function visit(frame: ReadFrame, { steps, otherWays, others }: Finder, take: Take): void {
  if (visitWay(frame, steps, others, take)) return;
  for (const way of otherWays) if (visitWay(frame, way, others, take)) return;
}

/** `others:` may stand in an object inside the frame. */
function needsClaims(fields: readonly Field[]): boolean {
  return fields.some((field) =>
    field.kind === 'object'
      ? needsClaims(field.fields)
      : field.kind === 'gather'
        ? needsClaims(field.parts)
        : 'others' in field && field.others,
  );
}
export const claimsIn = needsClaims;

export function enterSegment(inner: ReadFrame, segment: Segment, outer: ReadFrame): void {
  inner.own = segment;
  inner.children = [];
  inner.loopId = outer.loopId;
}

function ownGroup(target: Target, readItem: (child: Child, frame: ReadFrame, run: ReadRun) => unknown): GroupReader {
  const own = (frame: ReadFrame): Segment | null =>
    frame.own !== null && rankOf(target.ownConditions, frame.own) >= 0 ? frame.own : null;
  const read = (frame: ReadFrame, run: ReadRun): unknown => {
    const segment = own(frame);
    if (segment === null) return undefined;
    for (const { place, values } of target.ownConditions)
      if (values !== null) consume(run, segment, place.element, place.component, place.repetition);
    return readItem({ kind: 'segment', use: target.segment, segment }, frame, run);
  };
  return {
    first: read,
    append(frame, run, base) {
      const outer = run.node;
      run.node = run.trace.node(outer, run.items.length - base);
      const value = read(frame, run);
      run.node = outer;
      if (value !== undefined && value !== SEGMENT_READ) run.items.push(value);
    },
  };
}

function readBest(frame: ReadFrame, run: ReadRun, finder: Finder): unknown {
  let best = Number.POSITIVE_INFINITY;
  let found: Child | null = null;
  let way: readonly [Step, Child][] = [];
  let first = -1;
  visit(frame, finder, (child, chain, index) => {
    const rank = chain.reduce((sum, [step, at]) => sum * whereListMax + rankOfChild(step, at), 0);
    if (rank >= best) return false;
    best = rank;
    found = child;
    way = chain;
    first = index;
    return rank === 0;
  });
  if (found === null) return undefined;
  const { entryLength, nodeCount } = run.trace;
  for (const [step, at] of way) if (step.conditions.length > 0) consumeConditions(run, step, at, frame, finder.covered);
  const value = finder.readItem(found, frame, run);
  if (value === undefined) run.trace.reset(entryLength, nodeCount);
  else frame.claimed[first] = 1;
  return value;
}

/** Calls `take` for every instance along the steps, in wire order; true when it said to stop. */
function visitWay(frame: ReadFrame, steps: readonly Step[], others: boolean, take: Take): boolean {
  const [step, ...deeper] = steps;
  if (step === undefined) return false;
  const { children, starts, claimed } = frame;
  const end = starts[step.position + 1] ?? 0;
  for (let index = starts[step.position] ?? 0; index < end; index++) {
    const child = children[index];
    if (child === undefined || (child.kind === 'loop') !== (step.loop !== null)) continue;
    if (others && claimed[index] === 1) continue;
    if (rankOfChild(step, child) < 0) continue;
    const chain: [Step, Child][] = [[step, child]];
    if (deeper.length === 0) {
      // An instance of a repeated group is taken here; a single one when it is chosen.
      if (take(child, chain, index)) return true;
    } else if (child.kind === 'loop' && visitDeeper(child.children, deeper, chain, index, take)) return true;
  }
  return false;
}

function visitDeeper(
  children: readonly Child[],
  [step, ...deeper]: readonly Step[],
  chain: readonly [Step, Child][],
  index: number,
  take: Take,
): boolean {
  if (step === undefined) return false;
  for (const child of children) {
    const position = child.kind === 'segment' ? child.use.position : child.definition.position;
    if (position !== step.position || (child.kind === 'loop') !== (step.loop !== null)) continue;
    if (rankOfChild(step, child) < 0) continue;
    const longer: [Step, Child][] = [...chain, [step, child]];
    if (
      deeper.length === 0
        ? take(child, longer, index)
        : child.kind === 'loop' && visitDeeper(child.children, deeper, longer, index, take)
    )
      return true;
  }
  return false;
}
