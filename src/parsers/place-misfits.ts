import { positionAt } from '../core/position.ts';
import { type Problem, type ProblemCode, problem } from '../core/problem.ts';
import { type Cursor, type Detour, fits, type OpenLoop, openLoop, take } from './place-cursor.ts';
import {
  chosenByLs01,
  comesLater,
  declaredRoad,
  earlierPlace,
  hasCome,
  type ImpliedRoad,
  nameOf,
  nodeOf,
  onlyRoad,
} from './place-search.ts';
import { ProblemList, type UntoldProblems } from './problem-list.ts';
import type { LoopDefinition, MessageTable, SegmentUse } from './standards/definitions.ts';
import type { ImpliedLoops } from './standards/implied.ts';
import type { Skipped, Step } from './standards/places.ts';
import type { Segment, Transaction } from './transaction.ts';

/** A mandatory child told as missing, so that it can be taken back when it comes late. */
interface Missed {
  readonly node: SegmentUse | LoopDefinition;
  readonly children: OpenLoop['children'];
  readonly told: Problem;
}

/** What came late is looked for among the last so many: a loop's own, and some around it. */
const missedMax = 64;

/** What a segment was tried as: where it goes, or why it goes nowhere ahead. */
type Ahead = { go: Step } | { tooOften: Step } | { tooEarly: Step; before: Skipped } | null;

/**
 * Settles what the straight road does not: mandatory children left out, segments too often, too early, too late, in loops not opened, or of
 * no place at all. Each mistake is told once, where it shows, and the walk goes on as the sender most likely meant.
 */
export class Misfits {
  readonly #list = new ProblemList();
  readonly #transaction: Transaction;
  readonly #table: MessageTable;
  readonly #declared: ImpliedLoops;
  readonly #cursor: Cursor;
  readonly #missed: Missed[] = [];
  readonly #late = new Map<SegmentUse | LoopDefinition, { children: OpenLoop['children']; count: number }>();
  #detour: Detour | null = null;

  constructor(transaction: Transaction, table: MessageTable, declared: ImpliedLoops, cursor: Cursor) {
    this.#transaction = transaction;
    this.#table = table;
    this.#declared = declared;
    this.#cursor = cursor;
  }

  get problems(): readonly Problem[] {
    return this.#list.problems;
  }

  get untold(): UntoldProblems {
    return this.#list.untold;
  }

  get onDetour(): boolean {
    return this.#detour !== null;
  }

