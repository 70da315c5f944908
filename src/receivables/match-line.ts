import type { PartnerId } from '../core/company.ts';
import { isDecimal, isZeroDecimal } from '../core/decimal.ts';
import { compareLocalDates, type LocalDate } from '../core/local-date.ts';
import { amountOf, moneyOf } from '../core/money.ts';
import type { RemittanceItem } from '../documents/remittance.ts';
import type { OpenItem } from './open-item.ts';
import { MATCH_REASONS, type MatchReason } from './reasons.ts';
import { candidatesFor, type ItemsByReference, indexByReference } from './reference.ts';

/** What a partner's agreement says about lines that do not fit to the cent. */
export interface MatchLinePolicy {
  /** Less than remains: lay it against the item, which stays open, or ask. */
  readonly onPartial: 'apply' | 'review';
  /** More than remains: pay the item and keep the rest on account, or ask. */
  readonly onOverpayment: 'review' | 'on-account';
  /** A discount taken too late: lay the money against the item, which stays open, or ask. */
  readonly onUnearnedDiscount: 'partial' | 'review';
}

/** A line as it moves money: `money` in minor units, negative when it takes some back. */
export interface Claim {
  readonly path: string;
  readonly item: RemittanceItem;
  readonly money: bigint;
}

export interface LineMatch {
  /** "entities[0].items[2]" */
  readonly path: string;
  readonly reference: string | null;
  /** What the line moves; null when it does not say. */
  readonly money: bigint | null;
  readonly outcome: 'applied' | 'nothing' | 'waits' | 'review';
  readonly reason: MatchReason;
  /** The reason with this line's own numbers, for people. */
  readonly message: string;
  readonly openItem: string | null;
}

/** An application to make, should nothing have moved meanwhile: `remainingBefore` is what the rule saw. */
export interface ProposedApplication {
  readonly path: string;
  readonly openItem: string;
  readonly number: string;
  /** What it takes from the payment: negative for a credit used. */
  readonly money: bigint;
  /** What it lays against the item, always positive. */
  readonly cash: bigint;
  readonly discount: bigint;
  readonly remainingBefore: bigint;
  readonly rule: MatchReason;
  readonly message: string;
}

export interface Matching {
  readonly payers: readonly PartnerId[];
  readonly currency: string;
  readonly valueOn: LocalDate;
  readonly claimed?: readonly string[];
  readonly policy: MatchLinePolicy;
}

export interface MatchedClaims {
  readonly lines: readonly LineMatch[];
  readonly applications: readonly ProposedApplication[];
  readonly onAccount: bigint;
}

interface Decided {
  readonly line: LineMatch;
  readonly applications: readonly ProposedApplication[];
  readonly onAccount: bigint;
}

/** References to orders, shipments and accounts: their numbers may by chance be those of invoices. */
const NO_ITEMS: ReadonlySet<string> = new Set([
  'order',
  'supplier-order',
  'bill-of-lading',
  'waybill',
  'freight-bill',
  'shipment',
  'contract',
  'account',
  'billing-account',
  'master-account',
  'customer',
  'statement',
]);
/** What a payer does without paying the item it names. */
const ON_ACCOUNT: ReadonlySet<string> = new Set(['on-account', 'advance']);

/** Ties every claim it can. Lines that name one item are looked at together, so that their order does not matter. */
export function matchClaims(claims: readonly Claim[], items: readonly OpenItem[], matching: Matching): MatchedClaims {
  const index = indexByReference(items);
  const found = claims.map((claim) => ({ claim, target: targetOf(claim, index, matching) }));
  const byItem = new Map<string, Claim[]>();
  for (const { claim, target } of found) {
    if (target.kind !== 'item') continue;
    const together = byItem.get(target.item.id);
    if (together === undefined) byItem.set(target.item.id, [claim]);
    else together.push(claim);
  }
  const decided = found.map(({ claim, target }) => {
    if (target.kind !== 'item') return target.decided;
    const together = byItem.get(target.item.id) ?? [claim];
    return together.length === 1
      ? decideAmount(claim, target.item, target.how, matching)
      : decideTogether(claim, target.item, together, matching);
  });
  return {
    lines: decided.map(({ line }) => line),
    applications: decided.flatMap(({ applications }) => applications),
    onAccount: decided.reduce((sum, { onAccount }) => sum + onAccount, 0n),
  };
}

