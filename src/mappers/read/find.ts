import type { PlacedLoop, PlacedSegment, Segment } from '../../parsers/transaction.ts';
import type { Condition, Step, Target } from '../language/spec.ts';
import { type Child, consume, positionOf, type ReadFrame, type ReadRun } from './run.ts';

/*
 * Finding what a target means in a frame. Of several candidates the one whose code stands earliest in a `where:` list is taken, and among
 * equals the first on the wire. A matched code is recorded as read: it is a constant of the map, not something the map overlooked.
 */
export type Find = (frame: ReadFrame, run: ReadRun) => Segment | null;

/** `where:` lists are short; 64 codes in one would make ranks of several lists collide, and the check refuses that. */
export const whereListMax = 64;

/** How early a code stands in its list; -1 when the condition does not hold. */
function rankOfOne({ place, values }: Condition, segment: Segment): number {
  const value = segment.value(place.element, place.component || 1, place.repetition || 1);
  if (values === null) return value === '' ? 0 : -1;
  return values.length === 1 ? (value === values[0] ? 0 : -1) : values.indexOf(value);
}

/** How early the codes stand in their lists: 0 for the first of each; -1 when a condition does not hold. */
export function rankOf(conditions: readonly Condition[], segment: Segment): number {
  let rank = 0;
  for (let index = 0; index < conditions.length; index++) {
    const own = rankOfOne(conditions[index] as Condition, segment);
    if (own < 0) return -1;
    rank = rank * whereListMax + own;
  }
  return rank;
}

/** The segment of a loop a condition looks at: the first at its position. */
export function segmentIn(loop: PlacedLoop, position: number): Segment | null {
  const { children } = loop;
  for (let index = 0; index < children.length; index++) {
    const child = children[index] as Child;
    if (child.kind !== 'segment') continue;
    if (child.use.position === position) return child.segment;
    if (child.use.position > position) return null;
  }
  return null;
}

/** Several conditions of one loop may look at different segments of it. */
export function rankOfLoop(conditions: readonly Condition[], loop: PlacedLoop): number {
  let rank = 0;
  for (let index = 0; index < conditions.length; index++) {
    const condition = conditions[index] as Condition;
    const segment = segmentIn(loop, condition.child);
    const own = segment === null ? (condition.values === null ? 0 : -1) : rankOfOne(condition, segment);
    if (own < 0) return -1;
    rank = rank * whereListMax + own;
  }
  return rank;
}

export const rankOfChild = (step: Step, child: Child): number => {
  if (step.conditions.length === 0) return 0;
  return child.kind === 'segment' ? rankOf(step.conditions, child.segment) : rankOfLoop(step.conditions, child);
};

export function consumeConditions(run: ReadRun, step: Step, child: Child, frame: ReadFrame, covered: boolean): void {
  for (const condition of step.conditions) {
    if (condition.values === null) continue;
    const segment = child.kind === 'segment' ? child.segment : segmentIn(child, condition.child);
    if (segment !== null) consumeCondition(run, condition, segment, frame.loopId, covered);
  }
}

function consumeCondition(
  run: ReadRun,
  condition: Condition,
  segment: Segment,
  loop: string | null,
  covered: boolean,
): void {
  const { element, component, repetition, text } = condition.place;
  consume(run, segment, element, component, repetition);
  const [first] = condition.values ?? [];
  if (covered || first === undefined || (condition.values?.length ?? 0) < 2) return;
  const found = segment.value(element, component || 1, repetition || 1);
  if (found !== first)
    run.complain(
      'map/alternative-read',
      'warning',
      positionOf(segment, element, component, repetition, loop),
      `${text} is '${found}'; what stands here is written with '${first}'.`,
      found,
      first,
    );
}

/** `covered`: a field holds the conditions' places too, so that the code read is the code written. */
export function compileFind(target: Target, covered: boolean): Find {
  if (target.origin === 'own') return findOwn(target, covered);
  const [step, ...deeper] = target.steps;
  if (step === undefined) return () => null;
  const single =
    deeper.length === 0
      ? step.loop === null
        ? findDirect(step, covered)
        : findTrigger(step, covered)
      : deeper.length === 1 && step.loop !== null && deeper[0]?.position === 0 && deeper[0].conditions.length === 0
        ? findTrigger(step, covered)
        : findDeep(target.steps, covered);
  const ways = [single, ...target.otherWays.map((steps) => findDeep(steps, covered))];
  const find: Find = ways.length === 1 ? single : (frame, run) => firstOf(ways, frame, run);
  return target.origin === 'root' ? (_frame, run) => find(run.frame(0), run) : find;
}

