import type { Faults } from '../fault.ts';
import { type MapNode, type MappingNode, type MapSource, textOf } from './source.ts';

/** Overlays of overlays: a partner's map on a chain's on a base map is three. */
const depthMax = 8;

export interface Overlaid {
  readonly root: MappingNode;
  /** All files it is made of, the map itself first: what its version hash covers. */
  readonly sources: readonly MapSource[];
}

/** Lays a map over what it extends: keys are added, replaced, or removed with null; a dotted key reaches an inner field. Null after a fault. */
export function overlay(
  source: MapSource,
  base: (name: string) => MapSource | undefined,
  faults: Faults,
): Overlaid | null {
  const sources = [source];
  for (let top = source; ; ) {
    for (const fault of top.faults) faults.add(fault, fault.message, fault.severity);
    if (top.root === null) return null;
    const node = top.root.entries.get('extends');
    if (node === undefined) break;
    const name = textOf(node) ?? '';
    const found = base(name);
    if (found === undefined || sources.length > depthMax || sources.includes(found)) {
      faults.add(
        node,
        found === undefined
          ? `There is no map '${name}' to extend.`
          : `'${name}' extends itself, or ${depthMax} maps stand on each other.`,
      );
      return null;
    }
    sources.push(found);
    top = found;
  }
  const roots = sources.toReversed().flatMap(({ root }) => (root === null ? [] : [root]));
  const [first, ...overlays] = roots;
  if (first === undefined) return null;
  return { root: overlays.reduce((under, over) => laid(under, over, faults), first), sources };
}

function laid(under: MappingNode, over: MappingNode, faults: Faults): MappingNode {
  let entries = new Map(under.entries);
  for (const [key, node] of over.entries) {
    const before = entries.get(key);
    if (key === 'extends') continue;
    if (key === 'fields' && node.kind === 'mapping') entries = withFields(entries, node, faults);
    else if (key === 'hierarchy' && node.kind === 'mapping' && before?.kind === 'mapping')
      entries.set(key, laidHierarchy(before, node));
    else if (node.kind === 'mapping' && before?.kind === 'mapping') entries.set(key, merged(before, node));
    else if (isNull(node)) entries.delete(key);
    else entries.set(key, node);
  }
  return { ...under, entries };
}

const isNull = (node: MapNode) => node.kind === 'scalar' && node.isNull;

/** A replaced key keeps its base's place: a Map does that by itself. */
function merged(under: MappingNode, over: MappingNode): MappingNode {
  const entries = new Map(under.entries);
  for (const [key, node] of over.entries)
    if (isNull(node)) entries.delete(key);
    else entries.set(key, node);
  return { ...under, entries };
}

function laidHierarchy(under: MappingNode, over: MappingNode): MappingNode {
  const result = merged(under, over);
  const before = under.entries.get('nodes');
  const after = over.entries.get('nodes');
  if (before?.kind !== 'mapping' || after?.kind !== 'mapping') return result;
  const entries = new Map(result.entries);
  entries.set('nodes', merged(before, after));
  return { ...result, entries };
}

function withFields(entries: Map<string, MapNode>, over: MappingNode, faults: Faults): Map<string, MapNode> {
  let result = entries;
  for (const [path, node] of over.entries) {
    const steps = path.split('.');
    const changed = setField(
      { kind: 'mapping', entries: result, file: over.file, line: over.line, column: over.column },
      steps,
      node,
    );
    if (changed === null)
      faults.add(node, `'${path}': what is extended has no field ${steps.slice(0, -1).join('.') || path} to change.`);
    else result = new Map(changed.entries);
  }
  return result;
}

/** A holder of `fields:` with the field at the end of the steps set or removed; null when there is no way to it. */
function setField(holder: MappingNode, steps: readonly string[], node: MapNode): MappingNode | null {
  const [step = '', ...rest] = steps;
  const fields = holder.entries.get('fields');
  const known = fields?.kind === 'mapping' ? fields : null;
  if (rest.length === 0 && (known?.entries.has(step) || !throughNode(holder, step))) {
    if (isNull(node) && known?.entries.has(step) !== true) return null;
    const entries = new Map(known?.entries);
    if (isNull(node)) entries.delete(step);
    else entries.set(step, node);
    return { ...holder, entries: new Map([...holder.entries, ['fields', { ...(known ?? holder), entries }]]) };
  }
  const inner = known?.entries.get(step);
  if (inner?.kind === 'mapping') {
    const changed = setField(inner, rest, node);
    if (changed === null || known === null) return null;
    return {
      ...holder,
      entries: new Map([
        ...holder.entries,
        ['fields', merged(known, { ...known, entries: new Map([[step, changed]]) })],
      ]),
    };
  }
  return setNodeField(holder, steps, node);
}

/** Whether a field of that name stands in a hierarchy's node: `contents` in the node with `each: contents`, or a field of the node without. */
function throughNode(holder: MappingNode, step: string): boolean {
  return nodesOf(holder).some(([, node]) => textOf(node.entries.get('each')) === step || fieldIn(node, step));
}

const fieldIn = (node: MappingNode, step: string) => {
  const fields = node.entries.get('fields');
  return node.entries.get('each') === undefined && fields?.kind === 'mapping' && fields.entries.has(step);
};

function nodesOf(holder: MappingNode): [string, MappingNode][] {
  const hierarchy = holder.entries.get('hierarchy');
  const nodes = hierarchy?.kind === 'mapping' ? hierarchy.entries.get('nodes') : undefined;
  if (nodes?.kind !== 'mapping') return [];
  return [...nodes.entries].flatMap(([name, node]): [string, MappingNode][] =>
    node.kind === 'mapping' ? [[name, node]] : [],
  );
}

function setNodeField(holder: MappingNode, [step = '', ...rest]: readonly string[], node: MapNode): MappingNode | null {
  const hierarchy = holder.entries.get('hierarchy');
  if (hierarchy?.kind !== 'mapping') return null;
  let found = false;
  const nodes = new Map<string, MapNode>();
  for (const [name, inner] of nodesOf(holder)) {
    const list = textOf(inner.entries.get('each')) === step;
    const changed =
      list && rest.length > 0
        ? setField(inner, rest, node)
        : fieldIn(inner, step)
          ? setField(inner, [step, ...rest], node)
          : null;
    found ||= changed !== null;
    nodes.set(name, changed ?? inner);
  }
  if (!found) return null;
  const laidOver: MappingNode = { ...hierarchy, entries: new Map([['nodes', { ...hierarchy, entries: nodes }]]) };
  return { ...holder, entries: new Map([...holder.entries, ['hierarchy', laidHierarchy(hierarchy, laidOver)]]) };
}
