import type { Field, Target } from '../language/spec.ts';
import type { ReadFrame } from './run.ts';

/*
 * Gate  the positions of a frame a field's value can only come from. A line of an 850 has sixty fields and a sender fills eight: looking whether
 *       anything stands there first took a third off the reading.
 */
export type Gate = readonly number[] | null;

/** Null when the field may have a value though its segments are absent: it looks elsewhere, or has a default. */
export function gateOf(field: Field): Gate {
  switch (field.kind) {
    case 'value':
      return field.fallback === null ? positionsOf(field.source.target) : null;
    case 'first':
      return field.fallback === null ? union(field.alternatives.map(gateOf)) : null;
    case 'object':
      return union(field.fields.filter(({ kind }) => kind !== 'constant' && kind !== 'link').map(gateOf));
    case 'gather':
      return union(field.parts.map(gateOf));
    case 'one':
    case 'each':
    case 'slots':
      return positionsOf(field.target);
    default:
      return null;
  }
}

function positionsOf({ origin, steps, otherWays, segment }: Target): Gate {
  if (origin !== 'frame') return null;
  const positions = [steps, ...otherWays].map(([step]) => step?.position ?? -1);
  // The trigger of the frame's own loop is there, but where the loop was implied: what depends on that looks for itself.
  return positions.includes(-1) || (positions.includes(0) && segment.position === 0) ? null : [...new Set(positions)];
}

function union(gates: readonly Gate[]): Gate {
  const all = new Set<number>();
  for (const gate of gates) {
    if (gate === null) return null;
    for (const position of gate) all.add(position);
  }
  return [...all];
}

/** Whether anything stands at one of the positions. */
export function isOpen(gate: readonly number[], { starts }: ReadFrame): boolean {
  for (let index = 0; index < gate.length; index++) {
    const position = gate[index] ?? 0;
    if (starts[position] !== starts[position + 1]) return true;
  }
  return false;
}
