import type { Order, OrderLine } from '../documents/order.ts';

/** An order line with the key everything later refers to it by. */
export interface KeyedLine {
  readonly key: string;
  readonly index: number;
  readonly line: OrderLine;
}

/**
 * The lines of an order, each with its key: its number as sent, or "#" and its place counted from 1 when it has none or shares it
 * with an earlier line. X12 does not require PO101, and '#' keeps a made-up key from meeting a real one.
 */
export function keyedLines(order: Pick<Order, 'lines'>): readonly KeyedLine[] {
  const taken = new Set<string>();
  return order.lines.map((line, index) => {
    const key = line.number === undefined || taken.has(line.number) ? `#${index + 1}` : line.number;
    taken.add(key);
    return { key, index, line };
  });
}

/** The lines by key. */
export const linesByKey = (order: Pick<Order, 'lines'>): ReadonlyMap<string, KeyedLine> =>
  new Map(keyedLines(order).map((keyed) => [keyed.key, keyed]));
