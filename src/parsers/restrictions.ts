import { FailureError } from '../core/failure.ts';
import { positionAt } from '../core/position.ts';
import { type ProblemCode, problem } from '../core/problem.ts';
import { isBlank } from './check-values.ts';
import { inArea, loopsAt, type PlaceText, placeText, segmentsIn } from './place-text.ts';
import type { ProblemList } from './problem-list.ts';
import type { LoopDefinition, SegmentUse } from './standards/definitions.ts';
import type { PlacedLoop, PlacedSegment, Segment } from './transaction.ts';

/** What a partner's guide says of one place, beyond the standard. Data, from the partner's files. */
export interface Restriction {
  /** A segment, loop (by its trigger) or element, as place-text.ts writes it: "N1[N101=ST]", "N1/N301", "BEG02". */
  readonly at: string;
  readonly presence?: 'required' | 'forbidden';
  /** How often a segment or loop may occur in the loop around it. */
  readonly timesMax?: number;
  readonly codes?: readonly string[];
  readonly lengthMin?: number;
  readonly lengthMax?: number;
}

/** A guide, compiled: the same value for every transaction of its agreement. */
export type Restrictions = readonly (Omit<Restriction, 'at' | 'codes'> & {
  readonly at: PlaceText;
  readonly codes?: ReadonlySet<string>;
})[];

/** Compiles a guide's rows. FailureError `config-invalid` names the row whose place cannot be read. */
export function compileRestrictions(rows: readonly Restriction[]): Restrictions {
  return rows.map(({ at, codes, ...rest }) => {
    try {
      return { ...rest, at: placeText(at), ...(codes === undefined ? {} : { codes: new Set(codes) }) };
    } catch (cause) {
      throw new FailureError('config-invalid', `A guide restricts "${at}", which is no place.`, { cause });
    }
  });
}

type Compiled = Restrictions[number];

/** Adds a Problem of source `guide` for everything in the tree that the guide does not allow. `segments` are the transaction's. */
export function checkRestrictions(
  root: PlacedLoop,
  restrictions: Restrictions,
  segments: readonly Segment[],
  list: ProblemList,
): void {
  for (const restriction of restrictions) {
    for (const group of loopsAt(root, restriction.at)) {
      const found = segmentsIn(group, restriction.at);
      if (restriction.at.element === 0) checkSegments(restriction, group, found, segments, list);
      else for (const placed of found) checkElement(restriction, group, placed, list);
    }
  }
}

function checkSegments(
  { at, presence, timesMax }: Compiled,
  group: PlacedLoop,
  found: readonly PlacedSegment[],
  segments: readonly Segment[],
  list: ProblemList,
): void {
  const own = found[0]?.segment;
  const node = nodeOf(group.definition, at);
  const loop = loopOf(group.definition, node);
  const tell = (code: ProblemCode, segment: Segment | undefined, message: string, expected: string | null = null) => {
    if (segment === undefined) return;
    const position = positionAt(segment.byteOffset, { segmentNumber: segment.number, tag: at.tag, loop });
    list.add(problem(code, position, { message, expected, source: 'guide' }));
  };
  if (presence === 'required' && own === undefined) {
    const message = `${at.text} is missing: the partner's guide requires it.`;
    tell('segment/missing', placeOfMissing(group, node, segments), message);
  }
  if (presence === 'forbidden' && own !== undefined) {
    tell('segment/forbidden', own, `${at.text} is not allowed by the partner's guide.`);
  }
  const excess = timesMax === undefined ? undefined : found[timesMax]?.segment;
  const message = `${at.text} occurs ${found.length} times, and the partner's guide allows ${timesMax}.`;
  tell('segment/too-many', excess, message, String(timesMax));
}

/** What of a loop's definition a place names: the segment itself, or the loop it begins. */
const nodeOf = (
  { children }: LoopDefinition,
  { tag, area, loops }: PlaceText,
): SegmentUse | LoopDefinition | undefined =>
  children.find(
    (child) => (child.kind === 'segment' ? child.tag : child.trigger) === tag && inArea(child.area, area, loops.length),
  );

/** The id of the loop a place's segment stands in: AK303 tells it. */
const loopOf = (around: LoopDefinition, node: SegmentUse | LoopDefinition | undefined): string | null =>
  (node?.kind === 'loop' ? node.id : around.id) || null;

/** The segment that stands where the missing one should: the first behind its place, as the standard's own missing segments are told. */
function placeOfMissing(
  { children }: PlacedLoop,
  node: SegmentUse | LoopDefinition | undefined,
  segments: readonly Segment[],
): Segment | undefined {
  const position = node?.position ?? Number.POSITIVE_INFINITY;
  for (const child of children) {
    if ((child.kind === 'segment' ? child.use : child.definition).position <= position) continue;
    const first = firstOf(child);
    if (first !== undefined) return first;
  }
  // Nothing of the loop stands behind it: it is what comes next.
  const last = lastOf(children);
  return segments[last?.number ?? 0] ?? last ?? segments[0];
}

/** As deep as the table, never as deep as the input. */
function firstOf(node: PlacedSegment | PlacedLoop): Segment | undefined {
  if (node.kind === 'segment') return node.segment;
  const [first] = node.children;
  return first === undefined ? undefined : firstOf(first);
}

function lastOf(children: PlacedLoop['children']): Segment | undefined {
  const last = children.at(-1);
  return last?.kind === 'loop' ? lastOf(last.children) : last?.segment;
}

function checkElement(
  { at, presence, codes, lengthMin, lengthMax }: Compiled,
  { definition }: PlacedLoop,
  { segment }: PlacedSegment,
  list: ProblemList,
): void {
  const value = segment.value(at.element, at.component);
  const tell = (code: ProblemCode, message: string, expected: string | null = null) => {
    const position = positionAt(segment.byteOffsetOf(at.element, at.component), {
      segmentNumber: segment.number,
      tag: at.tag,
      elementNumber: at.element,
      componentNumber: at.inComposite ? at.component : null,
      loop: loopOf(definition, nodeOf(definition, at)),
    });
    list.add(problem(code, position, { message, found: value, expected, source: 'guide' }));
  };
  if (isBlank(value)) {
    if (presence === 'required') tell('element/missing', `${at.text} is missing: the partner's guide requires it.`);
    return;
  }
  if (presence === 'forbidden') tell('element/forbidden', `${at.text} is not allowed by the partner's guide.`);
  else if (codes !== undefined && !codes.has(value)) {
    const allowed = [...codes].slice(0, 10).join(', ');
    tell('element/invalid-code', `${at.text} is "${value}", and the partner's guide allows ${allowed}.`, allowed);
  }
  if (lengthMax !== undefined && value.length > lengthMax) {
    const message = `${at.text} is longer than the ${lengthMax} characters of the partner's guide.`;
    tell('element/too-long', message, `at most ${lengthMax}`);
  }
  if (lengthMin !== undefined && value.length < lengthMin) {
    const message = `${at.text} is shorter than the ${lengthMin} characters of the partner's guide.`;
    tell('element/too-short', message, `at least ${lengthMin}`);
  }
}
