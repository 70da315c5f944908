import {
  compareDecimals,
  type Decimal,
  isZeroDecimal,
  minDecimal,
  subtractDecimals,
  sumDecimals,
} from '../core/decimal.ts';
import type { ItemView } from './items.ts';

/** So much at a location. */
export interface Place {
  readonly location: string;
  readonly quantity: Decimal;
}

/** What is still free per item while an order is decided: lines of one order must not be promised the same piece. */
export type FreeStock = ReadonlyMap<string, readonly Place[]>;

export const freeOf = (free: FreeStock, item: ItemView): readonly Place[] =>
  (free.get(item.id) ?? item.stock).filter(({ quantity }) => compareDecimals(quantity, '0') > 0);

export const sumOf = (places: readonly Place[]): Decimal => sumDecimals(places.map(({ quantity }) => quantity));

/** Takes up to `wanted` from the places in the order they are configured: what was taken where, and what is left. */
export function take(places: readonly Place[], wanted: Decimal): { taken: readonly Place[]; left: readonly Place[] } {
  const taken: Place[] = [];
  const left: Place[] = [];
  let open = wanted;
  for (const { location, quantity } of places) {
    const part = compareDecimals(open, '0') > 0 ? minDecimal(open, quantity) : '0';
    if (!isZeroDecimal(part)) taken.push({ location, quantity: part });
    left.push({ location, quantity: subtractDecimals(quantity, part) });
    open = subtractDecimals(open, part);
  }
  return { taken, left };
}
