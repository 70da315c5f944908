import { type Context, type Frame, onlyKeys } from './context.ts';
import type { ObjectType } from './document-type.ts';
import { parsePlace } from './place.ts';
import { resolveGiven } from './resolve-codecs.ts';
import { resolveFields } from './resolve-field.ts';
import { resolveFixed } from './resolve-group.ts';
import { elementPlace, placeOf, resolveTarget } from './resolve-target.ts';
import { type MapNode, type MappingNode, textOf } from './source.ts';
import type { ElementPlace, HierarchySpec, LevelRule, NodeSpec, ShapeSpec, Target } from './spec.ts';

const HIERARCHY_KEYS = ['loop', 'id', 'parent', 'level', 'shape', 'nodes'];

/** The lists that nodes make, with the key of each: needed before any field is read, for `^packs` may stand before the packs. */
export function listsOf(node: MapNode | undefined): Map<string, string> {
  const lists = new Map<string, string>();
  const nodes = node?.kind === 'mapping' ? node.entries.get('nodes') : undefined;
  for (const inner of nodes?.kind === 'mapping' ? nodes.entries.values() : []) {
    const list = inner.kind === 'mapping' ? textOf(inner.entries.get('each')) : undefined;
    const key = inner.kind === 'mapping' ? textOf(inner.entries.get('key')) : undefined;
    if (list !== undefined && key !== undefined) lists.set(list, key);
  }
  return lists;
}

/** `hierarchy:` understood; null when there is none, or after a fault. */
export function resolveHierarchy(
  context: Context,
  node: MapNode | undefined,
  frame: Frame,
  type: ObjectType,
): HierarchySpec | null {
  if (node === undefined) return null;
  if (node.kind !== 'mapping') {
    context.faults.add(node, '`hierarchy:` wants loop, shape and nodes.');
    return null;
  }
  onlyKeys(node, HIERARCHY_KEYS, context.faults, '`hierarchy:`');
  const loopNode = node.entries.get('loop');
  const loopPlace = placeOf(context, loopNode, '`loop:`');
  if (loopNode === undefined || loopPlace === null) {
    context.faults.add(node, '`hierarchy:` wants `loop:`, HL or CPS.');
    return null;
  }
  const target = resolveTarget(context, frame, loopPlace, loopNode, undefined, true);
  if (target === null) return null;
  if (target.loop === null) {
    context.faults.add(loopNode, `${target.text} is no loop.`);
    return null;
  }
  const inner: Frame = { loop: target.loop, own: null, slots: null };
  const trigger = target.loop.trigger;
  const levelNode = node.entries.get('level');
  const rules = levelNode?.kind === 'mapping' ? levelRules(context, levelNode, inner) : [];
  const nodes = resolveNodes(context, node.entries.get('nodes'), inner, type);
  const id = triggerPlace(context, node, 'id', `${trigger}01`, inner);
  const parent = triggerPlace(context, node, 'parent', `${trigger}02`, inner);
  const level = rules.length > 0 ? null : triggerPlace(context, node, 'level', `${trigger}03`, inner);
  if (id === null || parent === null) return null;
  const shape = node.entries.get('shape');
  const spec: HierarchySpec = {
    target,
    id,
    parent,
    level,
    hasChildren: trigger === 'HL' ? triggerPlace(context, node, 'children', 'HL04', inner) : null,
    levels: rules,
    ...shapesOf(context, shape, node, frame, nodes),
    nodes,
    at: node,
  };
  return spec;
}

function triggerPlace(
  context: Context,
  node: MappingNode,
  key: string,
  usual: string,
  frame: Frame,
): ElementPlace | null {
  const given = node.entries.get(key);
  const named: MapNode =
    given?.kind === 'scalar'
      ? given
      : { kind: 'scalar', text: usual, isNull: false, file: node.file, line: node.line, column: node.column };
  const place = placeOf(context, named, `\`${key}:\``);
  const trigger = frame.loop.children[0];
  if (place === null || trigger?.kind !== 'segment') return null;
  if (place.tag !== trigger.tag) {
    context.faults.add(named, `\`${key}:\` stands in ${trigger.tag}.`);
    return null;
  }
  return elementPlace(context, trigger, place, named);
}

/** `level: {by: first, S: absent(parent), T: {PAC03-1: ["201"]}, P: present(PAC)}`: the first rule that holds tells the node. */
function levelRules(context: Context, node: MappingNode, frame: Frame): LevelRule[] {
  return [...node.entries].flatMap(([name, rule]): LevelRule[] => {
    if (name === 'by') return [];
    if (textOf(rule) === 'absent(parent)') return [{ node: name, kind: 'absent-parent' }];
    const present = /^present\(([\w/-]+)\)$/.exec(textOf(rule) ?? '');
    if (present !== null) {
      const target = targetIn(context, frame, present[1] ?? '', rule);
      return target === null ? [] : [{ node: name, kind: 'present', target }];
    }
    const [placeName, values] = rule.kind === 'mapping' ? ([...rule.entries][0] ?? []) : [];
    const texts = values?.kind === 'list' ? values.items.map(textOf) : [textOf(values)];
    const place = parsePlace(placeName ?? '');
    const target = place === null ? null : targetIn(context, frame, placeName ?? '', rule);
    const element = place === null || target === null ? null : elementPlace(context, target.segment, place, rule);
    if (target === null || element === null || texts.some((text) => text === undefined)) {
      context.faults.add(rule, 'A level is told by absent(parent), present(SEG), or {SEGnn: [codes]}.');
      return [];
    }
    return [{ node: name, kind: 'value', target, place: element, values: texts as string[] }];
  });
}

