import type { LoopDefinition, SegmentUse } from '../../parsers/standards/definitions.ts';
import { type Context, elementName, type Frame } from './context.ts';
import { childrenNamed, elementAt, type PlaceText, parsePlace, triggerOf, type Way, waysTo } from './place.ts';
import { type MapNode, textOf } from './source.ts';
import type { Condition, ElementPlace, Step, Target } from './spec.ts';

/** A place's text as parsed, or null with a fault told. */
export function placeOf(context: Context, node: MapNode | undefined, what: string): PlaceText | null {
  const text = textOf(node);
  if (node === undefined || text === undefined) {
    if (node !== undefined) context.faults.add(node, `${what} wants a place such as N1/N302 or DTM01-2.`);
    return null;
  }
  const place = parsePlace(text);
  if (place === null)
    context.faults.add(node, `'${text}' is no place: [area/]loop/…/SEGnn[-c][*r] is the form, N1/N302 for instance.`);
  return place;
}

/**
 * Finds a place's segment or group from a frame, with its `where:`. `group`: `each:` and `one:` take a whole loop where the tag triggers one.
 * Null when there is none, with a fault told.
 */
export function resolveTarget(
  context: Context,
  frame: Frame,
  place: PlaceText,
  node: MapNode,
  where: MapNode | undefined,
  group: boolean,
): Target | null {
  const text = textOf(node) ?? '';
  if (place.slot > 0 || (frame.own !== null && !place.fromRoot))
    return ownTarget(context, frame, place, node, where, text);
  const loop = place.fromRoot ? context.table.root : frame.loop;
  const ways = waysTo(loop, place);
  const [first] = ways;
  if (first === undefined) {
    context.faults.add(
      node,
      `${text}: ${place.fromRoot || loop === context.table.root ? context.table.message : `the ${loop.trigger} loop`} has no ${[...place.loops, place.tag].join('/')} there.`,
    );
    return null;
  }
  const areas = [...new Set(ways.map(({ area }) => area))];
  if (areas.length > 1 && place.area === null && loop === context.table.root) {
    context.faults.add(
      node,
      `${text} stands in more than one area: write ${areas.map((area) => `${area}/${text.replace(/^\//, '')}`).join(' or ')}.`,
    );
    return null;
  }
  const steps = stepsOf(context, first, where, group);
  const reached = group ? (steps.at(-1)?.loop ?? null) : null;
  return {
    origin: place.fromRoot ? 'root' : 'frame',
    steps,
    otherWays: ways.slice(1).map((way) => stepsOf(context, way, where, group)),
    segment: first.segment,
    loop: reached,
    key: `${place.fromRoot ? '/' : ''}${steps.map(({ key }) => key).join('>')}`,
    text,
    ownConditions: [],
  };
}

function ownTarget(
  context: Context,
  frame: Frame,
  place: PlaceText,
  node: MapNode,
  where: MapNode | undefined,
  text: string,
): Target | null {
  const own = frame.own;
  if (place.slot > 0 && frame.slots === null) {
    context.faults.add(node, `${text} has a meaning only inside \`slots:\`.`);
    return null;
  }
  if (own === null || (place.slot === 0 && (place.tag !== own.tag || place.loops.length > 0))) {
    context.faults.add(node, `${text} is not in reach: only the elements of ${own?.tag ?? 'a segment'} are, here.`);
    return null;
  }
  const ownConditions = conditionsOf(context, where, (tag) => (tag === own.tag ? { child: -1, use: own } : null));
  return {
    origin: 'own',
    steps: [],
    otherWays: [],
    segment: own,
    loop: null,
    key: 'own',
    text,
    ownConditions: ownConditions.map(({ condition }) => condition),
  };
}

function stepsOf(context: Context, way: Way, where: MapNode | undefined, group: boolean): Step[] {
  // A group named by its trigger ends at the loop: the last step into the trigger itself falls away.
  const length =
    group && way.loops.at(-2) !== undefined && way.positions.at(-1) === 0
      ? way.positions.length - 1
      : way.positions.length;
  const positions = way.positions.slice(0, length);
  const conditions = conditionsOf(context, where, (tag) => {
    // A loop is chosen by its trigger: the condition then belongs to the loop, for that is what repeats.
    const throughTrigger = length > 1 && way.positions[length - 1] === 0;
    if (length === way.positions.length && way.segment.tag === tag && !throughTrigger)
      return { child: -1, use: way.segment, step: length - 1 };
    for (let step = length - 1; step >= 0; step--) {
      const loop = way.loops[step];
      if (!loop) continue;
      const trigger = triggerOf(loop);
      if (trigger?.tag === tag) return { child: 0, use: trigger, step };
      const child = group ? childrenNamed(loop, tag, null).find(({ kind }) => kind === 'segment') : undefined;
      if (child?.kind === 'segment') return { child: child.position, use: child, step };
    }
    return null;
  });
  return positions.map((position, step) => {
    const loop = way.loops[step] ?? null;
    const use = loop === null ? way.segment : (triggerOf(loop) ?? way.segment);
    const own = conditions.filter((found) => found.step === step).map(({ condition }) => condition);
    return { position, loop, use, conditions: own, key: keyOfStep(position, loop, use, own) };
  });
}

/** Where a segment or loop can stand but once in its group, every field shares it, whatever its `where:`. */
function keyOfStep(
  position: number,
  loop: LoopDefinition | null,
  use: SegmentUse,
  conditions: readonly Condition[],
): string {
  const once = loop === null ? use.max === 1 || position === 0 : loop.max === 1;
  const where = once
    ? []
    : conditions.map(({ child, place, values }) => `${child}.${place.text}=${values?.join('|') ?? ''}`);
  return `${position}?${where.join('&')}`;
}

interface ConditionPlace {
  readonly child: number;
  readonly use: SegmentUse;
  readonly step?: number;
}

function conditionsOf(
  context: Context,
  where: MapNode | undefined,
  find: (tag: string) => ConditionPlace | null,
): { condition: Condition; step: number }[] {
  if (where === undefined) return [];
  if (where.kind !== 'mapping') {
    context.faults.add(where, '`where:` wants places and the codes they must hold.');
    return [];
  }
  return [...where.entries].flatMap(([name, node]) => {
    const text = parsePlace(name);
    if (text === null || text.slot > 0 || text.element === 0) {
      context.faults.add(node, `'${name}' is no element: \`where:\` wants SEGnn or SEGnn-c.`);
      return [];
    }
    const found = find(text.tag);
    if (found === null) {
      context.faults.add(
        node,
        `\`where:\` looks at ${name}, but ${text.tag} is neither the segment meant nor one of its group.`,
      );
      return [];
    }
    const place = elementPlace(context, found.use, text, node);
    const values = conditionValues(context, node);
    if (place === null || values === undefined) return [];
    return [{ condition: { child: found.child, use: found.use, place, values }, step: found.step ?? 0 }];
  });
}

function conditionValues(context: Context, node: MapNode): readonly string[] | null | undefined {
  if (node.kind === 'scalar') return node.isNull ? null : [node.text];
  const texts = node.kind === 'list' ? node.items.map(textOf) : [];
  if (texts.length > 0 && texts.every((text) => text !== undefined)) return texts as string[];
  context.faults.add(node, '`where:` compares with a code, a list of codes, or null.');
  return undefined;
}

/** The element, component or slot a place names in a segment, or null with a fault told. */
export function elementPlace(
  context: Context,
  use: SegmentUse,
  text: PlaceText,
  node: MapNode,
  frame: Frame | null = null,
): ElementPlace | null {
  if (text.slot > 0) return slotPlace(context, use, text, node, frame);
  const name = elementName(text.tag, text.element, text.component);
  if (text.element === 0) {
    context.faults.add(node, `${text.tag} is a segment: name one of its elements, ${text.tag}01 for instance.`);
    return null;
  }
  const found = elementAt(use, text.element, text.component);
  if (typeof found === 'string') {
    context.faults.add(node, found);
    return null;
  }
  return {
    element: text.element,
    component: found.composite ? text.component : 0,
    repetition: text.repetition,
    slot: 0,
    type: found.type,
    composite: found.composite,
    mandatory: use.definition.elements[text.element - 1]?.requirement === 'M',
    text: name,
  };
}

function slotPlace(
  context: Context,
  use: SegmentUse,
  text: PlaceText,
  node: MapNode,
  frame: Frame | null,
): ElementPlace | null {
  const slots = frame?.slots;
  if (!slots) return null;
  if (text.slot > slots.size) {
    context.faults.add(node, `slot${text.slot} is beyond the slots' size of ${slots.size}.`);
    return null;
  }
  const number = slots.from + text.slot - 1;
  const element = slots.within > 0 ? slots.within : number;
  const component = slots.within > 0 ? number : text.component;
  const found = elementAt(use, element, component);
  if (typeof found === 'string') {
    context.faults.add(node, found);
    return null;
  }
  return {
    element: 0,
    component: slots.within > 0 ? 0 : found.composite ? text.component : 0,
    repetition: 0,
    slot: text.slot,
    type: found.type,
    composite: slots.within > 0 || found.composite,
    mandatory: false,
    text: `slot${text.slot}${text.component > 0 ? `-${text.component}` : ''}`,
  };
}
