import type { Segment } from '../../parsers/transaction.ts';
import { coversCondition } from '../language/covers.ts';
import type { Field, FixedSpec, Step, Target } from '../language/spec.ts';
import type { Read, ReadCompiler } from './compile-fields.ts';
import { consumeConditions, rankOf, rankOfChild } from './find.ts';
import { compareFixed } from './fixed.ts';
import { type Child, consume, type ReadFrame, type ReadRun } from './run.ts';

/** A repeated or single group: finds its instances in a frame, and reads each in a frame of its own. */
export interface GroupReader {
  /** The best instance that gives a value. */
  first(frame: ReadFrame, run: ReadRun): unknown;
  /** Every instance that gives a value, in wire order, each as an item of the list. */
  append(frame: ReadFrame, run: ReadRun, out: unknown[]): void;
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
  const readItem = (child: Child, frame: ReadFrame, run: ReadRun, number = 1): unknown => {
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
  const ways = [target.steps, ...target.otherWays];
  const base =
    target.origin === 'root' ? (_frame: ReadFrame, run: ReadRun) => run.frame(0) : (frame: ReadFrame) => frame;
  const visit = (
    given: ReadFrame,
    run: ReadRun,
    take: (child: Child, chain: readonly [Step, Child][]) => boolean,
  ): void => {
    const frame = base(given, run);
    for (const steps of ways) if (visitWay(frame, steps, spec.others, take)) return;
  };
  return {
    first: (frame, run) => readBest(frame, run, visit, readItem, covered),
    append(frame, run, out) {
      visit(frame, run, (child, chain) => {
        const { entryLength, nodeCount } = run.trace;
        const outer = run.node;
        run.node = run.trace.node(outer, out.length);
        for (const [step, at] of chain)
          if (step.conditions.length > 0) consumeConditions(run, step, at, frame, covered);
        const value = readItem(child, frame, run, out.length + 1);
        run.node = outer;
        if (value === undefined) run.trace.reset(entryLength, nodeCount);
        else {
          out.push(value);
          if (claiming) claim(base(frame, run), chain[0]?.[1]);
        }
        return false;
      });
    },
  };
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
    append(frame, run, out) {
      const outer = run.node;
      run.node = run.trace.node(outer, out.length);
      const value = read(frame, run);
      run.node = outer;
      if (value !== undefined) out.push(value);
    },
  };
}

function readBest(
  frame: ReadFrame,
  run: ReadRun,
  visit: (frame: ReadFrame, run: ReadRun, take: (child: Child, chain: readonly [Step, Child][]) => boolean) => void,
  readItem: (child: Child, frame: ReadFrame, run: ReadRun) => unknown,
  covered: boolean,
): unknown {
  let best = Number.POSITIVE_INFINITY;
  let found: { child: Child; chain: readonly [Step, Child][] } | null = null;
  visit(frame, run, (child, chain) => {
    const rank = chain.reduce((sum, [step, at]) => sum * 64 + rankOfChild(step, at), 0);
    if (rank >= best) return false;
    best = rank;
    found = { child, chain };
    return rank === 0;
  });
  if (found === null) return undefined;
  const { child, chain } = found as { child: Child; chain: readonly [Step, Child][] };
  const { entryLength, nodeCount } = run.trace;
  for (const [step, at] of chain) if (step.conditions.length > 0) consumeConditions(run, step, at, frame, covered);
  const value = readItem(child, frame, run);
  if (value === undefined) run.trace.reset(entryLength, nodeCount);
  else claim(frame, chain[0]?.[1]);
  return value;
}

const claim = (frame: ReadFrame, child: Child | undefined): void => {
  const index = child === undefined ? -1 : frame.children.indexOf(child);
  if (index >= 0) frame.claimed[index] = 1;
};

/** Calls `take` for every instance along the steps, in wire order; true when it said to stop. */
function visitWay(
  frame: ReadFrame,
  steps: readonly Step[],
  others: boolean,
  take: (child: Child, chain: readonly [Step, Child][]) => boolean,
): boolean {
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
      if (take(child, chain)) return true;
    } else if (child.kind === 'loop' && visitDeeper(child.children, deeper, chain, take)) return true;
  }
  return false;
}

function visitDeeper(
  children: readonly Child[],
  [step, ...deeper]: readonly Step[],
  chain: readonly [Step, Child][],
  take: (child: Child, chain: readonly [Step, Child][]) => boolean,
): boolean {
  if (step === undefined) return false;
  for (const child of children) {
    const position = child.kind === 'segment' ? child.use.position : child.definition.position;
    if (position !== step.position || (child.kind === 'loop') !== (step.loop !== null)) continue;
    if (rankOfChild(step, child) < 0) continue;
    const longer: [Step, Child][] = [...chain, [step, child]];
    if (
      deeper.length === 0
        ? take(child, longer)
        : child.kind === 'loop' && visitDeeper(child.children, deeper, longer, take)
    )
      return true;
  }
  return false;
}
