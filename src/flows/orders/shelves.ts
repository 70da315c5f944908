import type { Usage } from '../../core/usage.ts';
import type { Order } from '../../documents/order.ts';
import type { Reservation } from '../../orders/decision.ts';
import { type ItemView, lessReserved, productKey } from '../../orders/items.ts';
import type { Tx } from '../../store/database.ts';
import { itemsForUpdate } from '../../store/orders/stock.ts';

export interface ShelfOwner {
  readonly company_id: string;
  readonly usage: Usage;
}

/**
 * The goods that orders of one transaction are decided from: locked once for all of them, and less by what each was promised. Locked order
 * by order, two processes could wait for each other; asked for order by order, each would wait for the database.
 */
export interface Shelves {
  /** Locks what these orders of one owner name, until the transaction ends, unless it is locked already. */
  load(owner: ShelfOwner, orders: readonly Order[]): Promise<void>;
  /** The items with what is free of them now. What is taken of it is told in the same turn, or another order is promised the same goods. */
  itemsOf(owner: ShelfOwner): readonly ItemView[];
  took(owner: ShelfOwner, reservations: readonly Reservation[]): void;
}

interface Shelf {
  readonly keys: ReadonlySet<string>;
  items: readonly ItemView[];
}

export function openShelves(tx: Tx): Shelves {
  const shelves = new Map<string, Shelf>();
  const keyOf = ({ company_id, usage }: ShelfOwner): string => `${usage} ${company_id}`;
  return {
    async load(owner, orders) {
      const known = shelves.get(keyOf(owner))?.keys ?? new Set();
      const wanted = orders.flatMap(itemKeysOf);
      if (shelves.has(keyOf(owner)) && wanted.every((key) => known.has(key))) return;
      const keys = new Set([...known, ...wanted]);
      const items = await itemsForUpdate(tx, owner.company_id, owner.usage, [...keys]);
      shelves.set(keyOf(owner), { keys, items });
    },
    itemsOf: (owner) => shelves.get(keyOf(owner))?.items ?? [],
    took(owner, reservations) {
      const shelf = shelves.get(keyOf(owner));
      if (shelf !== undefined) shelf.items = lessReserved(shelf.items, reservations);
    },
  };
}

/** The keys under which an order's items are looked for. */
const itemKeysOf = ({ lines }: Order): readonly string[] =>
  lines.flatMap(({ products = [] }) =>
    products.flatMap(({ scheme, value }) => {
      const word = scheme?.code ?? scheme?.original;
      return word === undefined ? [] : [productKey(word, value)];
    }),
  );
