import type { Area } from './standards/definitions.ts';
import type { PlacedLoop, PlacedSegment, Segment } from './transaction.ts';

/*
 * A place of a placed transaction, as written in balance and restriction files and, but for the brackets, in maps:
 *
 *   [area/]LOOP/…/SEGnn[-c]        loops by their triggers from the root; the segment is a direct child of the last loop, or the trigger of one
 *   …[SEGnn[-c]=A|B]               only segments whose other value is one of these; an empty one means absent
 */
export interface PlaceText {
  readonly text: string;
  readonly area: Area | null;
  readonly loops: readonly string[];
  readonly tag: string;
  /** 0 when the place is a whole segment. */
  readonly element: number;
  readonly component: number;
  /** Whether a component was written. */
  readonly inComposite: boolean;
  readonly where: readonly Condition[];
}

export interface Condition {
  readonly tag: string;
  readonly element: number;
  readonly component: number;
  readonly values: readonly string[];
}

const AREAS: Readonly<Record<string, Area>> = { header: 'header', detail: 'detail', summary: 'summary' };

/** Reads the text form of a place; TypeError when it is none. Only for files of our own or a configuration: it uses patterns. */
export function placeText(text: string): PlaceText {
  const [, path = '', condition] = /^([^[\]]+)(?:\[([^[\]]+)\])?$/.exec(text) ?? [];
  const steps = path.split('/');
  const area = AREAS[steps[0] ?? ''] ?? null;
  const loops = steps.slice(area === null ? 0 : 1, -1);
  const [, tag, element = '0', component] =
    /^([A-Z][A-Z0-9]{1,2}?)(?:(\d\d)(?:-(\d{1,2}))?)?$/.exec(steps.at(-1) ?? '') ?? [];
  if (tag === undefined || !loops.every((loop) => /^[A-Z][A-Z0-9]{1,2}$/.test(loop)))
    throw new TypeError(`"${text}" is no place`);
  const where = condition === undefined ? [] : [conditionText(condition)];
  const inComposite = component !== undefined;
  return { text, area, loops, tag, element: Number(element), component: Number(component ?? 1), inComposite, where };
}

/** Reads "SAC01=A|B"; TypeError when it is none. */
export function conditionText(text: string): Condition {
  const [, tag, element, component = '1', values = ''] =
    /^([A-Z][A-Z0-9]{1,2}?)(\d\d)(?:-(\d{1,2}))?=(.*)$/.exec(text) ?? [];
  if (tag === undefined) throw new TypeError(`"${text}" is no condition`);
  return { tag, element: Number(element), component: Number(component), values: values.split('|') };
}

export function fulfils(segment: Segment, conditions: readonly Condition[]): boolean {
  for (const { element, component, values } of conditions)
    if (!values.includes(segment.value(element, component))) return false;
  return true;
}

/** Every occurrence of the loop around a place. Goes as deep as the place is written, never as deep as the input. */
export function loopsAt(root: PlacedLoop, { area, loops }: PlaceText): readonly PlacedLoop[] {
  let groups: PlacedLoop[] = [root];
  for (let depth = 0; depth < loops.length; depth++) {
    const inner: PlacedLoop[] = [];
    for (const { children } of groups) {
      for (const child of children) {
        if (
          child.kind === 'loop' &&
          child.definition.trigger === loops[depth] &&
          inArea(child.definition.area, area, depth)
        )
          inner.push(child);
      }
    }
    groups = inner;
  }
  return groups;
}

/** The place's segments in one occurrence of the loop around it. */
export function segmentsIn(group: PlacedLoop, place: PlaceText): readonly PlacedSegment[] {
  const found: PlacedSegment[] = [];
  gather(group, place, found);
  return found;
}

/** Every segment of a place, in wire order. */
export function segmentsAt(root: PlacedLoop, place: PlaceText): readonly PlacedSegment[] {
  const found: PlacedSegment[] = [];
  for (const group of loopsAt(root, place)) gather(group, place, found);
  return found;
}

function gather({ children }: PlacedLoop, { area, loops, tag, where }: PlaceText, found: PlacedSegment[]): void {
  for (const child of children) {
    const placed = child.kind === 'segment' ? child : child.definition.trigger === tag ? child.children[0] : undefined;
    if (placed?.kind !== 'segment' || placed.use.tag !== tag || !inArea(placed.use.area, area, loops.length)) continue;
    if (fulfils(placed.segment, where)) found.push(placed);
  }
}

export const inArea = (area: Area, wanted: Area | null, depth: number) =>
  depth > 0 || wanted === null || area === wanted;
