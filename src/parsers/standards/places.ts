import type { LoopDefinition, SegmentUse } from './definitions.ts';

/*
 * Places  a message's tree as placement walks it. A Place is one segment use with its way down from the root. From a place and a tag, the
 *         tables alone say where a segment may go: at the same spot again, later in the same loop, or, a loop having ended, in one around it.
 *         These are its Steps, in the order they are to be tried. Only repeat counts are left to placement.
 *
 * Steps are made when a (place, tag) pair is first met, and kept: a whole 850 table has some 150,000 pairs, traffic uses a few hundred.
 */
export interface Place {
  /** Null for the place before the first segment. */
  readonly use: SegmentUse | null;
  /** The loops around it, root first; `at[d]` is the position of the way down in `loops[d]`, so the last is its own. */
  readonly loops: readonly LoopDefinition[];
  readonly at: readonly number[];
  readonly steps: Map<string, readonly Step[]>;
  /** The tag last met here, and its first step when that may be taken without a further look. */
  lastTag: string;
  lastStep: Step | undefined;
  /** Of the innermost loop; null in the root. What a Problem names. */
  readonly loopId: string | null;
}

/** A mandatory child that a step leaves behind without its having come. */
export interface Skipped {
  readonly node: SegmentUse | LoopDefinition;
  /** Depth and loop in which it is missing. */
  readonly depth: number;
  readonly loop: LoopDefinition;
}

export interface Step {
  /** Depth of the open loop that takes the segment, or takes the loop it opens. */
  readonly depth: number;
  readonly use: SegmentUse;
  readonly place: Place;
  /** The loop the segment opens, when it is a trigger. */
  readonly loop: LoopDefinition | null;
  /** The same spot again: counts against `max`. */
  readonly repeats: boolean;
  readonly max: number;
  readonly skipped: readonly Skipped[];
  /**
   * Why it is not to be tried with the others. `separator`: it passes over a mandatory UNS though the tag can stand before it too, so only what
   * fits nowhere else goes there. `bound`: it enters a bounded loop whose LS has not come.
   */
  readonly resort: 'separator' | 'bound' | null;
}

export interface Places {
  readonly start: Place;
  /** Where the segment may go after `place`; the first that its counts allow is right. Empty when nowhere. */
  steps(place: Place, tag: string): readonly Step[];
  /** The place of a segment use (or of a loop's trigger) as child `position` of the loop at `depth` around `place`. */
  childPlace(place: Place, depth: number, position: number): Place | undefined;
  /** Mandatory children that still had to come after `place`. */
  unmet(place: Place): readonly Skipped[];
  /** Every tag the message has. */
  readonly tags: ReadonlySet<string>;
}

const placeAt = (use: SegmentUse | null, loops: readonly LoopDefinition[], at: readonly number[]): Place => ({
  use,
  loops,
  at,
  steps: new Map(),
  lastTag: '',
  lastStep: undefined,
  loopId: loops.at(-1)?.id || null,
});

export function compilePlaces(root: LoopDefinition): Places {
  const tags = new Set<string>();
  const before = new Map<SegmentUse | LoopDefinition, ReadonlySet<string>>();
  for (const child of root.children) {
    if (separates(child)) before.set(child, new Set(tags));
    gatherTags(child, tags);
  }
  const start = placeAt(null, [root], [-1]);
  // One Place per node, so that its steps are shared: keyed by the trigger's or segment's own use.
  const known = new Map<SegmentUse, Place>();
  const unmet = new Map<Place, readonly Skipped[]>();
  const placeOf = (loops: readonly LoopDefinition[], at: readonly number[]): Place | undefined => {
    const node = loops.at(-1)?.children[at.at(-1) ?? 0];
    if (node === undefined) return undefined;
    const [use, inLoops, inAt] =
      node.kind === 'segment' ? [node, loops, at] : [node.children[0], [...loops, node], [...at, 0]];
    if (use?.kind !== 'segment') return undefined;
    const found = known.get(use) ?? placeAt(use, inLoops, inAt);
    known.set(use, found);
    return found;
  };
  const childPlace = (place: Place, depth: number, position: number) =>
    placeOf(place.loops.slice(0, depth + 1), [...place.at.slice(0, depth), position]);
  return {
    start,
    tags,
    childPlace,
    steps(place, tag) {
      const ready = place.steps.get(tag);
      if (ready !== undefined) return ready;
      // Only tags of the message are kept: what partners invent must not grow the table.
      const made = tags.has(tag) ? stepsFrom(place, tag, childPlace, before) : [];
      if (tags.has(tag)) place.steps.set(tag, made);
      return made;
    },
    unmet(place) {
      const ready = unmet.get(place);
      if (ready !== undefined) return ready;
      const made = place.loops.flatMap((_, i) => mandatoryAfter(place, place.loops.length - 1 - i));
      unmet.set(place, made);
      return made;
    },
  };
}

