import type { Field, NodeSpec } from '../language/spec.ts';
import { isRecord } from './compile-fields.ts';

/** What a map has a place for, as the document is built: a leaf, or an object or list with more below. */
export interface KnownPaths {
  readonly keys: ReadonlyMap<string, KnownPaths>;
  /** A value written whole: what is below it is the value's own. */
  readonly whole: boolean;
}

interface Growing {
  readonly keys: Map<string, Growing>;
  whole: boolean;
}

export function knownPaths(
  fields: readonly Field[],
  nodes: readonly NodeSpec[],
  derived: readonly string[],
): KnownPaths {
  const top: Growing = { keys: new Map(), whole: false };
  addFields(top, fields);
  for (const path of derived) path.split('.').reduce(below, top).whole = true;
  for (const node of nodes) {
    const at = node.list === null ? top : below(top, node.list);
    addFields(at, node.fields);
    for (const key of node.of.keys()) below(at, key).whole = true;
    if (node.listKey !== null) below(at, node.listKey).whole = true;
    for (const field of node.fields)
      if (field.kind === 'key') below(below(top, field.list), field.listKey).whole = true;
  }
  return top;
}

function below(at: Growing, key: string): Growing {
  let inner = at.keys.get(key);
  if (inner === undefined) {
    inner = { keys: new Map(), whole: false };
    at.keys.set(key, inner);
  }
  return inner;
}

const addFields = (at: Growing, fields: readonly Field[]): void => {
  for (const field of fields) addField(below(at, field.key), field);
};

/** Lists need no level of their own: an item's keys stand where the list's would. */
function addField(at: Growing, field: Field): void {
  switch (field.kind) {
    case 'object':
      addFields(at, field.fields);
      return;
    case 'one': {
      const [only] = field.fields;
      if (only !== undefined && only.path === field.path) at.whole = true;
      else addFields(at, field.fields);
      return;
    }
    case 'each':
    case 'slots':
      if (field.fields === null) at.whole = true;
      else addFields(at, field.fields);
      return;
    case 'first': {
      const [first] = field.alternatives;
      if (first !== undefined) addField(at, first);
      return;
    }
    case 'gather':
      for (const part of field.parts) addField(at, part);
      return;
    default:
      at.whole = true;
  }
}

/** Every path of a document that the map has no place for, leaf by leaf. A code with its original is one leaf. */
export function listUnknown(known: KnownPaths | undefined, value: unknown, path: string, out: string[]): void {
  if (value === undefined || known?.whole) return;
  if (isRecord(value) && Object.keys(value).length === 0) return; // an empty object says nothing
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) listUnknown(known, item, `${path}[${index}]`, out);
    return;
  }
  if (!isRecord(value) || isCode(value)) {
    out.push(path);
    return;
  }
  for (const [key, inner] of Object.entries(value))
    listUnknown(known?.keys.get(key) ?? NOTHING, inner, path === '' ? key : `${path}.${key}`, out);
}

const NOTHING: KnownPaths = { keys: new Map(), whole: false };
const isCode = (value: Readonly<Record<string, unknown>>) =>
  Object.keys(value).every((key) => key === 'code' || key === 'original');
