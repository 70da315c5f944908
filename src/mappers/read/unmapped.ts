import type { Segment, Transaction } from '../../parsers/transaction.ts';
import type { Unmapped } from '../map.ts';
import { type CompactTrace, componentOf, elementOf, repetitionOf } from '../trace-record.ts';

/** Segments the engine writes by itself: nothing in them is a partner's to say. */
const ENGINES_OWN: ReadonlySet<string> = new Set(['ST', 'SE', 'UNH', 'UNT', 'UNS', 'LS', 'LE']);

/**
 * Every piece of a transaction that no field read. Made when asked for: marking costs nothing while reading, for the trace has it all.
 * Takes the transaction and the trace of its reading.
 */
export function listUnmapped(transaction: Transaction, trace: CompactTrace): readonly Unmapped[] {
  const read = new Set<string>();
  for (let row = 0; row < trace.rows.length; row += 4) {
    const segment = trace.rows[row + 2] ?? 0;
    const packed = trace.rows[row + 3] ?? 0;
    const element = elementOf(packed);
    read.add(`${segment}.${element}.${componentOf(packed) || 1}.${repetitionOf(packed) || 1}`);
  }
  return transaction.segments.flatMap((segment) =>
    ENGINES_OWN.has(segment.tag) ? [] : unmappedOf(segment, (key) => read.has(key)),
  );
}

function unmappedOf(segment: Segment, isRead: (key: string) => boolean): Unmapped[] {
  const rest: Unmapped[] = [];
  for (let element = 1; element <= segment.elementCount; element++) {
    const repetitions = segment.repetitionCount(element);
    for (let repetition = 1; repetition <= Math.max(repetitions, 1); repetition++) {
      const components = segment.componentCount(element, repetition);
      for (let component = 1; component <= Math.max(components, 1); component++) {
        const value = segment.value(element, component, repetition);
        if (value === '' || isRead(`${segment.number}.${element}.${component}.${repetition}`)) continue;
        rest.push({
          place: {
            segmentNumber: segment.number,
            tag: segment.tag,
            element,
            component: components > 1 ? component : null,
            repetition: repetitions > 1 ? repetition : null,
          },
          value,
        });
      }
    }
  }
  return rest;
}