type Target =
  | { readonly kind: 'item'; readonly item: OpenItem; readonly how: string }
  | { readonly kind: 'decided'; readonly decided: Decided };

function line(claim: Claim, outcome: LineMatch['outcome'], reason: MatchReason, more = '', item?: OpenItem): LineMatch {
  return {
    path: claim.path,
    reference: claim.item.reference ?? null,
    money: claim.money,
    outcome,
    reason,
    message: `${MATCH_REASONS[reason]}${more === '' ? '' : ` ${more}`}`,
    openItem: item?.id ?? null,
  };
}

const bare = (...of: Parameters<typeof line>): Decided => ({ line: line(...of), applications: [], onAccount: 0n });
const review = (claim: Claim, reason: MatchReason, more = '', item?: OpenItem) =>
  bare(claim, 'review', reason, more, item);

/** The one open item a line names, or why it names none. */
function targetOf(claim: Claim, index: ItemsByReference, matching: Matching): Target {
  const decided = (what: Decided): Target => ({ kind: 'decided', decided: what });
  const { reference, kind, action } = claim.item;
  if (claim.money === 0n) return decided(bare(claim, 'nothing', 'nothing-paid'));
  if (ON_ACCOUNT.has(action?.code ?? '')) {
    if (claim.money < 0n) return decided(review(claim, 'sign-does-not-fit'));
    return decided({ ...bare(claim, 'applied', 'on-account'), onAccount: claim.money });
  }
  if (reference === undefined) return decided(review(claim, 'no-reference'));
  if (NO_ITEMS.has(kind?.code ?? '')) return decided(review(claim, 'reference-is-no-item', `It is a ${kind?.code}.`));
  const { items, exact } = candidatesFor(reference, index);
  const wanted = claim.money > 0n ? 'invoice' : 'credit';
  const fitting = items.filter((item) => item.kind === wanted);
  const ours = fitting.filter((item) => matching.payers.includes(item.partner));
  const [item] = ours;
  if (item === undefined) return decided(noItem(claim, items, fitting));
  if (ours.length > 1) {
    return decided(
      review(
        claim,
        'reference-ambiguous',
        `${reference} may be ${ours
          .map((one) => one.number)
          .toSorted()
          .join(' or ')}.`,
      ),
    );
  }
  if (item.currency !== matching.currency) {
    return decided(review(claim, 'currency-differs', `${item.number} is in ${item.currency}.`, item));
  }
  if (matching.claimed?.includes(item.id) === true) return decided(review(claim, 'item-claimed', item.number, item));
  const how = exact ? '' : `${reference} is ${item.number} without its marks and leading zeros. `;
  return { kind: 'item', item, how };
}

function noItem(claim: Claim, items: readonly OpenItem[], fitting: readonly OpenItem[]): Decided {
  const reference = claim.item.reference ?? '';
  if (fitting.length > 0) return review(claim, 'another-payers-item', reference);
  if (items.length > 0) return review(claim, 'sign-does-not-fit', reference);
  return claim.money > 0n
    ? bare(claim, 'waits', 'invoice-not-yet-known', reference)
    : review(claim, 'credit-not-known', reference);
}

/** What an application of one line against one item is, and what is told about it. */
function tie(
  claim: Claim,
  item: OpenItem,
  rule: MatchReason,
  message: string,
  part: { cash: bigint; discount: bigint },
): Decided {
  const told = line(claim, 'applied', rule, message, item);
  const application: ProposedApplication = {
    path: claim.path,
    openItem: item.id,
    number: item.number,
    money: item.kind === 'credit' ? -part.cash : part.cash,
    cash: part.cash,
    discount: part.discount,
    remainingBefore: item.remaining,
    rule,
    message: told.message,
  };
  return { line: told, applications: [application], onAccount: 0n };
}

