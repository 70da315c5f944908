import type { Area, ElementDefinition, LoopDefinition, SegmentUse } from '../../parsers/standards/definitions.ts';

/*
 * A place as a map writes it:   [/][area/]loop/…/SEGnn[-c][*r]     slotN[-c]
 *                               /header/N1/N3-2*1                  slot2
 */
export interface PlaceText {
  readonly fromRoot: boolean;
  readonly area: Area | null;
  /** Loops on the way, by their triggers' tags. */
  readonly loops: readonly string[];
  /** The segment's tag; '' for a slot. */
  readonly tag: string;
  /** 0: the whole segment or group, as `each:` and `one:` take it. */
  readonly element: number;
  readonly component: number;
  readonly repetition: number;
  /** From 1; 0 when the place is no slot. */
  readonly slot: number;
}

const PLACE = /^(\/)?((?:[A-Za-z0-9]{2,7}\/){0,8})([A-Z][A-Z0-9]{1,2}?)(?:(\d{2})(?:-(\d{1,2}))?(?:\*(\d{1,4}))?)?$/;
const SLOT = /^slot(\d{1,2})(?:-(\d{1,2}))?$/;
const AREAS: ReadonlySet<string> = new Set(['header', 'detail', 'summary']);

/** Takes what stands after `at:`, `each:` and the like; gives its parts, or null when it is no place. */
export function parsePlace(text: string): PlaceText | null {
  const slot = SLOT.exec(text);
  if (slot !== null)
    return {
      fromRoot: false,
      area: null,
      loops: [],
      tag: '',
      element: 0,
      component: Number(slot[2] ?? 0),
      repetition: 0,
      slot: Number(slot[1]),
    };
  const match = PLACE.exec(text);
  if (match === null) return null;
  const steps = (match[2] ?? '').split('/').filter((step) => step !== '');
  const area = steps[0] !== undefined && AREAS.has(steps[0]) ? (steps.shift() as Area) : null;
  if (steps.some((step) => !/^[A-Z][A-Z0-9]{1,2}$/.test(step))) return null;
  return {
    fromRoot: match[1] !== undefined,
    area,
    loops: steps,
    tag: match[3] ?? '',
    element: Number(match[4] ?? 0),
    component: Number(match[5] ?? 0),
    repetition: Number(match[6] ?? 0),
    slot: 0,
  };
}

/** Where a tag stands below a loop: child positions from the loop down; empty when it is the group's own segment. */
export interface Way {
  readonly positions: readonly number[];
  /** The loop a step leads into, per position; null for the last step when that is a segment. */
  readonly loops: readonly (LoopDefinition | null)[];
  readonly segment: SegmentUse;
  readonly area: Area;
}

export const triggerOf = (loop: LoopDefinition): SegmentUse | null => {
  const first = loop.children[0];
  return first?.kind === 'segment' ? first : null;
};

/** Direct children of a loop with that tag: segments, and loops it triggers. Several when the standard repeats the tag at one level. */
export function childrenNamed(loop: LoopDefinition, tag: string, area: Area | null): (SegmentUse | LoopDefinition)[] {
  return loop.children.filter(
    (child) =>
      (child.kind === 'segment' ? child.tag === tag : child.trigger === tag) && (area === null || child.area === area),
  );
}

/** All ways from a loop to a place's segment. */
export function waysTo(loop: LoopDefinition, place: PlaceText): Way[] {
  let starts: { positions: number[]; loops: LoopDefinition[]; loop: LoopDefinition; area: Area }[] = [
    { positions: [], loops: [], loop, area: 'header' },
  ];
  for (const [index, name] of place.loops.entries())
    starts = starts.flatMap((start) =>
      childrenNamed(start.loop, name, index === 0 ? place.area : null).flatMap((child) =>
        child.kind === 'loop'
          ? [
              {
                positions: [...start.positions, child.position],
                loops: [...start.loops, child],
                loop: child,
                area: child.area,
              },
            ]
          : [],
      ),
    );
  return starts.flatMap((start) =>
    childrenNamed(start.loop, place.tag, place.loops.length === 0 ? place.area : null).flatMap((child): Way[] => {
      if (child.kind === 'segment')
        return [
          {
            positions: [...start.positions, child.position],
            loops: [...start.loops, null],
            segment: child,
            area: child.area,
          },
        ];
      const trigger = triggerOf(child);
      if (trigger === null) return [];
      return [
        {
          positions: [...start.positions, child.position, 0],
          loops: [...start.loops, child, null],
          segment: trigger,
          area: child.area,
        },
      ];
    }),
  );
}

/** What an element, or one component of it, holds; or why there is no such place. */
export function elementAt(
  use: SegmentUse,
  element: number,
  component: number,
): { readonly type: ElementDefinition; readonly composite: boolean } | string {
  const name = `${use.tag}${String(element).padStart(2, '0')}`;
  const place = use.definition.elements[element - 1];
  if (place === undefined) return `${use.tag} has ${use.definition.elements.length} elements: there is no ${name}.`;
  if (place.composite === null)
    return place.element === null
      ? `${name} holds nothing.`
      : component > 1
        ? `${name} is a simple element: it has no component ${component}.`
        : { type: place.element, composite: false };
  if (component === 0) return `${name} is a composite: name a component, ${name}-1 for instance.`;
  const inner = place.composite.components[component - 1];
  if (inner === undefined)
    return `${name} has ${place.composite.components.length} components: there is no ${name}-${component}.`;
  return { type: inner.element, composite: true };
}