/** Whether a child takes the tag: a segment by its own, a loop by its trigger's. */
export const takes = (node: SegmentUse | LoopDefinition, tag: string): boolean =>
  node.kind === 'segment' ? node.tag === tag : node.trigger === tag;

function gatherTags(node: SegmentUse | LoopDefinition, tags: Set<string>): void {
  if (node.kind === 'segment') tags.add(node.tag);
  else for (const child of node.children) gatherTags(child, tags);
}

/** UNS parts the sections of a message (trap 51). */
const separates = (node: SegmentUse | LoopDefinition) =>
  node.kind === 'segment' && node.tag === 'UNS' && node.requirement === 'M';

/** Between LS and LE: LE is owed once LS has come, and the bounded loop may come only after LS. */
const isOwed = (loop: LoopDefinition, from: number, position: number): boolean => {
  const node = loop.children[position];
  if (node === undefined) return false;
  if (node.requirement === 'M') return true;
  return node.kind === 'segment' && node.tag === 'LE' && (from === position - 1 || from === position - 2);
};

function mandatoryAfter(place: Place, depth: number): Skipped[] {
  const loop = place.loops[depth];
  const from = place.at[depth];
  if (loop === undefined || from === undefined) return [];
  return loop.children.flatMap((node, position) =>
    position > from && isOwed(loop, from, position) ? [{ node, depth, loop }] : [],
  );
}

function stepsFrom(
  place: Place,
  tag: string,
  childPlace: Places['childPlace'],
  before: ReadonlyMap<SegmentUse | LoopDefinition, ReadonlySet<string>>,
): Step[] {
  const steps: Step[] = [];
  let skipped: readonly Skipped[] = [];
  let resort: Step['resort'] = null;
  const add = (
    depth: number,
    node: SegmentUse | LoopDefinition,
    more: Pick<Step, 'repeats' | 'resort' | 'skipped'>,
  ) => {
    const target = childPlace(place, depth, node.position);
    if (target?.use == null) return;
    const loop = node.kind === 'loop' ? node : null;
    steps.push({ depth, use: target.use, place: target, loop, max: node.max, ...more });
  };
  for (let depth = place.loops.length - 1; depth >= 0; depth--) {
    const loop = place.loops[depth];
    const from = place.at[depth] ?? -1;
    if (loop === undefined) break;
    const here = loop.children[from];
    if (here !== undefined && takes(here, tag)) add(depth, here, { repeats: true, resort, skipped });
    for (let position = from + 1; position < loop.children.length; position++) {
      const node = loop.children[position];
      if (node === undefined) break;
      if (takes(node, tag)) {
        const opener =
          node.kind === 'loop' && node.bounded && from < position - 1 ? loop.children[position - 1] : undefined;
        if (opener === undefined) {
          add(depth, node, { repeats: false, resort, skipped });
          if (tag !== 'LS') return steps; // a fresh spot always takes it; of several LS, LS01 says which
        } else
          add(depth, node, { repeats: false, resort: 'bound', skipped: [...skipped, { node: opener, depth, loop }] });
      }
      if (before.get(node)?.has(tag)) resort = 'separator';
      if (isOwed(loop, from, position)) skipped = [...skipped, { node, depth, loop }];
    }
  }
  return steps;
}
