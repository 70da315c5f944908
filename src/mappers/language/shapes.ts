import type { Context } from './context.ts';
import { type MapNode, textOf } from './source.ts';

// date(137): a shape's name and its one parameter.
const CALL = /^([a-z][\w-]{0,40})\(([^()]{0,80})\)$/;
/** A shape may stand on another; deeper than this one of them stands on itself. */
const depthMax = 4;

/** Replaces `date(137)` by the shape `date` with every `$1` in it read as 137. Anything else is given back as it is; null after a fault. */
export function expandShape(context: Context, node: MapNode, depth = 0): MapNode | null {
  const match = CALL.exec(textOf(node) ?? '');
  if (match === null) return node;
  const [, name = '', parameter = ''] = match;
  const shape = context.shapes.get(name);
  if (shape === undefined) {
    const known = [...context.shapes.keys()].join(', ');
    context.faults.add(node, `There is no shape '${name}': ${known === '' ? 'the map has none' : `${known} are`}.`);
    return null;
  }
  if (depth >= depthMax) {
    context.faults.add(node, `The shape '${name}' stands on itself.`);
    return null;
  }
  context.usedShapes.add(name);
  return expandShape(context, substitute(shape, parameter.trim()), depth + 1);
}

function substitute(node: MapNode, parameter: string): MapNode {
  if (node.kind === 'scalar')
    return node.text.includes('$1') ? { ...node, text: node.text.replaceAll('$1', parameter) } : node;
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => substitute(item, parameter)) };
  return { ...node, entries: new Map([...node.entries].map(([key, value]) => [key, substitute(value, parameter)])) };
}
