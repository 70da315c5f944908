import { FailureError } from '../core/failure.ts';
import { positionAt } from '../core/position.ts';
import { type ProblemCode, problem } from '../core/problem.ts';
import { isBlank } from './check-values.ts';
import { loopsAt, type PlaceText, placeText, segmentsIn } from './place-text.ts';
import type { ProblemList } from './problem-list.ts';
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

/** Adds a Problem of source `guide` for everything in the tree that the guide does not allow. `whole` stands for the transaction where a group has no segment. */
export function checkRestrictions(
  root: PlacedLoop,
  restrictions: Restrictions,
  whole: Segment,
  list: ProblemList,
): void {
  for (const restriction of restrictions) {
    for (const group of loopsAt(root, restriction.at)) {
      const found = segmentsIn(group, restriction.at);
      if (restriction.at.element === 0) checkSegments(restriction, found, firstOf(group) ?? whole, list);
      else for (const placed of found) checkElement(restriction, placed, list);
    }
  }
}

const firstOf = ({ children }: PlacedLoop): Segment | undefined =>
  children[0]?.kind === 'segment' ? children[0].segment : undefined;

function checkSegments(
  { at, presence, timesMax }: Compiled,
  found: readonly PlacedSegment[],
  first: Segment,
  list: ProblemList,
): void {
  const own = found[0]?.segment;
  if (presence === 'required' && own === undefined) {
    tell(list, 'segment/missing', first, at, `${at.text} is missing: the partner's guide requires it.`, null);
  }
  if (presence === 'forbidden' && own !== undefined) {
    tell(list, 'segment/forbidden', own, at, `${at.text} is not allowed by the partner's guide.`, null);
  }
  const excess = timesMax === undefined ? undefined : found[timesMax]?.segment;
  if (excess !== undefined) {
    tell(
      list,
      'segment/too-many',
      excess,
      at,
      `${at.text} occurs ${found.length} times, and the partner's guide allows ${timesMax}.`,
      String(timesMax),
    );
  }
}

function checkElement(
  { at, presence, codes, lengthMin, lengthMax }: Compiled,
  { segment }: PlacedSegment,
  list: ProblemList,
): void {
  const value = segment.value(at.element, at.component);
  const absent = isBlank(value);
  if (absent) {
    if (presence === 'required')
      tell(list, 'element/missing', segment, at, `${at.text} is missing: the partner's guide requires it.`, null);
    return;
  }
  if (presence === 'forbidden')
    tell(list, 'element/forbidden', segment, at, `${at.text} is not allowed by the partner's guide.`, null);
  else if (codes !== undefined && !codes.has(value)) {
    const allowed = [...codes].slice(0, 10).join(', ');
    tell(
      list,
      'element/invalid-code',
      segment,
      at,
      `${at.text} is "${value}", and the partner's guide allows ${allowed}.`,
      allowed,
    );
  }
  if (lengthMax !== undefined && value.length > lengthMax) {
    tell(
      list,
      'element/too-long',
      segment,
      at,
      `${at.text} is longer than the ${lengthMax} characters of the partner's guide.`,
      `at most ${lengthMax}`,
    );
  }
  if (lengthMin !== undefined && value.length < lengthMin) {
    tell(
      list,
      'element/too-short',
      segment,
      at,
      `${at.text} is shorter than the ${lengthMin} characters of the partner's guide.`,
      `at least ${lengthMin}`,
    );
  }
}

function tell(
  list: ProblemList,
  code: ProblemCode,
  segment: Segment,
  at: PlaceText,
  message: string,
  expected: string | null,
): void {
  const inElement = at.element > 0;
  const position = positionAt(inElement ? segment.byteOffsetOf(at.element, at.component) : segment.byteOffset, {
    segmentNumber: segment.number,
    tag: at.tag,
    elementNumber: inElement ? at.element : null,
    componentNumber: at.inComposite ? at.component : null,
    loop: at.loops.at(-1) ?? null,
  });
  const found = inElement ? segment.value(at.element, at.component) : null;
  list.add(problem(code, position, { message, found, expected, source: 'guide' }));
}
