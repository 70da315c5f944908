import { sameDecimal } from '../core/decimal.ts';
import type { Coded, Price, ProductId } from '../documents/parts.ts';
import { perOf } from './price.ts';

/*
 * What a change repeats of a line it repeats carelessly: POC07 is left empty, LIN03 names one id of three, and PRI says no basis. What is left out
 * is as it was ordered; it never means the default of an order's own field: "12.50" repeated over "12.50 per hundred" is no price of 12.50 each.
 */

/** What a told price makes of the one that was ordered. */
export type PriceTold =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly price: Price }
  | { readonly kind: 'unclear'; readonly message: string };

/**
 * Reads a price of a change against the one that was ordered. The same amount without a basis is the same price. Another amount without one is
 * unclear when the order's was for anything but one: 13 over "12.50 per hundred" may be per hundred as well as each.
 */
export function priceTold(before: Price | undefined, told: Price | undefined): PriceTold {
  if (told === undefined) return { kind: 'same' };
  if (before === undefined) return { kind: 'changed', price: told };
  const sameAmount = sameDecimal(before.amount, told.amount);
  if (told.basis !== undefined || told.per !== undefined || told.perUnit !== undefined)
    return sameAmount && isForTheSame(before, told) ? { kind: 'same' } : { kind: 'changed', price: told };
  if (sameAmount) return { kind: 'same' };
  if (!isForOne(before)) {
    const message = `the price ${told.amount} does not say what it is for; ${wordsOf(before)} was ordered.`;
    return { kind: 'unclear', message };
  }
  const { basis, per, perUnit } = before;
  const forWhat = {
    ...(basis !== undefined && { basis }),
    ...(per !== undefined && { per }),
    ...(perUnit !== undefined && { perUnit }),
  };
  return { kind: 'changed', price: { ...told, ...forWhat } };
}

/** For one of what is ordered: it says so (each), or says nothing. A basis that tells no number (per pound, contract) may be anything. */
const isForOne = (price: Price): boolean => isCounted(price) && sameDecimal(perOf(price), '1');
const isCounted = ({ basis, per }: Price): boolean => per !== undefined || basis === undefined;

function isForTheSame(a: Price, b: Price): boolean {
  if (!sameDecimal(perOf(a), perOf(b)) || !sameWord(a.perUnit, b.perUnit)) return false;
  return (
    (isCounted(a) && isCounted(b)) || (a.basis !== undefined && b.basis !== undefined && sameWord(a.basis, b.basis))
  );
}

const wordsOf = ({ amount, per, basis }: Price): string => {
  const word = basis?.code ?? basis?.original;
  if (per !== undefined && !sameDecimal(per, '1')) return `${amount} for ${per}`;
  return word === undefined ? amount : `${amount} (${word})`;
};

/** One thing of two names: X12 says each where EDIFACT says piece. */
const canonical = (word: string | undefined): string | undefined => (word === 'piece' ? 'each' : word);

/** Whether two coded words may mean the same; what is not said does not contradict. */
export function sameWord(a: Coded | undefined, b: Coded | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (a.code !== undefined && b.code !== undefined) return canonical(a.code) === canonical(b.code);
  return a.original === b.original;
}

const schemeOf = ({ scheme }: ProductId): string => scheme?.code ?? scheme?.original ?? '';
/** A substitute or a successor is no name of the line's own product. */
const own = (products: readonly ProductId[] | undefined): readonly ProductId[] =>
  (products ?? []).filter(({ role }) => role === undefined);

/** The id by which a change names another product than the line's: one of a scheme the line has, with none of its values. */
export function contradicting(
  before: readonly ProductId[] | undefined,
  told: readonly ProductId[] | undefined,
): ProductId | undefined {
  return own(told).find((id) => {
    const same = own(before).filter((one) => schemeOf(one) === schemeOf(id));
    return same.length > 0 && !same.some(({ value }) => value === id.value);
  });
}

/** The line's ids with those of schemes it had none of. */
export const withMoreIds = (before: ProductId[], told: readonly ProductId[]): ProductId[] => {
  const known = new Set(before.map(schemeOf));
  return [...before, ...told.filter((id) => !known.has(schemeOf(id)))];
};
