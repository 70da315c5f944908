import type { CompanyId, PartnerId } from '../core/company.ts';
import {
  addDecimals,
  type Decimal,
  isDecimal,
  isNegativeDecimal,
  negateDecimal,
  normalDecimal,
} from '../core/decimal.ts';
import { isLocalDate, type LocalDate } from '../core/local-date.ts';
import { amountOf, moneyOf } from '../core/money.ts';
import type { Usage } from '../core/usage.ts';
import type { Remittance } from '../documents/remittance.ts';
import {
  type Balance,
  balanceOf,
  type IdentityName,
  type IdentityPolicy,
  isPayable,
  itemsOf,
  outerAdjustmentsOf,
  paidOf,
} from './identity.ts';
import {
  type Claim,
  type LineMatch,
  type MatchLinePolicy,
  matchClaims,
  type ProposedApplication,
} from './match-line.ts';
import type { OpenItem } from './open-item.ts';
import { MATCH_REASONS, type MatchReason } from './reasons.ts';

/*
 * Ties a remittance to open items: by exact reference and exact amount, and nothing by guess.
 *
 *   guards   the whole: announced before, does not move money, does not add up, amounts unclear  → nothing is applied
 *   lines    each on its own: reference, payer, currency, then the amount (match-line.ts)
 *   close    neither what is left over nor what is applied may be negative: then other lines take money back, or it is taken back from
 *            others, and nothing is applied alone
 *
 * Always: total = money applied (credits count against it) + on account + unapplied, to the minor unit.
 * The result does not depend on the order of the lines or of the open items handed in.
 */
export interface MatchPolicy extends IdentityPolicy, MatchLinePolicy {
  /** Apply the sure lines of a payment though others wait or need a person; false: all or nothing. */
  readonly applyPart: boolean;
}

export const defaultMatchPolicy: MatchPolicy = {
  adjustmentSign: 'negative-reduces',
  onPartial: 'apply',
  onOverpayment: 'review',
  onUnearnedDiscount: 'review',
  applyPart: true,
};

export interface MatchContext {
  readonly company: CompanyId;
  readonly usage: Usage;
  /** The partners whose items this payer may pay: itself and its family. */
  readonly payers: readonly PartnerId[];
  /** The currency of a remittance that names none. */
  readonly currency: string;
  /** The day the money counts when the remittance does not say. */
  readonly valueOn: LocalDate;
  /** An earlier advice with the same `adviceKey`; null: none. */
  readonly duplicateOf: string | null;
  /** Open items that lines waiting for a person already claim. */
  readonly claimed?: readonly string[];
}

export interface RemittanceMatch {
  /** `applied`: every line is tied or moves nothing. `waits`: all but lines whose invoice may yet come. `review`: a person must look. */
  readonly state: 'applied' | 'waits' | 'review';
  /** Why the whole was not applied; empty when only lines are to be looked at, or none. */
  readonly reasons: readonly { readonly code: MatchReason; readonly message: string }[];
  readonly balance: Balance;
  readonly currency: string;
  /** Null when the payment's amount is none. */
  readonly total: bigint | null;
  readonly lines: readonly LineMatch[];
  readonly applications: readonly ProposedApplication[];
  /** Money of the payer that is laid against nothing: agreed to stand on account, or not told (yet) what it is for. */
  readonly remainder: { readonly onAccount: bigint; readonly unapplied: bigint };
  /** Numbers of open items that are not known yet. */
  readonly waitsFor: readonly string[];
}

/** What makes two advices the same announcement: payer, trace, amount; null without a trace, when nothing tells them apart surely. */
export function adviceKey(remittance: Remittance, payer: PartnerId): string | null {
  const { trace, amount } = remittance.payment;
  return trace === undefined || !isDecimal(amount) ? null : [payer, trace, normalDecimal(amount)].join('|');
}

/**
 * Matches one remittance. Takes the open items it names (`wantedReferences`), closed ones too, and what was agreed; gives what to apply,
 * what to do with each line and why, and where the rest of the money stands. Changes nothing: applying is the ledger's.
 */
