import { compareDecimals, type Decimal, isDecimal, isZeroDecimal } from '../core/decimal.ts';
import {
  addDays,
  compareLocalDates,
  daysBetween,
  endOfMonth,
  isLocalDate,
  type LocalDate,
} from '../core/local-date.ts';
import type { PaymentTerm } from '../documents/parts.ts';

/*
 * When an invoice is due and until when a discount is earned (X12 ITD, element 336 for the kind, 333 for the basis).
 *
 *   discount  a given day, else basis + days, else the given day of the month after (proximo, end of month)
 *   net       a given day, else basis + days, else the given day of the month after
 *   end of month: days count from the end of the month of the basis
 */
export interface TermFacts {
  readonly invoicedOn: LocalDate;
  readonly shippedOn?: LocalDate | undefined;
  readonly deliveredOn?: LocalDate | undefined;
}

export interface TermPolicy {
  /** A due or discount day on a weekend: left there, moved to Monday, or back to Friday. */
  readonly weekend: 'keep' | 'next-weekday' | 'previous-weekday';
  /** Days after the discount day on which the discount is still given. */
  readonly graceDays: number;
  /** Proximo and end-of-month terms: a basis on this day of the month or later counts as the next month (often 26). 32: never. */
  readonly cutOffDay: number;
  /** When no terms were agreed. */
  readonly defaultNetDays: number;
}

export const defaultTermPolicy: TermPolicy = { weekend: 'keep', graceDays: 0, cutOffDay: 32, defaultNetDays: 30 };

export interface TermDates {
  readonly dueOn: LocalDate;
  /** The last day the discount is earned, without the grace; null: no discount. */
  readonly discountOn: LocalDate | null;
  readonly discountPercent: Decimal | null;
  readonly discountAmount: Decimal | null;
}

const TEN_DAYS = 'ten-days-after-end-of-month';
/** Kinds whose days count from the end of the month. */
const END_OF_MONTH: ReadonlySet<string> = new Set(['end-of-month', TEN_DAYS]);
/** More than three hundred years is a mistyped number, and would leave the calendar. */
const daysMax = 99_999;

const daysOf = (days: Decimal | undefined): number | null => {
  if (days === undefined || !isDecimal(days) || compareDecimals(days, '0') < 0) return null;
  const whole = Number.parseInt(days, 10);
  return whole <= daysMax ? whole : null;
};

/** Bases by their words; what is not known yet (delivery before it happened) falls back to the invoice's day. */
function basisOf({ basis }: PaymentTerm, facts: TermFacts): LocalDate {
  switch (basis?.code) {
    case 'shipped':
      return facts.shippedOn ?? facts.invoicedOn;
    case 'delivered':
    case 'goods-received':
      return facts.deliveredOn ?? facts.shippedOn ?? facts.invoicedOn;
    default:
      return facts.invoicedOn;
  }
}

/** The given day of the month after that of `from`; the last one when it has fewer days. */
function dayOfNextMonth(from: LocalDate, day: number, cutOffDay: number): LocalDate {
  const months = Number(from.slice(8)) >= cutOffDay ? 2 : 1;
  const last = endOfMonth(from, months);
  return day < Number(last.slice(8)) ? `${last.slice(0, 8)}${String(day).padStart(2, '0')}` : last;
}

/**
 * The dates of one term of payment. Takes the term (none: net after the policy's days) and the days that things happened.
 * A term that says neither days nor a day is due at its basis.
 */
export function termDates(term: PaymentTerm | undefined, facts: TermFacts, policy: TermPolicy): TermDates {
  if (term === undefined) {
    const dueOn = shift(addDays(facts.invoicedOn, policy.defaultNetDays), policy);
    return { dueOn, discountOn: null, discountPercent: null, discountAmount: null };
  }
  const basis = basisOf(term, facts);
  const rolled = Number(basis.slice(8)) >= policy.cutOffDay ? 1 : 0;
  const start = END_OF_MONTH.has(term.kind?.code ?? '') ? endOfMonth(basis, rolled) : basis;
  const monthDay = daysOf(term.dayOfMonth);
  const after = (on: LocalDate | undefined, days: Decimal | undefined): LocalDate | null => {
    if (on !== undefined && isLocalDate(on)) return on;
    const count = daysOf(days);
    if (count !== null) return addDays(start, count);
    return monthDay === null || monthDay === 0 ? null : dayOfNextMonth(basis, monthDay, policy.cutOffDay);
  };
  const percent = term.discountPercent;
  const amount = term.discountAmount;
  const hasDiscount =
    term.kind?.code !== 'no-discount' &&
    [percent, amount].some((one) => one !== undefined && isDecimal(one) && !isZeroDecimal(one));
  const discountOn = hasDiscount ? after(term.discountOn, term.discountDays) : null;
  const netDays = term.netDays ?? (term.kind?.code === TEN_DAYS ? '10' : undefined);
  const net = after(term.netOn, netDays) ?? discountOn ?? start;
  const dueOn = discountOn !== null && compareLocalDates(net, discountOn) < 0 ? discountOn : net;
  return {
    dueOn: shift(dueOn, policy),
    discountOn: discountOn === null ? null : shift(discountOn, policy),
    discountPercent: discountOn === null ? null : (percent ?? null),
    discountAmount: discountOn === null ? null : (amount ?? null),
  };
}

/** The last day on which a discount is given: its day and the grace. */
export const discountUntil = (dates: TermDates, policy: TermPolicy): LocalDate | null =>
  dates.discountOn === null ? null : addDays(dates.discountOn, policy.graceDays);

/** A Monday; days from it, modulo seven, tell the weekday. */
const aMonday = '2024-01-01';
const weekdayOf = (day: LocalDate): number => ((daysBetween(aMonday, day) % 7) + 7) % 7;

/** A Saturday or Sunday moved as the policy says. */
function shift(day: LocalDate, { weekend }: TermPolicy): LocalDate {
  const past = weekdayOf(day) - 4; // 1 on Saturday, 2 on Sunday
  if (weekend === 'keep' || past <= 0) return day;
  return weekend === 'next-weekday' ? addDays(day, 3 - past) : addDays(day, -past);
}
