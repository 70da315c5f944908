import { type Decimal, subtractDecimals } from '../core/decimal.ts';
import type { Identifier } from '../documents/parts.ts';

/** An item as the built-in rules see it: flows fill it from the configuration and the stock on hand. */
export interface ItemView {
  readonly id: string;
  readonly description: string;
  readonly products: readonly { readonly scheme: string; readonly value: string }[];
  readonly unit: string;
  readonly price: Decimal;
  readonly currency: string;
  /** What is free to promise per location: on hand less what is already reserved. */
  readonly stock: readonly { readonly location: string; readonly quantity: Decimal }[];
  /** Days until goods we do not have can leave; null: the agreement's. */
  readonly leadTimeDays: number | null;
}

/** Items by every id they are known under. */
export interface ItemIndex {
  readonly byProduct: ReadonlyMap<string, readonly ItemView[]>;
}

/** Schemes of one number space: a UPC-12 is the EAN-13 and the GTIN-14 with zeros before it (GS1 General Specifications, 3.3). */
const GTIN_SCHEMES: ReadonlySet<string> = new Set([
  'gtin',
  'gtin-8',
  'gtin-12',
  'gtin-13',
  'gtin-14',
  'upc',
  'upc-12',
  'ean',
  'ean-8',
  'ean-13',
  'upc-case',
  'upc-consumer',
  'itf-14',
]);
const GTIN_LENGTHS: ReadonlySet<number> = new Set([8, 12, 13, 14]);

/** The 14 digits of a GTIN in any of its lengths; null when the text is none. Blanks and hyphens are print, not value. */
export function gtin14(value: string): string | null {
  const digits = value.replace(/[ -]/g, '');
  return /^\d+$/.test(digits) && GTIN_LENGTHS.has(digits.length) ? digits.padStart(14, '0') : null;
}

/** What two product ids must share to be the same product: scheme and value, GTINs of all lengths alike. */
export function productKey(scheme: string, value: string): string {
  const gtin = GTIN_SCHEMES.has(scheme.toLowerCase()) ? gtin14(value) : null;
  return gtin === null ? `${scheme.toLowerCase()}:${value.trim()}` : `gtin:${gtin}`;
}

export function indexItems(items: readonly ItemView[]): ItemIndex {
  const byProduct = new Map<string, ItemView[]>();
  for (const item of items) {
    for (const key of new Set(item.products.map(({ scheme, value }) => productKey(scheme, value)))) {
      byProduct.set(key, [...(byProduct.get(key) ?? []), item]);
    }
  }
  return { byProduct };
}

/** Items with what is still free of them after goods were promised. */
export const lessReserved = (
  items: readonly ItemView[],
  reservations: readonly { readonly item: string; readonly location: string; readonly quantity: Decimal }[],
): readonly ItemView[] =>
  items.map((item) => {
    const taken = reservations.filter((one) => one.item === item.id);
    if (taken.length === 0) return item;
    const stock = item.stock.map(({ location, quantity }) => ({
      location,
      quantity: taken
        .filter((one) => one.location === location)
        .reduce((free, one) => subtractDecimals(free, one.quantity), quantity),
    }));
    return { ...item, stock };
  });

export type ItemMatch =
  | { readonly kind: 'found'; readonly item: ItemView }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous'; readonly items: readonly ItemView[] };

/**
 * The item that a line's product ids name. One id that we know is enough; ids that name different items are ambiguous:
 * shipping either could be wrong, so a person must look.
 */
export function findItem(products: readonly Identifier[] | undefined, index: ItemIndex): ItemMatch {
  const found = new Map<string, ItemView>();
  for (const { scheme, value } of products ?? []) {
    const word = scheme?.code ?? scheme?.original;
    if (word === undefined) continue;
    for (const item of index.byProduct.get(productKey(word, value)) ?? []) found.set(item.id, item);
  }
  const items = [...found.values()];
  const [first] = items;
  if (first === undefined) return { kind: 'unknown' };
  return items.length === 1 ? { kind: 'found', item: first } : { kind: 'ambiguous', items };
}