export function matchRemittance(
  remittance: Remittance,
  openItems: readonly OpenItem[],
  context: MatchContext,
  policy: MatchPolicy,
): RemittanceMatch {
  const currency = remittance.currency ?? context.currency;
  const balance = balanceOf(remittance, policy);
  const total = balance.kind === 'undetermined' ? null : totalMinor(remittance, currency);
  const reasons = guards(remittance, balance, currency, context);
  if (reasons.length > 0 || balance.kind !== 'balanced' || total === null) {
    return unmatched(remittance, { reasons, balance, currency, total });
  }
  const { claims, adjustments } = claimsOf(remittance, balance.identity, policy, currency);
  const scope = openItems.filter((item) => item.company === context.company && item.usage === context.usage);
  const sent = remittance.payment.valueOn;
  const valueOn = sent !== undefined && isLocalDate(sent) ? sent : context.valueOn;
  const matched = matchClaims(claims, scope, { ...context, currency, valueOn, policy });
  const lines = [...matched.lines, ...adjustments];
  const waitsFor = lines.flatMap(({ outcome, reference }) =>
    outcome === 'waits' && reference !== null ? [reference] : [],
  );
  const state = lines.some(({ outcome }) => outcome === 'review')
    ? 'review'
    : waitsFor.length > 0
      ? 'waits'
      : 'applied';
  const applied = matched.applications.reduce((sum, one) => sum + one.money, 0n);
  const unapplied = total - applied - matched.onAccount;
  const whole = { balance, currency, total, waitsFor: [...new Set(waitsFor)] };
  if (unapplied < 0n || applied < 0n || (state !== 'applied' && !policy.applyPart)) {
    const stateHeld = unapplied < 0n || state === 'applied' ? 'review' : state;
    const held = lines.map((line) => heldBack(line, stateHeld));
    const reason = { code: 'payment-does-not-close' as const, message: doesNotClose(unapplied, applied, currency) };
    return {
      ...whole,
      state: stateHeld,
      reasons: [reason],
      lines: held,
      applications: [],
      remainder: { onAccount: 0n, unapplied: total },
    };
  }
  return {
    ...whole,
    state,
    reasons: [],
    lines,
    applications: matched.applications,
    remainder: { onAccount: matched.onAccount, unapplied },
  };
}

function doesNotClose(unapplied: bigint, applied: bigint, currency: string): string {
  const say = (minor: bigint) => `${amountOf({ minor: -minor, currency })} ${currency}`;
  if (unapplied < 0n)
    return `The lines that can be tied pay ${say(unapplied)} more than the payment brings: others take money back.`;
  if (applied < 0n)
    return `The lines that can be tied take ${say(applied)} back, and what they take it from cannot be tied.`;
  return 'By agreement a payment is applied whole or not at all, and some lines cannot be tied.';
}

/** A line that could be tied, when the payment as a whole may not be applied. */
const heldBack = (line: LineMatch, state: RemittanceMatch['state']): LineMatch =>
  line.outcome === 'applied'
    ? {
        ...line,
        outcome: state === 'waits' ? 'waits' : 'review',
        reason: 'payment-does-not-close',
        message: `${line.message} It waits for the rest of the payment.`,
      }
    : line;

function totalMinor(remittance: Remittance, currency: string): bigint | null {
  const total = remittance.payment.amount;
  return isPayable(total, currency) ? moneyOf(total, currency).minor : null;
}

/** Paths a message names; the lines tell the rest. */
const pathsToldMax = 5;
/** Handlings under which no money moves with the message. */
const MOVES_NOTHING: ReadonlySet<string> = new Set(['prenotification']);

