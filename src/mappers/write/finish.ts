import { positionAt } from '../../core/position.ts';
import type { ElementUse, LoopDefinition, SegmentUse, SyntaxNote } from '../../parsers/standards/definitions.ts';
import type { SyntaxName } from '../../parsers/transaction.ts';
import type { UnsaidSpec } from '../language/spec.ts';
import { ASSIGNED_NUMBER } from '../read/compile-value.ts';
import type { WriteRun } from './run.ts';
import type { WireLoop, WireNode, WireSegment } from './wire-tree.ts';

export interface Finished {
  /** Segment number (ST = 1) by the id it has in the trace; 0 when it was not kept. */
  readonly numberOf: Int32Array;
  /** In the standard's order, without ST and SE: some values are known only now, and put in before these become the draft. */
  readonly wire: readonly WireSegment[];
}

/** Puts the tree into the standard's order, adds what the standard wants and no map says, and tells of what is still missing. */
export function finish(run: WriteRun, syntax: SyntaxName, unsaid: readonly UnsaidSpec[]): Finished {
  const wire: WireSegment[] = [];
  flatten(run.root, run, syntax, wire);
  if (unsaid.length > 0) sayUnsaid(wire, unsaid);
  const numberOf = new Int32Array(run.idMax + 1);
  // ST or UNH is segment 1, and the writer's.
  for (const [index, segment] of wire.entries()) {
    numberOf[segment.id] = index + 2;
    checkSegment(segment, run, index + 2);
  }
  return { numberOf, wire };
}

/** The codes of `unsaid:` where a segment that says something lacks them; of a composite only where the rest of it is said. */
function sayUnsaid(wire: readonly WireSegment[], unsaid: readonly UnsaidSpec[]): void {
  const latest = new Map<string, WireSegment>();
  for (const segment of wire) {
    latest.set(segment.use.tag, segment);
    for (const { use, place, text, by } of unsaid) {
      if (use !== segment.use || (place.component > 0 && !segment.hasElement(place.element))) continue;
      const found = segment.get(place.element, place.component, place.repetition);
      const chosen = by === null ? undefined : by.texts.get(latest.get(by.tag)?.get(by.element, 0, 0) ?? '');
      // Of a `where:` list the first constant is there already; which of them is right only the group around it tells.
      if (found === '' || (by !== null && found === text))
        segment.set(place.element, place.component, place.repetition, chosen ?? text);
    }
  }
}

/** As deep as the standard's tree, which the tables bound. */
function flatten(loop: WireLoop, run: WriteRun, syntax: SyntaxName, out: WireSegment[]): void {
  const { children } = loop.definition;
  const separators = children.filter((child) => child.kind === 'segment' && child.tag === 'UNS');
  for (const child of children) {
    const there = loop.places[child.position] ?? [];
    if (child.kind === 'segment' && there.length === 0)
      addOwed(child, loop, run, separators.indexOf(child) === separators.length - 1, out);
    if (child.kind === 'loop' && there.length === 0 && child.requirement === 'M') complainOfLoop(child, loop, run);
    if (there.length > child.max)
      run.complain(
        'map/segment-too-many',
        'error',
        `${nameOf(child)} would stand ${there.length} times, and ${child.max} are the most.`,
        positionAt(0, { tag: nameOf(child), loop: loop.definition.id || null }),
      );
    const bounds = child.kind === 'loop' && child.bounded && there.length > 0 ? child.id : null;
    if (bounds !== null) out.push(bound('LS', children, bounds, run));
    for (const [index, node] of there.entries()) emit(node, index, run, syntax, out);
    if (bounds !== null) out.push(bound('LE', children, bounds, run));
  }
}

const nameOf = (child: SegmentUse | LoopDefinition) => (child.kind === 'segment' ? child.tag : child.trigger);

function emit(node: WireNode, index: number, run: WriteRun, syntax: SyntaxName, out: WireSegment[]): void {
  if (node.kind === 'segment') {
    if (!(node.isEmpty && syntax === 'x12')) out.push(node);
    return;
  }
  const trigger = run.triggerIn(node);
  if (trigger?.isEmpty && syntax === 'x12') numberTrigger(trigger, node, index, run);
  flatten(node, run, syntax, out);
}

/** X12 has no segment without elements: an assigned number (554) is the loop's own count, nobody's to say. */
function numberTrigger(trigger: WireSegment, loop: WireLoop, index: number, run: WriteRun): void {
  if (trigger.use.definition.elements[0]?.element?.id === ASSIGNED_NUMBER) trigger.set(1, 0, 0, String(index + 1));
  else
    run.complain(
      'map/segment-missing',
      'error',
      `${pathOf(run, loop.node)} would open its group without ${trigger.use.tag}: nothing in it has a value.`,
      positionAt(0, { tag: trigger.use.tag, loop: loop.definition.id }),
    );
}