const absolute = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

function statedDiscount({ discount }: RemittanceItem, currency: string): bigint {
  if (discount === undefined || !isDecimal(discount) || isZeroDecimal(discount)) return 0n;
  return absolute(moneyOf(discount, currency).minor);
}

/** Whether the item's discount is still to be had on this day: nothing was paid on it before. */
const earned = (item: OpenItem, valueOn: LocalDate): boolean =>
  item.discount !== null && item.remaining === item.amount && compareLocalDates(valueOn, item.discount.until) <= 0;

/** The amount of a line that alone names its item. */
function decideAmount(claim: Claim, item: OpenItem, how: string, matching: Matching): Decided {
  const { policy, currency, valueOn } = matching;
  const cash = absolute(claim.money);
  const open = item.remaining;
  const say = (minor: bigint) => `${amountOf({ minor, currency })} ${currency}`;
  const told = `${how}${say(cash)} paid, ${say(open)} open on ${item.number}.`;
  if (open === 0n) return review(claim, 'already-paid', told, item);
  if (cash === open) return tie(claim, item, 'exact-amount', told, { cash, discount: 0n });
  if (cash > open) {
    if (policy.onOverpayment === 'review' || item.kind === 'credit') return review(claim, 'paid-too-much', told, item);
    const paid = tie(claim, item, 'over-on-account', told, { cash: open, discount: 0n });
    return { ...paid, onAccount: cash - open };
  }
  const offered = item.discount?.amount ?? 0n;
  const stated = statedDiscount(claim.item, currency);
  const taken = stated > 0n ? stated : offered;
  if (taken > 0n && cash + taken === open) {
    const discounted = `${told} Discount taken: ${say(taken)}; offered: ${say(offered)} until ${item.discount?.until ?? 'never'}.`;
    const inTime = earned(item, valueOn);
    if (inTime && taken <= offered)
      return tie(claim, item, 'exact-after-discount', discounted, { cash, discount: taken });
    const reason = inTime || item.discount === null ? 'discount-too-large' : 'discount-not-earned';
    if (policy.onUnearnedDiscount === 'review') return review(claim, reason, `${discounted} Paid on ${valueOn}.`, item);
    return tie(claim, item, 'partial', `${discounted} ${MATCH_REASONS[reason]}`, { cash, discount: 0n });
  }
  if (stated > 0n && cash + stated > open)
    return review(claim, 'amount-differs', `${told} Discount taken: ${say(stated)}.`, item);
  if (policy.onPartial === 'review' || item.kind === 'credit') return review(claim, 'paid-too-little', told, item);
  return tie(claim, item, 'partial', `${told}${shortBecause(claim.item)}`, { cash, discount: 0n });
}

/** The payer's own words for paying short, so that whoever chases the rest knows where to begin. */
function shortBecause({ adjustment, adjustments }: RemittanceItem): string {
  const codes = [adjustment?.reason, ...(adjustments ?? []).map(({ reason }) => reason)].flatMap((reason) => {
    const word = reason?.code ?? reason?.original;
    return word === undefined ? [] : [word];
  });
  return codes.length === 0 ? '' : ` The payer's reason: ${codes.join(', ')}.`;
}

/** Lines that name one item pay it only when they are, together, all of it: else one of them may be a repetition. */
function decideTogether(claim: Claim, item: OpenItem, together: readonly Claim[], { currency }: Matching): Decided {
  const sum = together.reduce((total, one) => total + absolute(one.money), 0n);
  const say = (minor: bigint) => `${amountOf({ minor, currency })} ${currency}`;
  const told = `${together.length} lines pay ${say(sum)}; ${say(item.remaining)} open on ${item.number}.`;
  if (item.remaining === 0n) return review(claim, 'already-paid', told, item);
  if (sum !== item.remaining) return review(claim, 'reference-repeated', told, item);
  return tie(claim, item, 'exact-together', told, { cash: absolute(claim.money), discount: 0n });
}
