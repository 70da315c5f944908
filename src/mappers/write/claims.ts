import type { Condition, Field, Target } from '../language/spec.ts';
import type { WireLoop, WireNode, WireSegment } from './wire-tree.ts';

/*
 * `others:` takes on reading what no neighbour took. So that a list item is read back as what it was, it may not be written where a neighbour's
 * `where:` would take it first: unless that neighbour has written its own, which then stands before it.
 */
interface Claim {
  /** Alternatives of one field, in order. A repeated group takes all, whatever it has written. */
  readonly targets: readonly Target[];
  readonly all: boolean;
}

/** The neighbours that look at the same position. */
export function compileClaims(target: Target, siblings: readonly Field[]): Claim[] {
  const position = target.steps.at(-1)?.position;
  const depth = target.steps.length;
  return siblings
    .flatMap((field): Claim[] => claimsOf(field))
    .map(({ targets, all }) => ({
      all,
      targets: targets.filter(
        ({ steps, origin }) => origin === target.origin && steps[depth - 1]?.position === position,
      ),
    }))
    .filter(({ targets }) => targets.length > 0);
}

function claimsOf(field: Field): Claim[] {
  switch (field.kind) {
    case 'value':
      return [{ targets: [field.source.target], all: false }];
    case 'key':
      return [{ targets: [field.value.source.target], all: false }];
    case 'one':
      return field.others ? [] : [{ targets: [field.target], all: false }];
    case 'each':
      return field.others ? [] : [{ targets: [field.target], all: true }];
    case 'slots':
      return field.others ? [] : [{ targets: [field.target], all: field.many }];
    case 'object':
      return field.fields.flatMap(claimsOf);
    case 'gather':
      return field.parts.flatMap(claimsOf);
    case 'first':
      return [
        {
          targets: field.alternatives.flatMap((alternative) => claimsOf(alternative).flatMap(({ targets }) => targets)),
          all: false,
        },
      ];
    default:
      return [];
  }
}

/** Why a group may not be written among the others; null when it may. */
export function claimedBy(claims: readonly Claim[], node: WireNode, parent: WireLoop): string | null {
  for (const { targets, all } of claims) {
    const taken = targets.findIndex((target) => matches(target, node));
    if (taken < 0) continue;
    const before = targets
      .slice(0, taken + 1)
      .some(({ steps }) => parent.sharedAt(steps.at(-1)?.key ?? '') !== undefined || reached(steps, parent));
    if (all || !before) return `would be read as what ${targets[taken]?.text} stands for`;
  }
  return null;
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
