import { packPlace } from '../trace-record.ts';
import { type DirectValue, isInComposite } from './compile-value.ts';
import type { Gate } from './gate.ts';
import type { Fields, ReadFrame, ReadRun } from './run.ts';

/** One field of an object: its key, where it may stand, whether it makes an item by itself, and how it is read. */
export interface KeyedRead {
  readonly key: string;
  readonly gate: Gate;
  readonly alone: boolean;
  /** What `read` does, laid open; null when it is more than one element's text. */
  readonly direct: DirectValue | null;
  readonly read: (frame: ReadFrame, run: ReadRun) => unknown;
}

/** Says what an object lacks. */
export type Missing = (run: ReadRun, frame: ReadFrame, entries: number, key: string) => void;

export type ReadObject = (frame: ReadFrame, run: ReadRun) => Fields | undefined;

/**
 * The fields of one frame as one reader of an object: undefined when none has a value, or one it cannot do without has none.
 *
 * It is made as the text of a function, for only then V8 knows of each field which closure it calls and of each object which key it gets: one loop
 * over an array of closures serves every object of every map, so each call and each `object[key] =` in it is looked up anew, and fields that share
 * a segment find it each for itself. That was half of the mapper's time. The text holds nothing but positions, numbers and the schema's own keys;
 * ajv does the same with the same schemas. Objects come from a constructor of their own: room for the fields this place in the map gives, no more.
 */
export function objectReader(fields: readonly KeyedRead[], needed: readonly string[], missing: Missing): ReadObject {
  const segments = [...new Set(fields.flatMap(({ direct }) => (direct === null ? [] : [direct.segmentKey])))];
  const found = new Set<string>();
  const lines = fields.map((field, index) => {
    const { key, gate, alone, direct } = field;
    const set = `object ??= new Item(); object[${JSON.stringify(key)}] = value;${alone ? ' present = true;' : ''}`;
    const open = gate === null ? 'true' : openTest(gate);
    if (direct === null)
      return `if (${open}) { value = read${index}(frame, run); if (value !== undefined) { ${set} } }`;
    const segment = segments.indexOf(direct.segmentKey);
    const find = found.has(direct.segmentKey) ? '' : findText(index, segment, open);
    found.add(direct.segmentKey);
    return find + directText(direct, index, segment, set);
  });
  const lacks = needed.map((key) => `object[${JSON.stringify(key)}] === undefined`);
  const source = `'use strict';
${fields.map(({ direct }, index) => namesOf(direct, index)).join('\n')}
function Item() {}
Item.prototype = Object.prototype;
return (frame, run) => {
  const { trace } = run;
  const { starts } = frame;
  const entries = trace.entryLength;
  const nodes = trace.nodeCount;
  let object, value, text, element, component;
  let present = false;
  ${segments.map((_key, segment) => `let segment${segment} = null, count${segment} = 0;`).join(' ')}
  ${lines.join('\n  ')}
  if (object === undefined) return undefined;
  if (${['!present', ...lacks].join(' || ')}) return refuse(frame, run, object, present, entries, nodes);
  return object;
};`;
  return new Function('fields', 'refuse', source)(fields, refusal(needed, missing)) as ReadObject;
}

const namesOf = (direct: DirectValue | null, index: number): string =>
  direct === null
    ? `const { read: read${index} } = fields[${index}];`
    : `const direct${index} = fields[${index}].direct; const { find: find${index}, decode: decode${index}, lookup: lookup${index}, isUnknown: isUnknown${index} } = direct${index};`;

/** The segment that fields share, found where the first of them stands. */
const findText = (index: number, segment: number, open: string): string =>
  `if (${open}) { segment${segment} = find${index}(frame, run); if (segment${segment} !== null) count${segment} = segment${segment}.elementCount; } `;

/** One element's text: taken, decoded, traced. Senders leave off what they do not use, so the count alone answers for most elements. */
function directText(direct: DirectValue, index: number, segment: number, set: string): string {
  const { place, template, decode, lookup, isUnknown } = direct;
  const { slot, repetition } = place;
  const inComposite = isInComposite(place);
  const element = slot === 0 ? `${place.element}` : inComposite ? 'frame.slotElement' : `frame.slotBase + ${slot - 1}`;
  const component = inComposite ? `frame.slotBase + ${slot - 1}` : `${place.component}`;
  const isFixed = slot === 0;
  const packed = isFixed
    ? String(packPlace(place.element, place.component, repetition))
    : `(element << 22) | (component << 12) | ${repetition}`;
  const at = isFixed ? `${place.element}, ${place.component}` : 'element, component';
  const part = isFixed ? String(place.component || 1) : 'component === 0 ? 1 : component';
  const arguments_ = `run, frame, segment${segment}, ${at}, text`;
  const take = `trace.add(${template}, run.node, segment${segment}.number, ${packed}); ${set}`;
  const checked =
    isUnknown === null ? '' : `if (isUnknown${index}(text, value)) direct${index}.wonder(${arguments_}); `;
  const use =
    lookup !== null
      ? `value = lookup${index}.get(text); if (value === undefined) { value = { original: text }; direct${index}.wonder(${arguments_}); } ${take}`
      : decode === null
        ? `value = text; ${checked}${take}`
        : `value = decode${index}(text, run); if (value === undefined) direct${index}.refuse(${arguments_}); else { ${checked}${take} }`;
  const read = `text = segment${segment}.value(${isFixed ? place.element : 'element'}, ${part}, ${repetition || 1});`;
  const filled = `if (text !== '' && (text.charCodeAt(0) !== 32 || text.trim() !== '')) { ${use} }`;
  return isFixed
    ? `if (count${segment} >= ${place.element}) { ${read} ${filled} }`
    : `if (count${segment} > 0) { element = ${element}; component = ${component}; ${read} ${filled} }`;
}

/** A gate as an expression over `starts`: whether anything stands at one of its positions. */
const openTest = (gate: readonly number[]): string =>
  gate.length === 0 ? 'false' : gate.map((position) => `starts[${position}] !== starts[${position + 1}]`).join(' || ');

const refusal =
  (needed: readonly string[], missing: Missing) =>
  (frame: ReadFrame, run: ReadRun, object: Fields, present: boolean, entries: number, nodes: number): undefined => {
    const key = present ? needed.find((one) => object[one] === undefined) : undefined;
    if (key !== undefined) missing(run, frame, entries, key);
    run.trace.reset(entries, nodes);
    return undefined;
  };
