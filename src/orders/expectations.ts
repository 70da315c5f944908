import {
  addDecimals,
  compareDecimals,
  type Decimal,
  isZeroDecimal,
  minDecimal,
  subtractDecimals,
} from '../core/decimal.ts';
import type { LocalDate } from '../core/local-date.ts';
import { type LineQuantity, type OrderState, openPromise, sumByLine } from './order-state.ts';

/*
 * Expectation  an answer that is owed: the rungs of the ladder from wire to cash.
 *
 *   an order came       → its answer, once                 an order is decided → ship notices, for what is promised
 *   goods left          → invoices, for what left          an invoice went out → remittances, for what is due
 *   anything delivered  → its acknowledgment, its receipt, once
 *
 * What is owed by quantity or money is met piece by piece and opens again when a piece is taken back. An expectation is met when
 * nothing is outstanding; more than was owed never makes it negative.
 */
export type ExpectationKind =
  | 'order-response'
  | 'ship-notice'
  | 'invoice'
  | 'remittance'
  | 'acknowledgment'
  | 'receipt';

export type Outstanding =
  | { readonly by: 'once'; readonly count: 0 | 1 }
  | { readonly by: 'quantity'; readonly lines: readonly LineQuantity[] }
  | { readonly by: 'money'; readonly minor: bigint; readonly currency: string };

/** When it is overdue: so many minutes after the fact it follows from, on the day after a date, or never. */
export type Due = { readonly afterMinutes: number } | { readonly on: LocalDate } | null;

export interface ExpectationOf {
  readonly kind: ExpectationKind;
  readonly due: Due;
  readonly outstanding: Outstanding;
}

/** Minutes until each answer is late; null: it is not expected. Flows fill it from the agreements. */
export interface ExpectationSettings {
  readonly responseMinutes: number | null;
  readonly shipNoticeMinutes: number | null;
  readonly invoiceMinutes: number | null;
  readonly acknowledgmentMinutes: number | null;
  readonly receiptMinutes: number | null;
  /** Whether money is to be announced at all. */
  readonly remittance: boolean;
}

export type Fact =
  | { readonly kind: 'order-received' }
  | { readonly kind: 'order-decided'; readonly state: OrderState }
  | { readonly kind: 'goods-shipped'; readonly shipped: readonly LineQuantity[] }
  /** `lateAfter`: the due date with whatever grace is given, the last day the money is in time. */
  | { readonly kind: 'invoice-sent'; readonly minor: bigint; readonly currency: string; readonly lateAfter: LocalDate }
  | { readonly kind: 'delivered'; readonly acknowledged: boolean };

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const after = (minutes: number): Due => ({ afterMinutes: minutes });

/** What a fact makes us owe or be owed. Nothing promised, shipped or due gives nothing. */
export function expectedFrom(fact: Fact, settings: ExpectationSettings): readonly ExpectationOf[] {
  const once = (kind: ExpectationKind, minutes: number | null): ExpectationOf[] =>
    minutes === null ? [] : [{ kind, due: after(minutes), outstanding: { by: 'once', count: 1 } }];
  const byQuantity = (
    kind: ExpectationKind,
    minutes: number | null,
    lines: readonly LineQuantity[],
  ): ExpectationOf[] => {
    const some = lines.filter(({ quantity }) => compareDecimals(quantity, '0') > 0);
    return minutes === null || some.length === 0
      ? []
      : [{ kind, due: after(minutes), outstanding: { by: 'quantity', lines: some } }];
  };
  switch (fact.kind) {
    case 'order-received':
      return once('order-response', settings.responseMinutes);
    case 'order-decided': {
      const open = fact.state.lines.map((line) => ({ line: line.line, quantity: openPromise(line) }));
      return byQuantity('ship-notice', settings.shipNoticeMinutes, open);
    }
    case 'goods-shipped': {
      const sums = [...sumByLine(fact.shipped)].map(([line, quantity]) => ({ line, quantity }));
      return byQuantity('invoice', settings.invoiceMinutes, sums);
    }
    case 'invoice-sent': {
      const { minor, currency, lateAfter } = fact;
      if (!settings.remittance || minor <= 0n) return [];
      return [
        {
          kind: 'remittance',
          due: { on: lateAfter },
          outstanding: { by: 'money', minor, currency },
        },
      ];
    }
    case 'delivered':
      return [
        ...once('receipt', settings.receiptMinutes),
        ...(fact.acknowledged ? once('acknowledgment', settings.acknowledgmentMinutes) : []),
      ];
  }
}

/** Whether nothing is outstanding. */
export function isMet({ outstanding }: ExpectationOf): boolean {
  switch (outstanding.by) {
    case 'once':
      return outstanding.count === 0;
    case 'quantity':
      return outstanding.lines.every(({ quantity }) => isZeroDecimal(quantity));
    case 'money':
      return outstanding.minor === 0n;
  }
}

/** A piece of what was owed, or, `takenBack`, one that is owed again. */
export type Piece =
  | { readonly by: 'once'; readonly takenBack?: boolean }
  | { readonly by: 'quantity'; readonly lines: readonly LineQuantity[]; readonly takenBack?: boolean }
  | { readonly by: 'money'; readonly minor: bigint; readonly currency: string; readonly takenBack?: boolean };

/**
 * An expectation after a piece of it came. What does not concern it (another measure, currency or line) leaves it as it is;
 * `excess` tells the part of the piece that nothing was owed for.
 */
export function meet(
  expectation: ExpectationOf,
  piece: Piece,
): { readonly expectation: ExpectationOf; readonly excess: Outstanding | null } {
  const { outstanding } = expectation;
  const as = (now: Outstanding, excess: Outstanding | null = null) => ({
    expectation: { ...expectation, outstanding: now },
    excess,
  });
  if (outstanding.by === 'once' && piece.by === 'once') {
    return as({ by: 'once', count: piece.takenBack === true ? 1 : 0 });
  }
  if (outstanding.by === 'money' && piece.by === 'money' && outstanding.currency === piece.currency) {
    const { minor, currency } = outstanding;
    if (piece.takenBack === true) return as({ by: 'money', minor: minor + piece.minor, currency });
    const used = least(piece.minor, minor);
    const over = piece.minor - used;
    return as(
      { by: 'money', minor: minor - used, currency },
      over > 0n ? { by: 'money', minor: over, currency } : null,
    );
  }
  if (outstanding.by === 'quantity' && piece.by === 'quantity') return meetLines(expectation, outstanding.lines, piece);
  return { expectation, excess: null };
}

function meetLines(
  expectation: ExpectationOf,
  owed: readonly LineQuantity[],
  piece: Extract<Piece, { by: 'quantity' }>,
): { readonly expectation: ExpectationOf; readonly excess: Outstanding | null } {
  const came = new Map<string, Decimal>(sumByLine(piece.lines));
  const over: LineQuantity[] = [];
  const lines = owed.map(({ line, quantity }) => {
    const part = came.get(line);
    if (part === undefined) return { line, quantity };
    came.delete(line);
    if (piece.takenBack === true) return { line, quantity: addDecimals(quantity, part) };
    const used = minDecimal(part, quantity);
    if (compareDecimals(part, used) > 0) over.push({ line, quantity: subtractDecimals(part, used) });
    return { line, quantity: subtractDecimals(quantity, used) };
  });
  over.push(...[...came].map(([line, quantity]) => ({ line, quantity })));
  const excess: Outstanding | null =
    over.length === 0 || piece.takenBack === true ? null : { by: 'quantity', lines: over };
  return { expectation: { ...expectation, outstanding: { by: 'quantity', lines } }, excess };
}