function guards(
  remittance: Remittance,
  balance: Balance,
  currency: string,
  context: MatchContext,
): { code: MatchReason; message: string }[] {
  const reasons: { code: MatchReason; message: string }[] = [];
  const add = (code: MatchReason, more = '') => reasons.push({ code, message: `${MATCH_REASONS[code]}${more}` });
  if (context.duplicateOf !== null) add('duplicate-advice', ` The first is ${context.duplicateOf}.`);
  if (MOVES_NOTHING.has(remittance.payment.handling?.code ?? '')) add('no-money-moves');
  if (balance.kind === 'undetermined') {
    add('amounts-unclear', ` See ${balance.paths.slice(0, pathsToldMax).join(', ')}.`);
    return reasons;
  }
  if (balance.kind === 'out-of-balance') {
    const suspects = balance.suspects.map(({ path, message }) => ` ${path}: ${message}`).join('');
    add('out-of-balance', ` ${balance.difference} ${currency} are unexplained.${suspects}`);
  }
  const amounts = [
    remittance.payment.amount,
    ...itemsOf(remittance).flatMap(({ item }) => [
      paidOf(item) ?? '0',
      ...(item.adjustments ?? []).map(({ amount }) => amount),
    ]),
    ...outerAdjustmentsOf(remittance).map(({ adjustment }) => adjustment.amount),
  ];
  const unpayable = amounts.find((amount) => !isPayable(amount, currency));
  if (unpayable !== undefined) add('amount-not-payable', ` ${unpayable} ${currency}.`);
  const { amount, direction } = remittance.payment;
  if (isNegativeDecimal(amount) || direction?.code === 'debit') add('payment-negative');
  return reasons;
}

/** A remittance stopped by a guard: every line stands in review for the same reason, and all money is unapplied. */
function unmatched(
  remittance: Remittance,
  whole: Pick<RemittanceMatch, 'reasons' | 'balance' | 'currency' | 'total'>,
): RemittanceMatch {
  const [first] = whole.reasons;
  const code = first?.code ?? 'amounts-unclear';
  const lines = itemsOf(remittance).map(({ path, item }): LineMatch => {
    const paid = paidOf(item);
    const payable = paid !== null && isPayable(paid, whole.currency);
    return {
      path,
      reference: item.reference ?? null,
      money: payable ? moneyOf(paid, whole.currency).minor : null,
      outcome: 'review',
      reason: code,
      message: first?.message ?? MATCH_REASONS[code],
      openItem: null,
    };
  });
  const unapplied = whole.total ?? 0n;
  return { ...whole, state: 'review', lines, applications: [], remainder: { onAccount: 0n, unapplied }, waitsFor: [] };
}

/** What each part moves under the identity that holds: the sum of claims and adjustments is the payment. */
function claimsOf(
  remittance: Remittance,
  identity: IdentityName,
  policy: IdentityPolicy,
  currency: string,
): { claims: readonly Claim[]; adjustments: readonly LineMatch[] } {
  const minor = (amount: Decimal) => moneyOf(amount, currency).minor;
  const turned = (policy.adjustmentSign === 'positive-reduces') !== (identity === 'C');
  const signed = (amount: Decimal) => (turned ? negateDecimal(amount) : amount);
  const claims = itemsOf(remittance).map(({ path, item }): Claim => {
    const inner = identity === 'B' ? (item.adjustments ?? []).map(({ amount }) => signed(amount)) : [];
    return { path, item, money: minor(addDecimals(paidOf(item) ?? '0', ...inner)) };
  });
  const adjustments = outerAdjustmentsOf(remittance).map(({ path, adjustment }): LineMatch => {
    const money = identity === 'D' ? 0n : minor(signed(adjustment.amount));
    const reason: MatchReason = money === 0n ? 'explains-only' : 'adjustment-to-explain';
    const why = adjustment.reason?.code ?? adjustment.reason?.original;
    return {
      path,
      reference: adjustment.claim?.value ?? null,
      money,
      outcome: money === 0n ? 'nothing' : 'review',
      reason,
      message: `${MATCH_REASONS[reason]}${why === undefined ? '' : ` Its reason: ${why}.`}`,
      openItem: null,
    };
  });
  return { claims, adjustments };
}