function targetIn(context: Context, frame: Frame, text: string, at: MapNode): Target | null {
  const place = parsePlace(text);
  const node: MapNode = { ...at, kind: 'scalar', text, isNull: false };
  return place === null ? null : resolveTarget(context, frame, place, node, undefined, place.element === 0);
}

function resolveNodes(context: Context, node: MapNode | undefined, frame: Frame, type: ObjectType): NodeSpec[] {
  if (node?.kind !== 'mapping') {
    if (node !== undefined) context.faults.add(node, '`nodes:` wants a mapping.');
    return [];
  }
  return [...node.entries].flatMap(([name, inner]) => nodeOf(context, name, inner, frame, type) ?? []);
}

function nodeOf(context: Context, name: string, node: MapNode, frame: Frame, type: ObjectType): NodeSpec | null {
  if (node.kind !== 'mapping') {
    context.faults.add(node, `The node ${name} wants fields.`);
    return null;
  }
  onlyKeys(node, ['each', 'key', 'of', 'on', 'fields', 'fixed'], context.faults, 'a node');
  const list = textOf(node.entries.get('each')) ?? null;
  const property = list === null ? null : type.properties.get(list);
  if (list !== null && (property?.kind !== 'array' || property.items.kind !== 'object')) {
    context.faults.add(node, `The document has no list '${list}' of objects.`);
    return null;
  }
  const itemType = property?.kind === 'array' && property.items.kind === 'object' ? property.items : type;
  const listKey = textOf(node.entries.get('key')) ?? null;
  if (listKey !== null && itemType.properties.get(listKey)?.kind !== 'text')
    context.faults.add(node, `The key '${listKey}' must be a text of ${list ?? 'the document'}.`);
  const onNode = node.entries.get('on');
  const onPlace = onNode === undefined ? null : placeOf(context, onNode, '`on:`');
  const on =
    onPlace === null || onNode === undefined ? null : resolveTarget(context, frame, onPlace, onNode, undefined, true);
  const inner: Frame =
    on === null
      ? frame
      : on.loop !== null
        ? { loop: on.loop, own: null, slots: null }
        : { loop: frame.loop, own: on.segment, slots: null };
  const path = list === null ? '' : `${list}[]`;
  return {
    name,
    list,
    listKey,
    of: constantsOf(context, node.entries.get('of'), itemType),
    on,
    type: itemType,
    fields: resolveFields(context, node.entries.get('fields'), inner, itemType, path),
    fixed: resolveFixed(context, node.entries.get('fixed'), inner),
    at: node,
  };
}

function constantsOf(context: Context, node: MapNode | undefined, type: ObjectType): Map<string, string> {
  const constants = new Map<string, string>();
  for (const [key, value] of node?.kind === 'mapping' ? node.entries : []) {
    const property = type.properties.get(key);
    const text = textOf(value);
    const words = property !== undefined && 'words' in property ? property.words : null;
    if (property?.kind !== 'text' || text === undefined || (words !== null && !words.includes(text)))
      context.faults.add(value, `\`of:\` wants a text of the item${words === null ? '' : `: ${words.join(' or ')}`}.`);
    else constants.set(key, text);
  }
  return constants;
}

function shapesOf(
  context: Context,
  shape: MapNode | undefined,
  hierarchy: MappingNode,
  frame: Frame,
  nodes: readonly NodeSpec[],
) {
  const none = { shapes: [], shapeAt: null, shapeWritten: null };
  if (shape?.kind !== 'mapping') {
    context.faults.add(shape ?? hierarchy, '`hierarchy:` wants `shape:`.');
    return none;
  }
  const shapes: ShapeSpec[] = [];
  let shapeAt: HierarchySpec['shapeAt'] = null;
  for (const [key, node] of shape.entries) {
    if (key === 'write') continue;
    if (key === 'at') {
      const target = targetIn(context, frame, textOf(node) ?? '', node);
      const place = parsePlace(textOf(node) ?? '');
      const element = target === null || place === null ? null : elementPlace(context, target.segment, place, node);
      shapeAt = target === null || element === null ? null : { target, place: element };
    } else shapes.push({ code: key, levels: levelsOf(context, node, nodes) });
  }
  const write = shape.entries.get('write');
  if (shapes.length > 0) return { shapes, shapeAt, shapeWritten: resolveGiven(context, write) };
  if (write === undefined) {
    context.faults.add(shape, '`shape:` wants `write:`, or a shape for each code.');
    return none;
  }
  return { shapes: [{ code: '', levels: levelsOf(context, write, nodes) }], shapeAt, shapeWritten: null };
}

/** "S/O/T?/P?/I". */
function levelsOf(context: Context, node: MapNode, nodes: readonly NodeSpec[]) {
  return (textOf(node) ?? '').split('/').map((level) => {
    const optional = level.endsWith('?');
    const name = optional ? level.slice(0, -1) : level;
    if (!nodes.some((known) => known.name === name))
      context.faults.add(node, `The shape names '${name}', which is no node.`);
    return { node: name, optional };
  });
}
