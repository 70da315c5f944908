import type { CompanyId, PartnerId } from '../core/company.ts';
import type { LocalDate } from '../core/local-date.ts';
import { moneyOf } from '../core/money.ts';
import type { Usage } from '../core/usage.ts';
import type { Invoice } from '../documents/invoice.ts';
import type { Reference } from '../documents/parts.ts';

/*
 * OpenItem     an invoice (they owe us) or a credit (we owe them) until it is settled. Amounts are whole minor units and never negative:
 *              the kind says which way they go.
 * Application  so much of a payment, and of a discount, laid against one open item. It is never edited: taking it back is an application
 *              that `reverses` it, and only once.
 *
 * remaining = amount − cash − discount − deduction of all applications not taken back, and is never below zero nor above amount.
 */
export type OpenItemKind = 'invoice' | 'credit';

export interface OpenItem {
  readonly id: string;
  readonly kind: OpenItemKind;
  readonly company: CompanyId;
  readonly usage: Usage;
  readonly partner: PartnerId;
  /** The number the partner knows it by. */
  readonly number: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly remaining: bigint;
  /** What discount has been given on it. */
  readonly discountTaken: bigint;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  /** The discount offered and the last day it is earned, its grace included; null: none. */
  readonly discount: { readonly amount: bigint; readonly until: LocalDate } | null;
  readonly references: readonly Reference[];
}

export interface OpenItemContext {
  readonly id: string;
  readonly company: CompanyId;
  readonly usage: Usage;
  readonly partner: PartnerId;
  /** The currency of an invoice that names none. */
  readonly currency: string;
  readonly dueOn: LocalDate;
  /** The last day its discount is earned; null: none is offered. */
  readonly discountUntil: LocalDate | null;
}

/** Words of an invoice's kind that mean we owe: everything else is owed to us. */
const CREDITS: ReadonlySet<string> = new Set(['credit', 'credit-note', 'credit-memo']);

const absolute = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

/** The open item of an invoice as it goes out, with all of it remaining. */
export function openItemOf(invoice: Invoice, context: OpenItemContext): OpenItem {
  const currency = invoice.currency ?? context.currency;
  const amount = absolute(moneyOf(invoice.totals.due, currency).minor);
  const offered = absolute(moneyOf(invoice.totals.discount ?? '0', currency).minor);
  const discount =
    context.discountUntil === null || offered === 0n ? null : { amount: offered, until: context.discountUntil };
  const orders = [invoice.orderNumber, ...invoice.lines.map(({ orderNumber }) => orderNumber)];
  return {
    id: context.id,
    kind: CREDITS.has(invoice.kind?.code ?? '') ? 'credit' : 'invoice',
    company: context.company,
    usage: context.usage,
    partner: context.partner,
    number: invoice.number,
    currency,
    amount,
    remaining: amount,
    discountTaken: 0n,
    issuedOn: invoice.issuedOn,
    dueOn: context.dueOn,
    discount,
    references: [...new Set(orders)].flatMap((value) =>
      value === undefined ? [] : [{ kind: { code: 'order' }, value }],
    ),
  };
}

export interface Application {
  readonly id: string;
  readonly openItem: string;
  /** Money laid against the item, and discount given with it; both zero or more, not both zero. */
  readonly cash: bigint;
  readonly discount: bigint;
  /** What a person gave up on it; none when absent. */
  readonly deduction?: bigint;
  readonly valueOn: LocalDate;
  /** The application this one takes back; null: it is one of its own. */
  readonly reverses: string | null;
}

export type Applied = { readonly ok: true; readonly item: OpenItem } | { readonly ok: false; readonly message: string };
const refuse = (message: string): Applied => ({ ok: false, message });

/**
 * The item after an application, or after one is taken back (`reverses`). Refuses what would leave less than nothing or more than its amount,
 * and amounts that are no amounts. Whether an application was taken back already is the ledger's to know: see `reversalOf`.
 */
export function applyTo(item: OpenItem, application: Application): Applied {
  const { cash, discount, deduction = 0n } = application;
  const laid = cash + discount + deduction;
  if (application.openItem !== item.id) return refuse(`The application is not for ${item.number}.`);
  if (cash < 0n || discount < 0n || deduction < 0n || laid === 0n) {
    return refuse(`An application lays something against ${item.number}: neither less than nothing nor nothing.`);
  }
  const sign = application.reverses === null ? 1n : -1n;
  const remaining = item.remaining - sign * laid;
  const discountTaken = item.discountTaken + sign * discount;
  if (remaining < 0n) {
    return refuse(`${item.number} has ${item.remaining} minor units open; ${laid} cannot be applied.`);
  }
  if (remaining > item.amount || discountTaken < 0n) {
    return refuse(`Taking back ${laid} would leave more open on ${item.number} than it was for.`);
  }
  return { ok: true, item: { ...item, remaining, discountTaken } };
}

/** The application that takes another back: the same amounts, once. Refuses to take back a taking back, or one twice. */
export function reversalOf(
  application: Application,
  id: string,
  valueOn: LocalDate,
  history: readonly Application[],
): { readonly ok: true; readonly reversal: Application } | { readonly ok: false; readonly message: string } {
  if (application.reverses !== null)
    return { ok: false, message: `Application ${application.id} takes another back itself.` };
  const already = history.find(({ reverses }) => reverses === application.id);
  if (already !== undefined)
    return { ok: false, message: `Application ${application.id} was taken back by ${already.id}.` };
  return { ok: true, reversal: { ...application, id, valueOn, reverses: application.id } };
}

export const isSettled = ({ remaining }: OpenItem): boolean => remaining === 0n;