function firstOf(ways: readonly Find[], frame: ReadFrame, run: ReadRun): Segment | null {
  for (const way of ways) {
    const found = way(frame, run);
    if (found !== null) return found;
  }
  return null;
}

function findOwn(target: Target, covered: boolean): Find {
  const conditions = target.ownConditions;
  if (conditions.length === 0) return (frame) => frame.own;
  return (frame, run) => {
    const { own } = frame;
    if (own === null || rankOf(conditions, own) < 0) return null;
    for (const condition of conditions)
      if (condition.values !== null) consumeCondition(run, condition, own, frame.loopId, covered);
    return own;
  };
}

function findDirect(step: Step, covered: boolean): Find {
  const { position, conditions } = step;
  const pick = picker(step);
  return (frame, run) => {
    const index = pick(frame);
    if (index < 0) return null;
    const child = frame.children[index] as PlacedSegment;
    frame.claimed[index] = 1;
    if (conditions.length > 0) consumeConditions(run, step, child, frame, covered);
    return child.kind === 'segment' && child.use.position === position ? child.segment : null;
  };
}

/** The best child at the step's position, by rank and order; -1 when none fits. */
function picker(step: Step): (frame: ReadFrame) => number {
  const { position, conditions } = step;
  if (conditions.length === 0)
    return ({ starts }) => {
      const start = starts[position] ?? 0;
      return start < (starts[position + 1] ?? 0) ? start : -1;
    };
  return ({ starts, children }) => {
    const end = starts[position + 1] ?? 0;
    let best = Number.POSITIVE_INFINITY;
    let found = -1;
    for (let index = starts[position] ?? 0; index < end && best > 0; index++) {
      const child = children[index];
      const rank = child === undefined ? -1 : rankOfChild(step, child);
      if (rank < 0 || rank >= best) continue;
      best = rank;
      found = index;
    }
    return found;
  };
}

function findTrigger(step: Step, covered: boolean): Find {
  const pick = picker(step);
  return (frame, run) => {
    const index = pick(frame);
    const loop = index < 0 ? undefined : frame.children[index];
    if (loop?.kind !== 'loop') return null;
    frame.claimed[index] = 1;
    if (step.conditions.length > 0) consumeConditions(run, step, loop, frame, covered);
    const first = loop.children[0];
    return first?.kind === 'segment' && first.use.position === 0 ? first.segment : null;
  };
}

function findDeep(steps: readonly Step[], covered: boolean): Find {
  return (frame, run) => {
    const chain = chainIn(frame.children, steps, 0);
    const last = chain?.at(-1);
    if (chain === null || last?.kind !== 'segment') return null;
    for (const [index, child] of chain.entries()) {
      const step = steps[index];
      if (step !== undefined) consumeConditions(run, step, child, frame, covered);
    }
    const first = chain[0];
    const index = first === undefined ? -1 : frame.children.indexOf(first);
    if (index >= 0) frame.claimed[index] = 1;
    return last.segment;
  };
}

/** As deep as the map's path, which the language bounds; never as deep as the input. */
function chainIn(children: readonly Child[], steps: readonly Step[], depth: number): Child[] | null {
  const step = steps[depth];
  if (step === undefined) return [];
  let best = Number.POSITIVE_INFINITY;
  let found: Child[] | null = null;
  for (const child of children) {
    const position = child.kind === 'segment' ? child.use.position : child.definition.position;
    if (position !== step.position || (child.kind === 'loop') !== (step.loop !== null)) continue;
    const rank = rankOfChild(step, child);
    if (rank < 0 || rank >= best) continue;
    const rest = child.kind === 'loop' ? chainIn(child.children, steps, depth + 1) : [];
    if (rest === null) continue;
    best = rank;
    found = [child, ...rest];
    if (rank === 0) break;
  }
  return found;
}