/** A mandatory segment nobody filled: UNS says by itself which section ends. Others are told of. */
function addOwed(use: SegmentUse, loop: WireLoop, run: WriteRun, lastSeparator: boolean, out: WireSegment[]): void {
  if (use.requirement !== 'M' || ENVELOPE.has(use.tag)) return;
  if (use.position === 0 && loop.definition.id !== '') return; // a trigger is made by its group
  if (use.tag === 'LS' || use.tag === 'LE') return;
  const segment = run.segment(use);
  if (use.tag === 'UNS') segment.set(1, 0, 0, lastSeparator ? 'S' : 'D');
  else if (
    use.definition.elements.every(({ requirement }) => requirement !== 'M') &&
    use.definition.elements[0]?.composite
  ) {
    // EDIFACT lets a segment stand empty where the tree wants it and nothing in it is mandatory.
  } else {
    const where = loop.definition.id === '' ? 'the message' : `the ${loop.definition.trigger} group`;
    run.complain(
      'map/segment-missing',
      'error',
      `${pathOf(run, loop.node)}: ${use.tag} is mandatory in ${where}, and nothing in the document goes there.`,
      positionAt(0, { tag: use.tag, loop: loop.definition.id || null }),
    );
    return;
  }
  out.push(segment);
}

const ENVELOPE: ReadonlySet<string> = new Set(['ST', 'SE', 'UNH', 'UNT']);

function complainOfLoop(child: LoopDefinition, loop: WireLoop, run: WriteRun): void {
  run.complain(
    'map/segment-missing',
    'error',
    `${pathOf(run, loop.node)}: a ${child.trigger} group is mandatory, and nothing in the document goes there.`,
    positionAt(0, { tag: child.trigger, loop: child.id }),
  );
}

function bound(tag: 'LS' | 'LE', children: LoopDefinition['children'], id: string, run: WriteRun): WireSegment {
  const use = children.find((child): child is SegmentUse => child.kind === 'segment' && child.tag === tag);
  if (use === undefined) throw new TypeError(`a bounded loop stands between LS and LE: ${id} has no ${tag}`);
  const segment = run.segment(use);
  segment.set(1, 0, 0, id);
  return segment;
}

const pathOf = (run: WriteRun, node: number): string => run.pathOfNode(node) ?? 'the document';

/** Mandatory elements and components, and the syntax notes: never a segment the standard refuses, in silence. */
function checkSegment(segment: WireSegment, run: WriteRun, segmentNumber: number): void {
  const { use } = segment;
  for (const [index, element] of use.definition.elements.entries()) {
    const present = segment.hasElement(index + 1);
    if (!present && element.requirement === 'M') complainOfElement(segment, run, segmentNumber, index + 1, 0);
    if (present) checkComponents(segment, run, segmentNumber, index + 1, element);
  }
  for (const note of use.definition.notes) {
    const violated = violation(note, (place) => segment.hasElement(place));
    if (violated !== null) {
      const name = `${use.tag}${String(violated).padStart(2, '0')}`;
      run.complain(
        'map/note-violated',
        'error',
        `${pathOf(run, segment.node)}: ${name} does not agree with ${use.tag}'s note ${note.text}.`,
        positionAt(0, { segmentNumber, tag: use.tag, elementNumber: violated }),
      );
    }
  }
}

function checkComponents(
  segment: WireSegment,
  run: WriteRun,
  segmentNumber: number,
  element: number,
  use: ElementUse,
): void {
  for (const [index, component] of (use.composite?.components ?? []).entries())
    if (component.requirement === 'M' && segment.get(element, index + 1, 0) === '')
      complainOfElement(segment, run, segmentNumber, element, index + 1);
}

function complainOfElement(
  segment: WireSegment,
  run: WriteRun,
  segmentNumber: number,
  element: number,
  component: number,
): void {
  const name = `${segment.use.tag}${String(element).padStart(2, '0')}${component > 0 ? `-${component}` : ''}`;
  run.complain(
    'map/element-missing',
    'error',
    `${pathOf(run, segment.node)}: ${name} is mandatory, and nothing in the document goes there.`,
    positionAt(0, { segmentNumber, tag: segment.use.tag, elementNumber: element, componentNumber: component || null }),
  );
}

/** The place at which a note is violated; null when it holds. */
function violation({ kind, places }: SyntaxNote, has: (place: number) => boolean): number | null {
  const present = places.filter(has);
  const [first = 0, ...rest] = places;
  switch (kind) {
    case 'P':
      return present.length > 0 && present.length < places.length
        ? (places.find((place) => !has(place)) ?? null)
        : null;
    case 'R':
      return present.length === 0 ? first : null;
    case 'E':
      return present.length > 1 ? (present[1] ?? null) : null;
    case 'C':
      return has(first) && !rest.every(has) ? (rest.find((place) => !has(place)) ?? null) : null;
    case 'L':
      return has(first) && !rest.some(has) ? (rest[0] ?? null) : null;
  }
}
