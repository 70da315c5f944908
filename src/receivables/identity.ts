import {
  addDecimals,
  type Decimal,
  isDecimal,
  isZeroDecimal,
  multiplyDecimals,
  negateDecimal,
  sameDecimal,
  subtractDecimals,
  sumDecimals,
} from '../core/decimal.ts';
import { minorUnitPlaces, moneyOf } from '../core/money.ts';
import type { Adjustment, Remittance, RemittanceItem } from '../documents/remittance.ts';

/*
 * How the parts of a remittance make its total. Senders differ, so every identity is tried, in this order, to the minor unit:
 *
 *   A  total = paid + outer adjustments                           what the standard says
 *   B  total = paid + outer adjustments + inner ones              the sender did not net the inner ones into what was paid
 *   C  total = paid − outer adjustments                           the sign turned round (004010 and later written as 003030)
 *   D  total = paid                                               adjustments only explain
 *
 * Paid is the sum over all items; inner adjustments stand under an item, outer ones beside the items. Up to 003030 a positive adjustment
 * lowers the payment, from 003050 on a negative one does: `adjustmentSign` says which was agreed.
 */
export const IDENTITIES = ['A', 'B', 'C', 'D'] as const;
export type IdentityName = (typeof IDENTITIES)[number];

export interface IdentityPolicy {
  readonly adjustmentSign: 'negative-reduces' | 'positive-reduces';
  /** The identity this partner's remittances have obeyed so far; tried first. */
  readonly usual?: IdentityName;
}

export interface Suspect {
  /** "entities[0].items[2]" */
  readonly path: string;
  readonly amount: Decimal;
  readonly message: string;
}

export type Balance =
  | {
      readonly kind: 'balanced';
      readonly identity: IdentityName;
      /** All that hold; with more than one they say the same. */
      readonly holding: readonly IdentityName[];
    }
  | {
      readonly kind: 'out-of-balance';
      /** Total less what identity A makes of the parts. */
      readonly difference: Decimal;
      readonly suspects: readonly Suspect[];
    }
  /** Some item does not say what was paid on it, or something is no amount. */
  | { readonly kind: 'undetermined'; readonly paths: readonly string[] };

/** Every item of a remittance with its path, in order. */
export const itemsOf = (remittance: Remittance): readonly { readonly path: string; readonly item: RemittanceItem }[] =>
  (remittance.entities ?? []).flatMap(({ items }, entity) =>
    (items ?? []).map((item, index) => ({ path: `entities[${entity}].items[${index}]`, item })),
  );

/** Every adjustment beside the items, with its path. */
export const outerAdjustmentsOf = (
  remittance: Remittance,
): readonly { readonly path: string; readonly adjustment: Adjustment }[] =>
  (remittance.entities ?? []).flatMap(({ adjustments }, entity) =>
    (adjustments ?? []).map((adjustment, index) => ({ path: `entities[${entity}].adjustments[${index}]`, adjustment })),
  );

/**
 * What was paid on an item: as stated, else gross less discount with its adjustment; null when nothing says it.
 * (RMR04; without it RMR05 − RMR06 + RMR08.)
 */
export function paidOf(item: RemittanceItem): Decimal | null {
  if (item.paid !== undefined) return isDecimal(item.paid) ? item.paid : null;
  const parts = [item.gross ?? '', item.discount ?? '0', item.adjustment?.amount ?? '0'];
  const [gross = '', discount = '', adjustment = ''] = parts;
  if (!parts.every(isDecimal)) return null;
  return addDecimals(subtractDecimals(gross, discount), adjustment);
}

/** Which identity a remittance obeys, or by how much it is out and where the difference may lie. */
export function balanceOf(remittance: Remittance, policy: IdentityPolicy): Balance {
  const items = itemsOf(remittance);
  const outer = outerAdjustmentsOf(remittance);
  const unclear = [
    ...items.filter(({ item }) => paidOf(item) === null).map(({ path }) => path),
    ...items
      .filter(({ item }) => (item.adjustments ?? []).some(({ amount }) => !isDecimal(amount)))
      .map(({ path }) => path),
    ...outer.filter(({ adjustment }) => !isDecimal(adjustment.amount)).map(({ path }) => path),
  ];
  if (!isDecimal(remittance.payment.amount)) unclear.push('payment.amount');
  if (unclear.length > 0) return { kind: 'undetermined', paths: [...new Set(unclear)] };
  const sign = policy.adjustmentSign === 'negative-reduces' ? '1' : '-1';
  const signed = (amount: Decimal) => multiplyDecimals(amount, sign);
  const paid = sumDecimals(items.map(({ item }) => paidOf(item) ?? '0'));
  const outerSum = signed(sumDecimals(outer.map(({ adjustment }) => adjustment.amount)));
  const inner = items.flatMap(({ item }) => (item.adjustments ?? []).map(({ amount }) => amount));
  const innerSum = signed(sumDecimals(inner));
  const made: Readonly<Record<IdentityName, Decimal>> = {
    A: addDecimals(paid, outerSum),
    B: addDecimals(paid, outerSum, innerSum),
    C: subtractDecimals(paid, outerSum),
    D: paid,
  };
  const total = remittance.payment.amount;
  const holding = IDENTITIES.filter((name) => sameDecimal(made[name], total));
  const usual = holding.find((name) => name === policy.usual);
  const identity = usual ?? holding[0];
  if (identity !== undefined) return { kind: 'balanced', identity, holding };
  const difference = subtractDecimals(total, made.A);
  return { kind: 'out-of-balance', difference, suspects: suspectsOf(difference, items, outer) };
}

/** More suspects than a person would look at prove nothing. */
const suspectsMax = 10;

/** Parts that alone would explain the difference: left out, counted twice, or with the wrong sign (then half of it). */
function suspectsOf(
  difference: Decimal,
  items: ReturnType<typeof itemsOf>,
  outer: ReturnType<typeof outerAdjustmentsOf>,
): readonly Suspect[] {
  const parts = [
    ...items.map(({ path, item }) => ({ path, amount: paidOf(item) ?? '0' })),
    ...outer.map(({ path, adjustment }) => ({ path, amount: adjustment.amount })),
  ].filter(({ amount }) => !isZeroDecimal(amount));
  const twice = (amount: Decimal) => multiplyDecimals(amount, '2');
  const suspects = parts.flatMap(({ path, amount }) => {
    const tell = (message: string): Suspect[] => [{ path, amount, message }];
    if (sameDecimal(amount, difference))
      return tell(`${amount} seems to be missing from the parts, or to stand there once too few.`);
    if (sameDecimal(negateDecimal(amount), difference))
      return tell(`${amount} seems to be counted though it was not paid.`);
    if (sameDecimal(negateDecimal(twice(amount)), difference)) return tell(`${amount} seems to have the wrong sign.`);
    return [];
  });
  return suspects.slice(0, suspectsMax);
}

/** Whether an amount is whole minor units of its currency: a tenth of a cent cannot be paid. */
export const isPayable = (amount: Decimal, currency: string): boolean => {
  if (!isDecimal(amount)) return false;
  const scaled = multiplyDecimals(amount, `1${'0'.repeat(minorUnitPlaces(currency))}`);
  return sameDecimal(scaled, moneyOf(amount, currency).minor.toString());
};
