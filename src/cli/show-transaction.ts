import type { Problem } from '../core/problem.ts';
import type { Standards } from '../library/standards.ts';
import type { SegmentDefinition } from '../parsers/standards/definitions.ts';
import type { PlacedLoop, Segment, Transaction } from '../parsers/transaction.ts';
import { elementsOf, type Reading } from './show-values.ts';

/** A loop that begins: how it is called, which of how many it is, and what it is about. */
export interface ShownLoop {
  /** "N1", "SG25". */
  readonly id: string;
  readonly ordinal: number;
  readonly count: number;
  /** "ship to", "item": the meaning of its first code; '' when it has none. */
  readonly about: string;
  /** HL01 and CPS01, and whom they stand under; null for loops without a tree. */
  readonly level: { readonly id: string; readonly parent: string } | null;
  /** Of the loop itself; its segments stand one deeper. */
  readonly depth: number;
  readonly implied: boolean;
  /** Whether the message allows more than one: the others need no name of their own. */
  readonly repeats: boolean;
}

/** One segment in its place, with everything that is to be said about it. */
export interface ShownSegment {
  readonly segment: Segment;
  readonly definition: SegmentDefinition | null;
  readonly depth: number;
  /** Loops that begin here, the outer ones first. */
  readonly opens: readonly ShownLoop[];
  /** False when the tables have no place for it here. */
  readonly placed: boolean;
  /** What is missing before it. */
  readonly before: readonly Problem[];
  /** About the segment itself, and about its elements. */
  readonly problems: readonly Problem[];
}

/** No message nests deeper; HL and CPS may, and the screen ends somewhere. */
const depthMax = 12;

/** Puts a transaction's segments into their places, one at a time; `root` is null where no tables for it are held. */
export function shownSegments(
  transaction: Transaction,
  root: PlacedLoop | null,
  problems: readonly Problem[],
  standards: Standards,
): { readonly segments: Iterable<ShownSegment>; readonly rest: readonly Problem[] } {
  const bySegment = new Map<number, Problem[]>();
  const rest: Problem[] = [];
  for (const problem of problems) {
    const { segmentNumber } = problem.at;
    const isInside = segmentNumber !== null && segmentNumber <= transaction.segments.length;
    const list = isInside ? (bySegment.get(segmentNumber) ?? []) : rest;
    if (isInside) bySegment.set(segmentNumber, list);
    list.push(problem);
  }
  return { segments: placedSegments(transaction, root, bySegment, standards), rest };
}

function* placedSegments(
  { syntax, version, segments }: Transaction,
  root: PlacedLoop | null,
  problems: ReadonlyMap<number, readonly Problem[]>,
  standards: Standards,
): Generator<ShownSegment> {
  const reading: Reading = { syntax, version, codeNames: standards.codeNames };
  const definitions = standards.version(syntax, version)?.segments;
  const places = root === null ? new Map<number, Place>() : placesIn(root, reading);
  let depth = 0;
  for (const segment of segments) {
    const place = places.get(segment.number);
    // What has no place stands as deep as what it follows.
    depth = place?.depth ?? depth;
    const own = problems.get(segment.number) ?? [];
    yield {
      segment,
      definition: definitions?.get(segment.tag) ?? null,
      depth,
      opens: place?.opens ?? [],
      placed: root === null || place !== undefined,
      before: own.filter((problem) => isMissingBefore(problem, segment)),
      problems: own.filter((problem) => !isMissingBefore(problem, segment)),
    };
  }
}

/** What is missing is told at the segment that stands where it should. */
const isMissingBefore = ({ code, at }: Problem, segment: Segment): boolean =>
  code === 'loop/missing' || (code === 'segment/missing' && at.tag !== segment.tag);

interface Place {
  readonly depth: number;
  readonly opens: readonly ShownLoop[];
}

/** Where the tables put each segment. The recursion is as deep as the tables nest, whatever was sent. */
function placesIn(root: PlacedLoop, reading: Reading): Map<number, Place> {
  const places = new Map<number, Place>();
  const visit = (loop: PlacedLoop, depth: number, opening: readonly ShownLoop[]): void => {
    let opens = opening;
    const counts = new Map<string, number>();
    for (const child of loop.children)
      if (child.kind === 'loop') counts.set(child.definition.id, (counts.get(child.definition.id) ?? 0) + 1);
    const ordinals = new Map<string, number>();
    const levels = new Map<string, number>();
    for (const child of loop.children) {
      if (child.kind === 'segment') {
        places.set(child.segment.number, { depth, opens });
        opens = [];
        continue;
      }
      const { id } = child.definition;
      const ordinal = (ordinals.get(id) ?? 0) + 1;
      ordinals.set(id, ordinal);
      const level = levelOf(child);
      const below = level === null ? 0 : (levels.get(level.parent) ?? -1) + 1;
      if (level !== null) levels.set(level.id, below);
      const own = Math.min(depth + below, depthMax);
      const shown = { id, ordinal, count: counts.get(id) ?? 1, about: aboutOf(child, reading), level, depth: own };
      const opened = { ...shown, implied: child.implied, repeats: child.definition.max > 1 };
      visit(child, own + 1, [...opens, opened]);
      opens = [];
    }
  };
  visit(root, 0, []);
  return places;
}

const firstOf = ({ children }: PlacedLoop) => (children[0]?.kind === 'segment' ? children[0] : undefined);

/** HL and CPS number their levels and name the one above. */
function levelOf(loop: PlacedLoop): ShownLoop['level'] {
  const { trigger } = loop.definition;
  const first = firstOf(loop)?.segment;
  if (first === undefined || first.tag !== trigger || (trigger !== 'HL' && trigger !== 'CPS')) return null;
  return { id: first.value(1), parent: first.value(2) };
}

/** What the loop's first segment says first: the meaning of its code. */
function aboutOf(loop: PlacedLoop, reading: Reading): string {
  const first = firstOf(loop);
  if (first === undefined || loop.implied) return '';
  const { segment, use } = first;
  const wanted = segment.tag === 'HL' ? 3 : 1;
  for (const { element, meaning } of elementsOf(segment, use.definition, reading)) {
    if (element === wanted) return meaning ?? '';
    if (element > wanted) break;
  }
  return '';
}
