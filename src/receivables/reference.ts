import type { Remittance } from '../documents/remittance.ts';
import { itemsOf } from './identity.ts';
import type { OpenItem } from './open-item.ts';

/** Fewer characters than this are too common to be somebody's number once its marks are off. */
export const significantLengthMin = 5;

/**
 * What two spellings of one number share: upper case, without marks, blanks and leading zeros ("inv-000123" → "INV000123",
 * "00-10023" → "10023"). Null when too little is left to be sure of. The store keeps it beside each open item's number.
 */
export function referenceKey(reference: string): string | null {
  const key = reference
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^0+/, '');
  return key.length < significantLengthMin ? null : key;
}

/** The numbers and keys a remittance names, each once: what to look open items up by. Closed ones too: they may be paid already. */
export function wantedReferences(remittance: Remittance): {
  readonly numbers: readonly string[];
  readonly keys: readonly string[];
} {
  const numbers = new Set(
    itemsOf(remittance).flatMap(({ item }) => (item.reference === undefined ? [] : [item.reference])),
  );
  const keys = new Set([...numbers].flatMap((number) => referenceKey(number) ?? []));
  return { numbers: [...numbers], keys: [...keys] };
}

/** Open items by number and by key. */
export interface ItemsByReference {
  readonly byNumber: ReadonlyMap<string, readonly OpenItem[]>;
  readonly byKey: ReadonlyMap<string, readonly OpenItem[]>;
}

export function indexByReference(items: readonly OpenItem[]): ItemsByReference {
  const byNumber = new Map<string, OpenItem[]>();
  const byKey = new Map<string, OpenItem[]>();
  const add = (map: Map<string, OpenItem[]>, key: string, item: OpenItem) => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [item]);
    else there.push(item);
  };
  for (const item of items) {
    add(byNumber, item.number, item);
    const key = referenceKey(item.number);
    if (key !== null) add(byKey, key, item);
  }
  return { byNumber, byKey };
}

/** The items a reference may mean: those with exactly this number, else those that share its key, told by `exact`. */
export function candidatesFor(
  reference: string,
  index: ItemsByReference,
): { readonly items: readonly OpenItem[]; readonly exact: boolean } {
  const exact = index.byNumber.get(reference);
  if (exact !== undefined) return { items: exact, exact: true };
  const key = referenceKey(reference);
  return { items: key === null ? [] : (index.byKey.get(key) ?? []), exact: false };
}
