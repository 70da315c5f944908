import type { LoopDefinition } from './standards/definitions.ts';
import type { Place, Step } from './standards/places.ts';
import type { PlacedLoop, PlacedSegment, Segment } from './transaction.ts';

/*
 * Cursor  where the walk through the tree stands: the place of the last segment, and for each open loop how often its current spot was used.
 */
export interface OpenLoop {
  readonly definition: LoopDefinition;
  readonly children: (PlacedSegment | PlacedLoop)[];
  count: number;
}

export interface Cursor {
  place: Place;
  /** Open loops, root first: as many as `place.loops`. */
  open: OpenLoop[];
}

export const fits = (step: Step, cursor: Cursor): boolean =>
  !step.repeats || (cursor.open[step.depth]?.count ?? 0) < step.max;

/** Puts the segment where the step leads and moves the cursor there. */
export function take(step: Step, segment: Segment, cursor: Cursor): void {
  const { open } = cursor;
  const parent = open[step.depth];
  if (parent === undefined) return;
  parent.count = step.repeats ? parent.count + 1 : 1;
  open.length = step.depth + 1;
  const placed: PlacedSegment = { kind: 'segment', use: step.use, segment };
  if (step.loop === null) parent.children.push(placed);
  else openLoop(step.loop, parent, open, placed, false);
  cursor.place = step.place;
}

/** Opens a loop below `parent`, with its trigger or, when the sender left that out, without. */
export function openLoop(
  definition: LoopDefinition,
  parent: OpenLoop,
  open: OpenLoop[],
  trigger: PlacedSegment | null,
  implied: boolean,
): OpenLoop {
  const children: (PlacedSegment | PlacedLoop)[] = trigger === null ? [] : [trigger];
  parent.children.push({ kind: 'loop', definition, children, implied });
  const opened = { definition, children, count: 1 };
  open.push(opened);
  return opened;
}

export const idOf = (place: Place): string | null => place.loops.at(-1)?.id || null;
