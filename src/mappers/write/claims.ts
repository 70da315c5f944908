import type { Condition, ElementPlace, Field, Target } from '../language/spec.ts';
import type { WireLoop, WireNode, WireSegment } from './wire-tree.ts';

/*
 * `others:` takes on reading what no neighbour took. So that a list item is read back as what it was, it may not be written where a neighbour's
 * `where:` would take it first: unless that neighbour has written its own, which then stands before it.
 */
interface Claim {
  /** Alternatives of one field, in order. A repeated group takes all, whatever it has written. */
  readonly alternatives: readonly Alternative[];
  readonly all: boolean;
}

interface Alternative {
  readonly target: Target;
  /** The elements whose presence makes a reader stop at this alternative; none for a group. */
  readonly places: readonly ElementPlace[];
  /** Whether it looks where the others stand. */
  readonly near: boolean;
}

/** The neighbours that look at the same position. */
export function compileClaims(target: Target, siblings: readonly Field[]): Claim[] {
  const last = target.steps.length - 1;
  const isNear = ({ origin, steps }: Target) =>
    origin === target.origin && steps[last]?.position === target.steps[last]?.position;
  return siblings
    .flatMap(claimsOf)
    .map(({ all, alternatives }) => ({
      all,
      alternatives: alternatives.map((alternative) => ({ ...alternative, near: isNear(alternative.target) })),
    }))
    .filter(({ alternatives }) => alternatives.some(({ near }) => near));
}

const one = (target: Target, places: readonly ElementPlace[] = []): Claim => ({
  alternatives: [{ target, places, near: false }],
  all: false,
});

function claimsOf(field: Field): Claim[] {
  switch (field.kind) {
    case 'value':
      return [one(field.source.target, field.source.places)];
    case 'key':
      return [one(field.value.source.target, field.value.source.places)];
    case 'one':
      return field.others ? [] : [one(field.target)];
    case 'each':
      return field.others ? [] : [{ ...one(field.target), all: true }];
    case 'slots':
      return field.others ? [] : [{ ...one(field.target), all: field.many }];
    case 'object':
      return field.fields.flatMap(claimsOf);
    case 'gather':
      return field.parts.flatMap(claimsOf);
    case 'first':
      return [
        { alternatives: field.alternatives.flatMap(claimsOf).flatMap(({ alternatives }) => alternatives), all: false },
      ];
    default:
      return [];
  }
}

/** Why a group may not be written among the others; null when it may. */
export function claimedBy(claims: readonly Claim[], node: WireNode, parent: WireLoop): string | null {
  for (const { alternatives, all } of claims) {
    const taken = alternatives.findIndex(({ target, near }) => near && matches(target, node));
    const alternative = alternatives[taken];
    if (alternative === undefined) continue;
    const before = alternatives.slice(0, taken + 1).some((earlier) => isWritten(earlier, parent));
    if (all || !before) return `would be read as what ${alternative.target.text} stands for`;
  }
  return null;
}

/** Whether a reader stops at this alternative, for it has a value. */
function isWritten({ target: { steps }, places }: Alternative, parent: WireLoop): boolean {
  const child = parent.sharedAt(steps.at(-1)?.key ?? '');
  if (child?.kind === 'segment' && places.length > 0)
    return places.some(({ element, component, repetition }) => child.get(element, component, repetition) !== '');
  return child !== undefined || reached(steps, parent);
}

/** A flat field on a loop's trigger shares the loop itself. */
const reached = (steps: Target['steps'], parent: WireLoop): boolean =>
  steps.some(({ key, loop }) => loop !== null && parent.sharedAt(key) !== undefined);

function matches({ steps }: Target, node: WireNode): boolean {
  const conditions = steps.flatMap((step) => step.conditions);
  if (conditions.length === 0) return false;
  return conditions.every((condition) => holds(condition, node));
}

function holds({ child, place, values }: Condition, node: WireNode): boolean {
  const segment: WireSegment | null = node.kind === 'segment' ? node : node.firstSegment(child);
  const found = segment?.get(place.element, place.component, place.repetition) ?? '';
  return values === null ? found === '' : values.includes(found);
}
