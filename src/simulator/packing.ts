import { difference, sumOf } from './arithmetic.ts';

/** So much of an order line. */
export interface Parcel {
  readonly line: string;
  readonly quantity: string;
}

export interface Pack {
  readonly id: string;
  readonly kind: 'carton' | 'pallet';
  readonly parent?: string;
  readonly contents?: readonly Parcel[];
}

/** Pieces in a carton, and cartons from which on a pallet carries them. */
const cartonPieces = '24';
const palletCartons = 3;

const isMore = (a: string, b: string): boolean => /^[^-]*[1-9]/.test(difference(a, b));

/** Goods in cartons of 24 pieces, filled line after line, so that a carton may hold two items; three cartons and more stand on a pallet. */
export function packed(parcels: readonly Parcel[]): readonly Pack[] {
  const cartons: Parcel[][] = [[]];
  let room = cartonPieces;
  for (const { line, quantity } of parcels) {
    let left = quantity;
    while (isMore(left, '0')) {
      if (!isMore(room, '0')) {
        cartons.push([]);
        room = cartonPieces;
      }
      const taken = isMore(left, room) ? room : left;
      cartons.at(-1)?.push({ line, quantity: taken });
      left = difference(left, taken);
      room = difference(room, taken);
    }
  }
  const onPallet = cartons.length >= palletCartons;
  const packs: Pack[] = cartons.map((contents, index) => ({
    id: `C${index + 1}`,
    kind: 'carton',
    ...(onPallet && { parent: 'P1' }),
    contents,
  }));
  return onPallet ? [{ id: 'P1', kind: 'pallet' }, ...packs] : packs;
}

/** Everything in the packs, per line. */
export const contentsOf = (packs: readonly Pack[]): ReadonlyMap<string, string> => {
  const sums = new Map<string, string>();
  for (const { line, quantity } of packs.flatMap(({ contents }) => contents ?? [])) {
    sums.set(line, sumOf([sums.get(line) ?? '0', quantity]));
  }
  return sums;
};
