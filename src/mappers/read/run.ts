import { type Position, positionAt } from '../../core/position.ts';
import type { ProblemCode } from '../../core/problem.ts';
import { type Problem, problem, type Severity } from '../../core/problem.ts';
import type { PlacedLoop, PlacedSegment, Segment } from '../../parsers/transaction.ts';
import type { CodecWorld } from '../codecs/compile.ts';
import { evaluate, isTrue } from '../formula/evaluate.ts';
import type { Formula } from '../formula/formula.ts';
import type { AgreementValues } from '../map.ts';
import { packPlace, type TraceRecorder } from '../trace-record.ts';
import type { Items } from './items.ts';

export type Child = PlacedSegment | PlacedLoop;
export type Fields = Record<string, unknown>;

const positionIn = (child: Child): number =>
  child.kind === 'segment' ? child.use.position : child.definition.position;

/**
 * One group being read: its children, and where those of each position begin. Frames are made once per depth and used again, for a group is
 * read before its next sibling is: allocating one for each of a thousand lines cost a fifth of the reading.
 */
export class ReadFrame {
  children: readonly Child[] = [];
  /** The first child of each position; one more at the end. */
  readonly starts: number[] = [];
  /** Children a field with `where:` took: `others:` leaves them. */
  claimed: Uint8Array = new Uint8Array(0);
  /** The segment of a segment or slot frame. */
  own: Segment | null = null;
  /** Added to slot numbers: the element, or the component, before the slot's first. */
  slotBase = 0;
  /** The composite whose components the slots run over. */
  slotElement = 0;
  loopId: string | null = null;
  /** The place among its siblings of a loop whose trigger the sender left out; 0 for all others. */
  impliedNumber = 0;

  enter(loop: PlacedLoop, claims: boolean): void {
    const { children, definition } = loop;
    this.own = null;
    this.impliedNumber = 0;
    this.loopId = definition.id === '' ? null : definition.id;
    this.children = children;
    if (!this.locate(children, definition.children.length)) {
      // The sender's order was not the standard's: put right here, once, so that every field may rely on it.
      const sorted = children.toSorted((a, b) => positionIn(a) - positionIn(b));
      this.children = sorted;
      this.locate(sorted, definition.children.length);
    }
    if (!claims) return;
    if (this.claimed.length < children.length) this.claimed = new Uint8Array(children.length * 2);
    else this.claimed.fill(0, 0, children.length);
  }

  /** Lets go of the transaction: a reader is kept, what it read is not. */
  leave(): void {
    this.children = [];
    this.own = null;
  }

  private locate(children: readonly Child[], positionCount: number): boolean {
    const { starts } = this;
    let next = 0;
    for (let index = 0; index < children.length; index++) {
      const child = children[index];
      if (child === undefined) break;
      const position = positionIn(child);
      if (position + 1 < next) return false;
      while (next <= position) starts[next++] = index;
    }
    while (next <= positionCount) starts[next++] = children.length;
    return true;
  }
}

/** All that one reading holds. */
export class ReadRun implements CodecWorld {
  readonly agreement: AgreementValues;
  readonly trace: TraceRecorder;
  readonly segments: readonly Segment[];
  readonly problems: Problem[] = [];
  private readonly frames: ReadFrame[];
  /** The document's top, as far as it is read: conditions look at it. */
  readonly document: Fields = {};
  /** The list item being read. */
  node = 0;
  readonly items: Items;
  /** What the hierarchy knows of the node being read. */
  links: Links | null = null;

  /** `trace`, `frames` and `items` are the reader's own, used again for every transaction. */
  constructor(
    agreement: AgreementValues,
    trace: TraceRecorder,
    frames: ReadFrame[],
    items: Items,
    segments: readonly Segment[],
  ) {
    this.frames = frames;
    this.items = items;
    this.agreement = agreement;
    this.trace = trace;
    this.segments = segments;
  }

  frame(depth: number): ReadFrame {
    let frame = this.frames[depth];
    if (frame === undefined) {
      frame = new ReadFrame();
      this.frames[depth] = frame;
    }
    return frame;
  }

  /** The segment that gave the first value since a mark; the transaction's first when there was none. */
  segmentOfEntry(entry: number): Segment | null {
    const number = entry < this.trace.entryLength ? (this.trace.entries[entry + 2] ?? 1) : 1;
    return this.segments[number - 1] ?? null;
  }

  positionInSegment(segment: Segment | null, loop: string | null): Position {
    if (segment === null) return positionAt(0);
    return positionAt(segment.byteOffset, { segmentNumber: segment.number, tag: segment.tag, loop });
  }

  holds(formula: Formula): boolean {
    return isTrue(evaluate(formula, { here: this.document, root: this.document, call: () => null }));
  }

  complain(
    code: ProblemCode,
    severity: Severity,
    at: Position,
    message: string,
    found: string | null = null,
    expected: string | null = null,
  ): void {
    if (this.problems.length < problemCountMax)
      this.problems.push(problem(code, at, { severity, message, found, expected }));
  }
}

/** A transaction of 30 MB may hold a bad code in each of a million segments: the first thousand say enough. */
export const problemCountMax = 1_000;

/** Keys of the nodes on the path through the node being read. */
export interface Links {
  keysOf(list: string): readonly string[];
  /** Makes sure an item with that key stands in the list. */
  need(list: string, listKey: string, key: string): void;
}

/** Where a value stands, for a Problem. */
export const positionOf = (
  segment: Segment,
  element: number,
  component: number,
  repetition: number,
  loop: string | null,
): Position =>
  positionAt(segment.byteOffsetOf(element, component || 1, repetition || 1), {
    segmentNumber: segment.number,
    tag: segment.tag,
    elementNumber: element,
    componentNumber: component || null,
    repetition: repetition || null,
    loop,
  });

export const consume = (run: ReadRun, segment: Segment, element: number, component: number, repetition: number): void =>
  run.trace.add(0, 0, segment.number, packPlace(element, component, repetition));
