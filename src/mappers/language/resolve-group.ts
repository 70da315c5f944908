import { type Context, type Frame, onlyKeys, type SlotRange } from './context.ts';
import type { ArrayType, DocumentType, LeafType } from './document-type.ts';
import { describeType } from './document-type.ts';
import { type PlaceText, parsePlace, triggerOf } from './place.ts';
import { resolveFit } from './resolve-codecs.ts';
import { resolveFields } from './resolve-field.ts';
import { elementPlace, placeOf, resolveTarget } from './resolve-target.ts';
import { type Named, valueField } from './resolve-value.ts';
import { type MapNode, type MappingNode, textOf } from './source.ts';
import { type Field, type FixedSpec, isLeaf, type Target, type ValueField } from './spec.ts';

const GROUP_KEYS = ['where', 'others', 'fields', 'at', 'fixed', 'scheme', 'codes', 'as', 'fit', 'join', 'default'];

const frameOf = (frame: Frame, target: Target): Frame =>
  target.loop !== null
    ? { loop: target.loop, own: null, slots: null }
    : { loop: frame.loop, own: target.segment, slots: null };

function groupTarget(context: Context, node: MappingNode, key: 'one' | 'each', frame: Frame): Target | null {
  const name = node.entries.get(key);
  const place = placeOf(context, name, `\`${key}:\``);
  if (place === null || name === undefined) return null;
  if (place.element > 0 || place.slot > 0) {
    context.faults.add(name, `\`${key}:\` wants a segment or a loop, not an element.`);
    return null;
  }
  return resolveTarget(context, frame, place, name, node.entries.get('where'), true);
}

const isTrue = (node: MapNode | undefined) => textOf(node) === 'true';

/** `one:` with `fields:` is an object of another frame; with `at:` a single value in it. */
export function resolveOne(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['one', ...GROUP_KEYS], context.faults, '`one:`');
  const target = groupTarget(context, node, 'one', frame);
  if (target === null) return null;
  const inner = frameOf(frame, target);
  if (!node.entries.has('fields')) {
    const value = itemValue(context, node, inner, type, named);
    return value === null
      ? null
      : { kind: 'one', ...named, at: node, type: wrapped(type), target, others: false, fields: [value], fixed: [] };
  }
  if (type.kind !== 'object') {
    context.faults.add(node, `${named.path} is ${describeType(type)}, not an object.`);
    return null;
  }
  return {
    kind: 'one',
    ...named,
    at: node,
    type,
    target,
    others: isTrue(node.entries.get('others')),
    fields: resolveFields(context, node.entries.get('fields'), inner, type, named.path),
    fixed: resolveFixed(context, node.entries.get('fixed'), inner),
  };
}

/** A group around one value: an object type with no properties says so. */
const wrapped = (_type: DocumentType) => ({
  kind: 'object' as const,
  properties: new Map(),
  required: new Set<string>(),
});

function itemValue(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): ValueField | null {
  const at = node.entries.get('at');
  if (at === undefined) {
    context.faults.add(node, `${named.path}: \`fields:\` or \`at:\` must say what is taken from the group.`);
    return null;
  }
  const entries = new Map([...node.entries].filter(([key]) => ['at', 'codes', 'as', 'fit', 'default'].includes(key)));
  if (node.entries.has('join')) entries.delete('fit');
  return valueField(context, { ...node, entries }, frame, type, named);
}

/** What a list's items are, and whether they are joined into one text. */
function listType(context: Context, node: MappingNode, type: DocumentType, named: Named): ArrayType | LeafType | null {
  const join = node.entries.has('join');
  if (join && isLeaf(type) && type.kind === 'text') return type;
  if (!join && type.kind === 'array') return type;
  context.faults.add(
    node,
    join
      ? `${named.path} is ${describeType(type)}: \`join:\` makes a text.`
      : `${named.path} is ${describeType(type)}, not a list.`,
  );
  return null;
}

const itemOf = (named: Named, join: string | null): Named =>
  join === null ? { key: named.key, path: `${named.path}[]` } : named;

export function resolveEach(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['each', ...GROUP_KEYS], context.faults, '`each:`');
  const target = groupTarget(context, node, 'each', frame);
  const list = listType(context, node, type, named);
  if (target === null || list === null) return null;
  const inner = frameOf(frame, target);
  const join = joinOf(node);
  const item = itemOf(named, join);
  const parts = items(context, node, inner, list, item);
  if (parts === null) return null;
  return {
    kind: 'each',
    ...named,
    at: node,
    type: list,
    target,
    others: isTrue(node.entries.get('others')),
    ...parts,
    join,
    fit: resolveFit(context, node.entries.get('fit')),
    fixed: resolveFixed(context, node.entries.get('fixed'), inner),
  };
}

const joinOf = (node: MappingNode): string | null => {
  const join = node.entries.get('join');
  return join?.kind === 'scalar' ? join.text : null;
};

function items(
  context: Context,
  node: MappingNode,
  frame: Frame,
  list: ArrayType | LeafType,
  item: Named,
): { fields: Field[] | null; value: ValueField | null } | null {
  const itemType = list.kind === 'array' ? list.items : list;
  if (node.entries.has('fields')) {
    if (itemType.kind === 'object')
      return { fields: resolveFields(context, node.entries.get('fields'), frame, itemType, item.path), value: null };
    context.faults.add(node, `${item.path} is ${describeType(itemType)}, not an object.`);
    return null;
  }
  if (node.entries.has('scheme') && itemType.kind === 'object') return schemed(context, node, frame, itemType, item);
  const value = itemValue(context, node, frame, itemType, item);
  return value === null ? null : { fields: null, value };
}

