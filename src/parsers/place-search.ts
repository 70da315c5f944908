import type { Cursor } from './place-cursor.ts';
import type { LoopDefinition, SegmentUse } from './standards/definitions.ts';
import type { ImpliedLoops } from './standards/implied.ts';
import { type Place, type Places, type Skipped, type Step, takes } from './standards/places.ts';
import type { PlacedLoop, PlacedSegment, Segment } from './transaction.ts';

/** How far ahead a misfit's neighbours are read: far enough for any loop's own segments, and a hostile message stays linear. */
const lookAheadMax = 64;

export const nameOf = (node: SegmentUse | LoopDefinition): string =>
  node.kind === 'segment' ? node.tag : node.trigger;

/** The use or loop a placed child stands for. */
export const nodeOf = (child: PlacedSegment | PlacedLoop): SegmentUse | LoopDefinition =>
  child.kind === 'segment' ? child.use : child.definition;

/** Whether a use or loop is among the children of its loop: a mandatory one that came too early is not missing besides. */
export function hasCome(node: SegmentUse | LoopDefinition, children: readonly (PlacedSegment | PlacedLoop)[]): boolean {
  for (const child of children) if (nodeOf(child) === node) return true;
  return false;
}

/**
 * Whether something a step would leave behind as missing is still to come: then it is the step's own segment, of the tag `own`, that stands too
 * early. Not where that begins the next round of the loop that has it missing: what comes behind is that round's.
 */
export function comesLater(
  skipped: readonly Skipped[],
  segments: readonly Segment[],
  index: number,
  own: string | null,
): Skipped | undefined {
  return skipped.find(({ node, depth, loop }) => {
    if (depth > 0 && own === loop.trigger) return false;
    const name = nameOf(node);
    for (let ahead = index + 1; ahead < segments.length && ahead <= index + lookAheadMax; ahead++) {
      const tag = segments[ahead]?.tag;
      if (tag === name) return true;
      if (depth > 0 && tag === loop.trigger) return false; // the next round of the loop: what comes there is not ours
    }
    return false;
  });
}

/** The nearest place before the cursor, in an open loop at `depthMin` or deeper, that takes the tag. */
export function earlierPlace(
  cursor: Cursor,
  tag: string,
  depthMin: number,
): { depth: number; node: SegmentUse | LoopDefinition } | undefined {
  const { loops, at } = cursor.place;
  for (let depth = loops.length - 1; depth >= depthMin; depth--) {
    for (let position = (at[depth] ?? 0) - 1; position >= 0; position--) {
      const node = loops[depth]?.children[position];
      if (node !== undefined && takes(node, tag)) return { depth, node };
    }
  }
  return undefined;
}

export interface ImpliedRoad {
  /** Steps to the loops to open without their triggers, outermost first. */
  readonly opens: readonly Step[];
  /** The segment's own step inside the last of them. */
  readonly step: Step;
}

/** The loops that could be opened after `place`, outer loops last, each with the step to it. */
function* openable(places: Places, place: Place, depthMin: number): Generator<Step> {
  for (let depth = place.loops.length - 1; depth >= depthMin; depth--) {
    for (const node of place.loops[depth]?.children.slice((place.at[depth] ?? 0) + 1) ?? []) {
      if (node.kind !== 'loop') continue;
      const step = places.steps(place, node.trigger).find((one) => one.loop === node && !one.repeats);
      if (step !== undefined) yield step;
    }
  }
}

/** The segment's step inside the loop that `open` opens, behind its trigger. */
const stepInside = (places: Places, open: Step, tag: string): Step | undefined =>
  places.steps(open.place, tag).find((step) => step.depth > open.depth && step.use !== open.use);

/** The shortest road to the tag through loops declared as left out by real senders. */
export function declaredRoad(
  places: Places,
  from: Place,
  tag: string,
  declared: ImpliedLoops,
): ImpliedRoad | undefined {
  if (declared.size === 0) return undefined;
  // Breadth first over a handful of declared loops; never deeper than the table.
  const roads: { place: Place; opens: Step[]; depthMin: number }[] = [{ place: from, opens: [], depthMin: 0 }];
  for (const { place, opens, depthMin } of roads) {
    for (const open of openable(places, place, depthMin)) {
      if (!declared.has(pathOf(open.place))) continue;
      const step = stepInside(places, open, tag);
      if (step !== undefined) return { opens: [...opens, open], step };
      roads.push({ place: open.place, opens: [...opens, open], depthMin: open.depth + 1 });
    }
  }
  return undefined;
}

const pathOf = (place: Place): string =>
  place.loops
    .slice(1)
    .map((loop) => loop.trigger)
    .join('/');

/** The road through the only loop the tag fits, when what comes next fits there too. */
export function onlyRoad(places: Places, from: Place, tag: string, next: Segment | undefined): ImpliedRoad | undefined {
  let only: ImpliedRoad | undefined;
  for (const open of openable(places, from, 0)) {
    const step = stepInside(places, open, tag);
    if (step === undefined) continue;
    if (only !== undefined) return undefined;
    only = { opens: [open], step };
  }
  if (only === undefined || next === undefined) return only;
  return places.steps(only.step.place, next.tag).some((step) => step.skipped.length === 0) ? only : undefined;
}

/** Of several loops bounded by LS and LE side by side, the one LS01 names comes first. */
export function chosenByLs01(steps: readonly Step[], segment: Segment): readonly Step[] {
  const id = segment.value(1);
  const bounds = ({ place, depth, use }: Step) => {
    const next = place.loops[depth]?.children[use.position + 1];
    return next?.kind === 'loop' && next.id === id;
  };
  const named = steps.filter(bounds);
  return named.length > 0 ? named : steps;
}
