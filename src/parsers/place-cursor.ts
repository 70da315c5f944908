import type { LoopDefinition } from './standards/definitions.ts';
import type { Place, Step } from './standards/places.ts';
import type { PlacedLoop, PlacedSegment, Segment } from './transaction.ts';

/*
 * Cursor  where the walk through the tree stands: the place of the last segment, and for each open loop how often its current spot was used.
 */
export interface OpenLoop {
  readonly children: (PlacedSegment | PlacedLoop)[];
  count: number;
}

export interface Cursor {
  place: Place;
  /** Open loops, root first: the first `place.loops.length`. Closed ones stay behind them, for cutting an array costs more than a segment. */
  open: OpenLoop[];
}

/** A misplaced loop taken where it came: the walk goes through its children, then back to where it stood, so that it costs one problem. */
export interface Detour {
  /** Depth of the misplaced loop itself. */
  readonly depth: number;
  readonly loop: LoopDefinition;
  readonly place: Place;
  readonly open: readonly OpenLoop[];
  readonly counts: readonly number[];
}

export const fits = (step: Step, cursor: Cursor): boolean =>
  !step.repeats || (cursor.open[step.depth]?.count ?? 0) < step.max;

/** Puts the segment where the step leads and moves the cursor there. */
export function take(step: Step, segment: Segment, cursor: Cursor): void {
  const { open } = cursor;
  const parent = open[step.depth];
  if (parent === undefined) return;
  parent.count = step.repeats ? parent.count + 1 : 1;
  const placed: PlacedSegment = { kind: 'segment', use: step.use, segment };
  if (step.loop === null) parent.children.push(placed);
  else openLoop(step.loop, step.depth, open, placed, false);
  cursor.place = step.place;
}

/** Opens a loop below the open one at `depth`, with its trigger or, when the sender left that out, without. */
export function openLoop(
  definition: LoopDefinition,
  depth: number,
  open: OpenLoop[],
  trigger: PlacedSegment | null,
  implied: boolean,
): void {
  const children: (PlacedSegment | PlacedLoop)[] = trigger === null ? [] : [trigger];
  open[depth]?.children.push({ kind: 'loop', definition, children, implied });
  open[depth + 1] = { children, count: 1 };
}