/** `{each: REF, at: REF02, scheme: REF01}`: items {scheme, value}. */
function schemed(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType & { kind: 'object' },
  item: Named,
) {
  const entries = new Map<string, MapNode>();
  const scheme = node.entries.get('scheme');
  if (scheme !== undefined) entries.set('scheme', scheme);
  const inner = [...node.entries].filter(([key]) => ['at', 'codes', 'as', 'fit'].includes(key));
  entries.set('value', { ...node, entries: new Map(inner) });
  return { fields: resolveFields(context, { ...node, entries }, frame, type, item.path), value: null };
}

export function resolveSlots(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['slots', 'each', 'one', ...GROUP_KEYS], context.faults, '`slots:`');
  const slots = node.entries.get('slots');
  const list = listType(context, node, type, named);
  if (slots?.kind !== 'mapping') {
    context.faults.add(node, '`slots:` wants {from, to, size}.');
    return null;
  }
  onlyKeys(slots, ['from', 'to', 'size', 'in'], context.faults, '`slots:`');
  const found = slotsTarget(context, node, slots, frame);
  if (found === null || list === null) return null;
  const { target, within } = found;
  const range = rangeOf(context, slots, target, within);
  if (range === null) return null;
  const join = joinOf(node);
  const inner: Frame = { loop: frame.loop, own: target.segment, slots: range };
  const entries =
    node.entries.has('fields') || node.entries.has('at')
      ? node.entries
      : new Map([...node.entries, ['at', { ...slots, kind: 'scalar' as const, text: 'slot1', isNull: false }]]);
  const parts = items(context, { ...node, entries }, inner, list, itemOf(named, join));
  if (parts === null) return null;
  return {
    kind: 'slots',
    ...named,
    at: node,
    type: list,
    target,
    many: node.entries.has('each'),
    others: isTrue(node.entries.get('others')),
    ...range,
    ...parts,
    join,
    fit: resolveFit(context, node.entries.get('fit')),
  };
}

/** The segment slots run in: that of `each:` or `one:`, that named by `in:`, or the group's own. */
function slotsTarget(context: Context, node: MappingNode, slots: MappingNode, frame: Frame) {
  const inNode = slots.entries.get('in');
  const inPlace = inNode === undefined ? null : placeOf(context, inNode, '`in:`');
  if (inNode !== undefined && (inPlace === null || inPlace.element === 0)) return null;
  const key = node.entries.has('each') ? 'each' : 'one';
  const named = node.entries.get(key);
  const where = node.entries.get('where');
  if (named !== undefined) {
    const place = placeOf(context, named, `\`${key}:\``);
    const target = place === null ? null : resolveTarget(context, frame, place, named, where, false);
    return target === null ? null : { target, within: inPlace?.element ?? 0 };
  }
  if (inNode !== undefined && inPlace !== null) {
    const target = resolveTarget(context, frame, inPlace, inNode, where, false);
    return target === null ? null : { target, within: inPlace.element };
  }
  const own = frame.own ?? triggerOf(frame.loop);
  if (own === null) {
    context.faults.add(node, '`slots:` wants `each:` or `in:` here: the group has no segment of its own.');
    return null;
  }
  const place: PlaceText | null = parsePlace(own.tag);
  const text: MapNode = { ...slots, kind: 'scalar', text: own.tag, isNull: false };
  const target = place === null ? null : resolveTarget(context, frame, place, text, where, false);
  return target === null ? null : { target, within: 0 };
}

function rangeOf(context: Context, slots: MappingNode, target: Target, within: number): SlotRange | null {
  const number = (key: string, absent: number) => Number(textOf(slots.entries.get(key)) ?? absent);
  const from = number('from', 1);
  const to = number('to', 0);
  const size = number('size', 1);
  const composite = within > 0 ? target.segment.definition.elements[within - 1]?.composite : null;
  const places = within > 0 ? (composite?.components.length ?? 0) : target.segment.definition.elements.length;
  if (![from, to, size].every(Number.isInteger) || from < 1 || size < 1 || to < from || (to - from + 1) % size !== 0) {
    context.faults.add(slots, '`slots:` wants whole numbers: from, to, and a size that divides what lies between.');
    return null;
  }
  if (to > places) {
    context.faults.add(
      slots,
      `${target.segment.tag} has ${places} ${within > 0 ? 'components there' : 'elements'}, and the slots run to ${to}.`,
    );
    return null;
  }
  return { from, to, size, within };
}

/** `fixed:`: places and the constant each holds. */
export function resolveFixed(context: Context, node: MapNode | undefined, frame: Frame): FixedSpec[] {
  if (node === undefined) return [];
  if (node.kind !== 'mapping') {
    context.faults.add(node, '`fixed:` wants places and the text each holds.');
    return [];
  }
  return [...node.entries].flatMap(([name, value]) => {
    const place = parsePlace(name);
    const text = textOf(value);
    if (place === null || text === undefined) {
      context.faults.add(value, `'${name}' must be a place, and its value a text.`);
      return [];
    }
    const target = resolveTarget(
      context,
      frame,
      place,
      { ...value, kind: 'scalar', text: name, isNull: false },
      undefined,
      false,
    );
    const element = target === null ? null : elementPlace(context, target.segment, place, value);
    return target === null || element === null ? [] : [{ target, place: element, text, at: value }];
  });
}