  /** Finds the segment its place; gives the id of the loop that took it, null for the root or none. */
  settle(segment: Segment, index: number): string | null {
    const { tag } = segment;
    if (tag === '' && segment.elementCount === 0) {
      return this.#tell('segment/empty', segment, null, 'Nothing stands between two terminators: an empty segment.');
    }
    if (!this.#table.segments.has(tag)) {
      return this.#tell('segment/unknown', segment, null, `${tag} is not a segment of ${this.#table.version}.`);
    }
    if (!this.#table.places.tags.has(tag)) {
      return this.#tell('segment/not-in-message', segment, null, `${this.#table.message} has no segment ${tag}.`);
    }
    let ahead = this.#ahead(segment, index);
    if (this.#detour !== null && (ahead === null || !('go' in ahead))) {
      const inside = this.#settleEarlier(segment, this.#detour.depth, ahead);
      if (inside !== undefined) return inside;
      this.#endDetour(segment);
      ahead = this.#ahead(segment, index);
    }
    if (ahead !== null && 'go' in ahead) return this.#go(ahead.go, segment);
    const declared =
      ahead === null ? declaredRoad(this.#table.places, this.#cursor.place, tag, this.#declared) : undefined;
    if (declared !== undefined) return this.#imply(declared, segment, true);
    if (ahead !== null && 'tooOften' in ahead) return this.#takeTooOften(ahead.tooOften, segment);
    if (ahead !== null) return this.#takeEarly(ahead.tooEarly, ahead.before, segment);
    const earlier = this.#settleEarlier(segment, 0, null);
    if (earlier !== undefined) return earlier;
    const only = onlyRoad(this.#table.places, this.#cursor.place, tag, this.#transaction.segments[index + 1]);
    if (
      only?.opens[0] !== undefined &&
      comesLater(only.opens[0].skipped, this.#transaction.segments, index - 1, null) === undefined
    ) {
      return this.#imply(only, segment, false);
    }
    const last = this.#lastResort(segment, index);
    if (last !== undefined) return this.#go(last, segment);
    const open = this.#cursor.place.loops.at(-1)?.id || 'the message';
    return this.#tell(
      'segment/unexpected',
      segment,
      null,
      `${tag} is not expected here: ${open} has no ${tag}, and no loop that has one is open.`,
    );
  }

  #ahead(segment: Segment, index: number): Ahead {
    let tooOften: Step | undefined;
    let bound: Step | undefined;
    let steps = this.#table.places.steps(this.#cursor.place, segment.tag);
    if (segment.tag === 'LS') steps = chosenByLs01(steps, segment);
    for (const step of steps) {
      if (this.#detour !== null && step.depth < this.#detour.depth) {
        // The misplaced loop once more, right behind itself: told already.
        return step.loop === this.#detour.loop && step.repeats ? { go: step } : null;
      }
      if (step.resort === 'separator') break;
      if (step.resort === 'bound') {
        bound ??= step;
        continue;
      }
      if (!fits(step, this.#cursor)) {
        // A trigger right behind itself is its loop once more, not a second segment of one round.
        if (tooOften === undefined || tooOften.use === step.use) tooOften = step;
        continue;
      }
      const before = comesLater(step.skipped, this.#transaction.segments, index, segment.tag);
      if (before === undefined) return { go: step };
      if (tooOften === undefined) return { tooEarly: step, before };
      break;
    }
    if (tooOften !== undefined) return { tooOften };
    return bound === undefined ? null : { go: bound };
  }

  /** Over a separator left out, where no place before it takes the segment and what comes next goes on behind it. */
  #lastResort(segment: Segment, index: number): Step | undefined {
    const { places } = this.#table;
    const { segments } = this.#transaction;
    const step = places
      .steps(this.#cursor.place, segment.tag)
      .find((one) => one.resort === 'separator' && fits(one, this.#cursor));
    if (step === undefined || comesLater(step.skipped, segments, index, segment.tag) !== undefined) return undefined;
    const next = segments[index + 1];
    return next === undefined || places.steps(step.place, next.tag).length > 0 ? step : undefined;
  }

  #go(step: Step, segment: Segment): string | null {
    this.#miss(step.skipped, segment);
    take(step, segment, this.#cursor);
    return this.#cursor.place.loopId;
  }

  #takeTooOften(step: Step, segment: Segment): string | null {
    this.#miss(step.skipped, segment);
    take(step, segment, this.#cursor);
    const loop = this.#cursor.place.loopId;
    return step.loop === null
      ? this.#tell('segment/too-many', segment, loop, `${segment.tag} repeats more than ${step.max} times here.`)
      : this.#tell('loop/too-many', segment, loop, `Loop ${step.loop.id} repeats more than ${step.max} times here.`);
  }

  #takeEarly(step: Step, before: Skipped, segment: Segment): string | null {
    const node = step.loop ?? step.use;
    const message = `${segment.tag} stands before its place: ${nameOf(before.node)} must come first.`;
    return this.#takeAside(step.depth, node, segment, 'segment/out-of-sequence', message);
  }

  /** A place behind the cursor, in a loop still open: the segment goes there, and the cursor stays. */
  #settleEarlier(segment: Segment, depthMin: number, ahead: Ahead): string | null | undefined {
    if (ahead !== null) return undefined;
    const earlier = earlierPlace(this.#cursor, segment.tag, depthMin);
    if (earlier === undefined) return undefined;
    const { depth, node } = earlier;
    const children = this.#cursor.open[depth]?.children ?? [];
    const missed = this.#missed.findLastIndex((one) => one.node === node && one.children === children);
    if (missed >= 0) for (const { told } of this.#missed.splice(missed, 1)) this.#list.remove(told);
    if (this.#countLate(node, children) > node.max) {
      const code = node.kind === 'segment' ? 'segment/too-many' : 'loop/too-many';
      return this.#takeAside(depth, node, segment, code, `${segment.tag} repeats more than ${node.max} times here.`);
    }
    const behind = this.#cursor.place.loops[depth]?.children[this.#cursor.place.at[depth] ?? 0];
    const message = `${segment.tag} stands after its place: it must come before ${behind === undefined ? 'this' : nameOf(behind)}.`;
    return this.#takeAside(depth, node, segment, 'segment/out-of-sequence', message);
  }

  /** How often a node has come in a loop, this one included. Counted once and then kept: a hostile message repeats it a million times. */
  #countLate(node: SegmentUse | LoopDefinition, children: OpenLoop['children']): number {
    const known = this.#late.get(node);
    let count = known?.children === children ? known.count : 0;
    if (count === 0) for (const child of children) if (nodeOf(child) === node) count++;
    this.#late.set(node, { children, count: count + 1 });
    return count + 1;
  }

  #takeAside(
    depth: number,
    node: SegmentUse | LoopDefinition,
    segment: Segment,
    code: ProblemCode,
    message: string,
  ): string | null {
    const { place, open } = this.#cursor;
    const parent = open[depth];
    const target = this.#table.places.childPlace(place, depth, node.position);
    if (parent === undefined || target?.use == null) return null;
    const placed = { kind: 'segment', use: target.use, segment } as const;
    const loop = target.loopId;
    if (node.kind === 'segment') parent.children.push(placed);
    else {
      // Inside a detour there is no second one: the walk returns to where it stood before the first.
      this.#detour ??= { depth: depth + 1, loop: node, place, open: [...open], counts: open.map(({ count }) => count) };
      openLoop(node, depth, open, placed, false);
      this.#cursor.place = target;
    }
    return this.#tell(code, segment, loop, message);
  }

  #endDetour(segment: Segment): void {
    const detour = this.#detour;
    if (detour === null) return;
    const unmet = this.#table.places.unmet(this.#cursor.place);
    this.#miss(
      unmet.filter(({ depth }) => depth >= detour.depth),
      segment,
    );
    this.#cursor.place = detour.place;
    this.#cursor.open = [...detour.open];
    detour.open.forEach((loop, depth) => {
      loop.count = detour.counts[depth] ?? loop.count;
    });
    this.#detour = null;
  }

  #imply(road: ImpliedRoad, segment: Segment, declared: boolean): string | null {
    for (const open of road.opens) {
      const parent = this.#cursor.open[open.depth];
      if (parent === undefined || open.loop === null) continue;
      this.#miss(open.skipped, segment);
      parent.count = 1;
      openLoop(open.loop, open.depth, this.#cursor.open, null, true);
      this.#cursor.place = open.place;
      const { id, trigger } = open.loop;
      const message = `${trigger} is missing: loop ${id} was opened for ${segment.tag}, which stands in it.`;
      this.#list.add(this.#problemAt('loop/implied', segment, trigger, id, message, declared ? 'warning' : 'error'));
    }
    return this.#go(road.step, segment);
  }

  #miss(skipped: readonly Skipped[], segment: Segment): void {
    let separatorMissed = false;
    for (const { node, depth, loop } of skipped) {
      const children = this.#cursor.open[depth]?.children ?? [];
      if (hasCome(node, children)) continue; // too early, and told as that
      const name = nameOf(node);
      // Without the separator the loop before took it.
      if (separatorMissed && this.#transaction.segments[segment.number - 2]?.tag === name) continue;
      separatorMissed ||= name === 'UNS';
      const [code, what] =
        node.kind === 'segment'
          ? (['segment/missing', name] as const)
          : (['loop/missing', `Loop ${node.id} (${name})`] as const);
      const where = loop.id === '' ? '' : ` of loop ${loop.id}`;
      const message = `${what}${where} is missing: it must come before this ${segment.tag}.`;
      const told = this.#problemAt(code, segment, name, loop.id || null, message, 'error');
      this.#list.add(told);
      this.#missed.push({ node, children, told });
      if (this.#missed.length > missedMax) this.#missed.shift();
    }
  }

  #tell(code: ProblemCode, segment: Segment, loop: string | null, message: string): string | null {
    this.#list.add(this.#problemAt(code, segment, segment.tag, loop, message, 'error'));
    return loop;
  }

  #problemAt(
    code: ProblemCode,
    segment: Segment,
    tag: string,
    loop: string | null,
    message: string,
    severity: 'error' | 'warning',
  ): Problem {
    const at = positionAt(segment.byteOffset, { segmentNumber: segment.number, tag, loop });
    return problem(code, at, { message, severity, found: segment.tag, expected: tag === segment.tag ? null : tag });
  }
}
