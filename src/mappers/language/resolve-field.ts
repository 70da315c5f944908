import { type Context, type Frame, onlyKeys } from './context.ts';
import { type DocumentType, describeType, type ObjectType } from './document-type.ts';
import { resolveGiven } from './resolve-codecs.ts';
import { resolveEach, resolveOne, resolveSlots } from './resolve-group.ts';
import { type Named, valueField } from './resolve-value.ts';
import { expandShape } from './shapes.ts';
import { type MapNode, type MappingNode, textOf } from './source.ts';
import type { Field } from './spec.ts';

/** The fields of a `fields:` mapping, in a frame, for an object of that type. */
export function resolveFields(
  context: Context,
  node: MapNode | undefined,
  frame: Frame,
  type: ObjectType,
  path: string,
): Field[] {
  if (node === undefined) return [];
  if (node.kind !== 'mapping') {
    context.faults.add(node, '`fields:` wants names and where each stands.');
    return [];
  }
  return [...node.entries].flatMap(([key, value]) => {
    const property = type.properties.get(key);
    const inner = path === '' ? key : `${path}.${key}`;
    if (property === undefined) {
      context.faults.add(value, `The document has no ${inner}: ${[...type.properties.keys()].join(', ')} are there.`);
      return [];
    }
    const field = resolveField(context, value, frame, property, { key, path: inner });
    return field === null ? [] : [field];
  });
}

/** One field; null when it could not be understood, with a fault told. */
export function resolveField(
  context: Context,
  given: MapNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  if (!context.enter(given)) return null;
  const node = expandShape(context, given);
  if (node === null) return null;
  if (node.kind === 'list') {
    context.faults.add(
      node,
      `${named.path}: a list stands here; \`gather:\`, \`first:\` or \`at:\` say what it means.`,
    );
    return null;
  }
  if (node.kind === 'scalar') return resolveScalar(context, node, frame, type, named);
  const has = (key: string) => node.entries.has(key);
  noteExpressions(context, node, named);
  if (has('code')) return resolveConstant(context, node, type, named);
  if (has('gather')) return resolveGather(context, node, frame, type, named);
  if (has('first')) return resolveFirst(context, node, frame, type, named);
  if (has('same')) return resolveSame(context, node, frame, type, named);
  if (has('slots')) return resolveSlots(context, node, frame, type, named);
  if (has('each')) return resolveEach(context, node, frame, type, named);
  if (has('one')) return resolveOne(context, node, frame, type, named);
  if (has('key')) return resolveKey(context, node, frame, type, named);
  if (has('at')) return resolveAt(context, node, frame, type, named);
  if (has('fields')) return resolveObject(context, node, frame, type, named);
  if (has('read') || has('write')) return { kind: 'computed', ...named, at: node };
  context.faults.add(
    node,
    `${named.path} says not where it stands: at, first, one, each, slots, gather, same or fields do.`,
  );
  return null;
}

function resolveScalar(context: Context, node: MapNode, frame: Frame, type: DocumentType, named: Named): Field | null {
  const text = textOf(node);
  if (text?.startsWith('^')) return resolveLink(context, node, text.slice(1), type, named);
  return valueField(
    context,
    { kind: 'mapping', entries: new Map([['at', node]]), ...placeIn(node) },
    frame,
    type,
    named,
  );
}

const placeIn = ({ file, line, column }: MapNode) => ({ file, line, column });

/** `{ code: scac }`: always this code of ours; with `otherwise: unwritten` another stays unsaid instead of being refused. */
function resolveConstant(context: Context, node: MappingNode, type: DocumentType, named: Named): Field | null {
  onlyKeys(node, ['code', 'otherwise'], context.faults, 'a constant');
  const code = textOf(node.entries.get('code'));
  const otherwise = textOf(node.entries.get('otherwise')) ?? 'refuse';
  if (otherwise !== 'refuse' && otherwise !== 'unwritten')
    context.faults.add(node, `otherwise: is 'unwritten' or left out, not '${otherwise}'.`);
  else if (type.kind === 'coded' && code !== undefined)
    return { kind: 'constant', ...named, at: node, code, otherwise };
  context.faults.add(node, `${named.path} is ${describeType(type)}, and \`code:\` makes a code.`);
  return null;
}

function resolveLink(context: Context, node: MapNode, list: string, type: DocumentType, named: Named): Field | null {
  if (!context.lists.has(list)) {
    context.faults.add(node, `^${list}: no node of the hierarchy makes ${list}.`);
    return null;
  }
  const many = type.kind === 'array';
  if (!many && type.kind !== 'text')
    context.faults.add(node, `${named.path} is ${describeType(type)}, and ^${list} a key.`);
  return { kind: 'link', ...named, at: node, list, many };
}

