import type { Decimal } from '../core/decimal.ts';
import { isNegativeDecimal } from '../core/decimal.ts';
import type { LocalDate } from '../core/local-date.ts';
import { amountOf, moneyOf } from '../core/money.ts';
import { isPayable } from './identity.ts';
import { applyTo, type OpenItem } from './open-item.ts';

/*
 * Settlement  what a person says of a payment that no rule could tie: so much of it laid against these items, so much given up as a deduction
 *             for a reason, so much left on account. Exact, and whole or not at all.
 *
 * Always: total = money applied (credits count against it) + on account + unapplied.
 */
export interface SettlementPart {
  readonly openItem: string;
  /** Of the payment. */
  readonly cash?: Decimal;
  /** Given for paying early, though late. */
  readonly discount?: Decimal;
  /** Given up: what the payer kept back and we let go. */
  readonly deduction?: Decimal;
  /** Why, in a word of ours: "damaged", "shortage". */
  readonly deductionCode?: string;
  /** The line of the remittance this settles. */
  readonly path?: string;
}

export interface SettlementRequest {
  readonly applications?: readonly SettlementPart[];
  /** What stands on account afterwards; as much as before when absent. */
  readonly onAccount?: Decimal;
}

/** A payment as it stands. */
export interface Payment {
  readonly currency: string;
  readonly total: bigint;
  readonly applied: bigint;
  readonly onAccount: bigint;
}

export interface SettledPart {
  readonly openItem: OpenItem;
  readonly cash: bigint;
  readonly discount: bigint;
  readonly deduction: bigint;
  readonly deductionCode: string | null;
  readonly path: string;
}

export type PaymentState = 'applied' | 'partly-applied' | 'review';

export interface Settled extends Payment {
  readonly parts: readonly SettledPart[];
  readonly unapplied: bigint;
  readonly state: PaymentState;
}

export type SettlementCode =
  | 'settlement/nothing-said'
  | 'settlement/unknown-item'
  | 'settlement/currency-differs'
  | 'settlement/amount-malformed'
  | 'settlement/deduction-unexplained'
  | 'settlement/not-on-a-credit'
  | 'settlement/beyond-item'
  | 'settlement/beyond-payment';

export interface SettlementFault {
  readonly code: SettlementCode;
  readonly path: string;
  readonly message: string;
}

export type SettlementOutcome =
  | { readonly ok: true; readonly value: Settled }
  | { readonly ok: false; readonly faults: readonly SettlementFault[] };

/** `applied` once nothing is left that nobody knows what for. */
export const paymentState = ({ applied, onAccount }: Payment, unapplied: bigint): PaymentState =>
  unapplied === 0n ? 'applied' : applied > 0n || onAccount > 0n ? 'partly-applied' : 'review';

/** Takes the payment, the items named (by id) and what is said of them; gives what to write, or every reason it cannot be. Changes nothing. */
export function settle(
  payment: Payment,
  items: ReadonlyMap<string, OpenItem>,
  request: SettlementRequest,
  valueOn: LocalDate,
): SettlementOutcome {
  const faults: SettlementFault[] = [];
  const tell = (code: SettlementCode, path: string, message: string) => faults.push({ code, path, message });
  const { currency } = payment;
  /** Less than nothing where the amount is none: told, and not judged further. */
  const minor = (amount: Decimal | undefined, path: string): bigint => {
    if (amount === undefined) return 0n;
    if (isPayable(amount, currency) && !isNegativeDecimal(amount)) return moneyOf(amount, currency).minor;
    tell('settlement/amount-malformed', path, `'${amount}' is no amount of ${currency} of zero or more.`);
    return -1n;
  };
  const standing = new Map(items);
  const parts = (request.applications ?? []).flatMap((part, index): SettledPart[] => {
    const at = `applications[${index}]`;
    const item = standing.get(part.openItem);
    if (item === undefined) {
      tell('settlement/unknown-item', `${at}.openItem`, `${part.openItem} is no open item of this company and usage.`);
      return [];
    }
    if (item.currency !== currency) {
      const message = `${item.number} is in ${item.currency}, and ${currency} was paid.`;
      tell('settlement/currency-differs', `${at}.openItem`, message);
      return [];
    }
    const amounts = {
      cash: minor(part.cash, `${at}.cash`),
      discount: minor(part.discount, `${at}.discount`),
      deduction: minor(part.deduction, `${at}.deduction`),
    };
    if (amounts.deduction > 0n !== (part.deductionCode !== undefined))
      tell('settlement/deduction-unexplained', `${at}.deductionCode`, 'A deduction and its code go together.');
    if (item.kind === 'credit' && amounts.discount + amounts.deduction > 0n)
      tell('settlement/not-on-a-credit', at, `${item.number} is a credit: nothing is given up on what we owe.`);
    if (Object.values(amounts).some((amount) => amount < 0n)) return [];
    const { deductionCode = null, path = '' } = part;
    const applied = applyTo(item, { id: at, openItem: item.id, ...amounts, valueOn, reverses: null });
    if (!applied.ok) {
      tell('settlement/beyond-item', at, applied.message);
      return [];
    }
    standing.set(item.id, applied.item);
    return [{ openItem: item, ...amounts, deductionCode, path }];
  });
  const applied = parts.reduce((sum, part) => sum + moneyMoved(part), payment.applied);
  const onAccount = request.onAccount === undefined ? payment.onAccount : minor(request.onAccount, 'onAccount');
  const unapplied = payment.total - applied - onAccount;
  if ((request.applications ?? []).length === 0 && request.onAccount === undefined)
    tell('settlement/nothing-said', '', 'Neither applications nor onAccount is given.');
  if (faults.length === 0 && (unapplied < 0n || applied < 0n)) {
    const say = (amount: bigint) => `${amountOf({ minor: amount, currency })} ${currency}`;
    const message =
      applied < 0n
        ? `More would be taken back than is applied: ${say(-applied)}.`
        : `The payment is ${say(payment.total)}; ${say(applied)} applied and ${say(onAccount)} on account are ${say(-unapplied)} too much.`;
    tell('settlement/beyond-payment', '', message);
  }
  if (faults.length > 0) return { ok: false, faults };
  const standingNow = { ...payment, applied, onAccount };
  return { ok: true, value: { ...standingNow, parts, unapplied, state: paymentState(standingNow, unapplied) } };
}

/** What an application takes of the payment: a credit that is used gives. */
export const moneyMoved = ({ openItem, cash }: { openItem: Pick<OpenItem, 'kind'>; cash: bigint }): bigint =>
  openItem.kind === 'credit' ? -cash : cash;