function noteExpressions(context: Context, node: MappingNode, { path }: Named): void {
  const read = textOf(node.entries.get('read'));
  const write = textOf(node.entries.get('write'));
  if (read !== undefined || write !== undefined)
    context.expressions.push({ path, read: read ?? null, write: write ?? null, at: placeIn(node) });
}

function resolveObject(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['fields'], context.faults, 'an object');
  if (type.kind !== 'object') {
    context.faults.add(node, `${named.path} is ${describeType(type)}, not an object.`);
    return null;
  }
  return {
    kind: 'object',
    ...named,
    at: node,
    type,
    fields: resolveFields(context, node.entries.get('fields'), frame, type, named.path),
  };
}

function resolveFirst(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['first', 'default', 'read', 'write'], context.faults, '`first:`');
  const list = node.entries.get('first');
  if (list?.kind !== 'list' || list.items.length === 0) {
    context.faults.add(node, '`first:` wants a list of alternatives.');
    return null;
  }
  const alternatives = list.items.flatMap((item) => resolveField(context, item, frame, type, named) ?? []);
  return {
    kind: 'first',
    ...named,
    at: node,
    alternatives,
    fallback: resolveGiven(context, node.entries.get('default')),
  };
}

function resolveGather(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['gather'], context.faults, '`gather:`');
  const list = node.entries.get('gather');
  if (type.kind !== 'array' || list?.kind !== 'list') {
    context.faults.add(
      node,
      type.kind === 'array'
        ? '`gather:` wants a list of places.'
        : `${named.path} is ${describeType(type)}, not a list.`,
    );
    return null;
  }
  const item = { key: named.key, path: `${named.path}[]` };
  const parts = list.items.flatMap((part) => {
    const expanded = expandShape(context, part);
    if (expanded === null) return [];
    const manyItems = expanded.kind === 'mapping' && (expanded.entries.has('each') || expanded.entries.has('slots'));
    const field = manyItems
      ? resolveField(context, expanded, frame, type, named)
      : resolveField(context, expanded, frame, type.items, item);
    return field === null ? [] : [field];
  });
  return { kind: 'gather', ...named, at: node, type, parts };
}

function resolveSame(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): Field | null {
  onlyKeys(node, ['same', 'where', 'codes', 'as', 'fit'], context.faults, '`same:`');
  const entries = new Map(node.entries);
  const at = entries.get('same');
  entries.delete('same');
  if (at !== undefined) entries.set('at', at);
  const field = valueField(context, { ...node, entries }, frame, type, named);
  if (field === null) return null;
  if (field.source.target.origin !== 'root') context.faults.add(node, '`same:` wants a place from the root: /BIG04.');
  return { kind: 'same', ...named, at: node, type: field.type, source: field.source };
}

function resolveKey(context: Context, node: MappingNode, frame: Frame, type: DocumentType, named: Named): Field | null {
  const [list = '', listKey] = (textOf(node.entries.get('key')) ?? '').split('.');
  const known = context.lists.get(list) ?? listKey;
  if (known === undefined)
    context.faults.add(node, `key: ${list} names no list of the hierarchy; ${list}.<its key> would.`);
  const value = valueField(context, node, frame, type, named);
  return value === null ? null : { kind: 'key', ...named, at: node, list, listKey: known ?? '', value };
}

/** `at:`, with `scheme:` beside it an object {scheme, value}. */
function resolveAt(context: Context, node: MappingNode, frame: Frame, type: DocumentType, named: Named): Field | null {
  const scheme = node.entries.get('scheme');
  if (scheme === undefined) return valueField(context, node, frame, type, named);
  if (type.kind !== 'object') {
    context.faults.add(
      node,
      `${named.path} is ${describeType(type)}, and \`scheme:\` makes an object {scheme, value}.`,
    );
    return null;
  }
  const valueEntries = new Map(node.entries);
  valueEntries.delete('scheme');
  const where = node.entries.get('where');
  const schemeEntries = new Map<string, MapNode>(scheme.kind === 'mapping' ? scheme.entries : [['at', scheme]]);
  if (where !== undefined && !schemeEntries.has('code')) schemeEntries.set('where', where);
  const inner: MappingNode = {
    ...node,
    entries: new Map<string, MapNode>([
      ['scheme', { ...scheme, kind: 'mapping', entries: schemeEntries }],
      ['value', { ...node, entries: valueEntries }],
    ]),
  };
  return { kind: 'object', ...named, at: node, type, fields: resolveFields(context, inner, frame, type, named.path) };
}
