import { type Static, Type } from 'typebox';
import {
  compareDecimals,
  type Decimal,
  isDecimal,
  isNegativeDecimal,
  sameDecimal,
  sumDecimals,
} from '../core/decimal.ts';
import { isLocalDate, type LocalDate } from '../core/local-date.ts';
import type { Order } from '../documents/order.ts';
import { DecimalText, Identifier, LocalDateText, object, Price, Text } from '../documents/parts.ts';
import { type Finding, finding, given, type Outcome, refused } from './finding.ts';
import { type KeyedLine, keyedLines } from './lines.ts';
import { LINE_STATUSES, type LineStatus, type OrderVerdict, refuses } from './words.ts';

/*
 * OrderDecision  what we say to an order, whoever decided: per line, promises whose quantities add up to what was ordered.
 * Promise        so much of a line: coming (accepted, changed, backordered) or not (rejected, unknown item, wrong unit).
 * Hold           why a person must look before the decision counts; nothing is reserved or answered meanwhile.
 * Reservation    stock to take out of what is free, in the same transaction as the decision.
 * All plain values: a decision is stored as JSON and read back unchanged.
 */
export interface LinePromiseMade {
  readonly status: LineStatus;
  readonly quantity: Decimal;
  /** The day the goods leave; null when nothing was asked and nothing is late. */
  readonly on: LocalDate | null;
  /** Set when this part has another price than the line's. */
  readonly price: Price | null;
  /** Set for a substitute. */
  readonly products: readonly Identifier[] | null;
  /** One sentence for people; never goes on the wire. */
  readonly reason: string | null;
}

export interface LineDecision {
  /** `lineKey` of the order line. */
  readonly line: string;
  readonly ordered: Decimal;
  /** The acknowledged price: what an invoice bills. Null when neither side named one. */
  readonly price: Price | null;
  /** Our item, when rules found it. */
  readonly item: string | null;
  readonly promises: readonly LinePromiseMade[];
}

export type HoldReason =
  | 'price'
  | 'quantity'
  | 'currency'
  | 'duplicate-order'
  | 'duplicate-line-number'
  | 'ambiguous-product';
export interface Hold {
  readonly reason: HoldReason;
  readonly line: string | null;
  readonly message: string;
}

export interface Reservation {
  readonly line: string;
  readonly item: string;
  readonly location: string;
  readonly quantity: Decimal;
}

export interface OrderDecision {
  readonly verdict: OrderVerdict;
  readonly lines: readonly LineDecision[];
  readonly holds: readonly Hold[];
  readonly reservations: readonly Reservation[];
  readonly findings: readonly Finding[];
}

/** The quantity of a line that is promised at all, now or later. */
export const promisedQuantity = (line: LineDecision): Decimal =>
  sumDecimals(
    line.promises.filter(({ status }) => !refuses(status) && status !== 'held').map(({ quantity }) => quantity),
  );

/** The verdict that follows from the promises: rejected when nothing is promised, accepted when all is as ordered. */
export function verdictOf(lines: readonly LineDecision[]): OrderVerdict {
  const statuses = lines.flatMap((line) => line.promises.map(({ status }) => status));
  if (statuses.some((status) => status === 'held')) return 'held';
  if (statuses.every(refuses)) return 'rejected';
  return statuses.every((status) => status === 'accepted') ? 'accepted' : 'accepted-with-changes';
}

const PostedPromise = object({
  status: Type.Enum(LINE_STATUSES),
  quantity: DecimalText,
  on: Type.Optional(LocalDateText),
  price: Type.Optional(Price),
  products: Type.Optional(Type.Array(Identifier, { minItems: 1 })),
  reason: Type.Optional(Text),
});

const PostedLine = object({
  line: Text,
  price: Type.Optional(Price),
  promises: Type.Array(PostedPromise, { minItems: 1, maxItems: 100 }),
});
type PostedLine = Static<typeof PostedLine>;

/** What a back office posts to `/orders/:id/decision`: the whole order at once, or line by line. */
export const BackOfficeDecision = Type.Union([
  object({ decision: Type.Literal('accept'), by: Type.Optional(Text) }),
  object({ decision: Type.Literal('reject'), reason: Type.Optional(Text), by: Type.Optional(Text) }),
  object({
    decision: Type.Literal('lines'),
    by: Type.Optional(Text),
    lines: Type.Array(PostedLine, { minItems: 1 }),
  }),
]);
export type BackOfficeDecision = Static<typeof BackOfficeDecision>;

/**
 * A back office's decision as ours, once checked. Takes the order and a body the schema has let through;
 * gives the decision, or every reason it does not fit the order.
 */
export function decisionFrom(order: Order, posted: BackOfficeDecision): Outcome<OrderDecision> {
  const own = new Map((posted.decision === 'lines' ? posted.lines : []).map((line) => [line.line, line]));
  const lines = keyedLines(order).map((keyed) => decidedLine(keyed, posted, own.get(keyed.key)));
  const strays =
    posted.decision === 'lines'
      ? strayLines(
          order,
          posted.lines.map(({ line }) => line),
        )
      : [];
  const decision: OrderDecision = { verdict: verdictOf(lines), lines, holds: [], reservations: [], findings: [] };
  const findings = [...strays, ...checkDecision(order, decision)];
  return findings.length === 0 ? given(decision) : refused(...findings);
}

function decidedLine({ key, line }: KeyedLine, posted: BackOfficeDecision, mine: PostedLine | undefined): LineDecision {
  const ordered = line.quantity?.value ?? '0';
  const base = { line: key, ordered, price: line.price ?? null, item: null };
  const whole = (status: LineStatus, reason: string | null) => [
    { status, quantity: ordered, on: null, price: null, products: null, reason },
  ];
  if (posted.decision === 'accept') return { ...base, promises: whole('accepted', null) };
  if (posted.decision === 'reject') return { ...base, promises: whole('rejected', posted.reason ?? null) };
  if (mine === undefined) return { ...base, promises: [] };
  const promises = mine.promises.map((promise) => ({
    status: promise.status,
    quantity: promise.quantity,
    on: promise.on ?? null,
    price: promise.price ?? null,
    products: promise.products ?? null,
    reason: promise.reason ?? null,
  }));
  // A price on a promise that keeps goods coming is the price of the line, unless the line says its own.
  const promised = promises.find(({ status, price }) => price !== null && !refuses(status))?.price;
  return { ...base, price: mine.price ?? promised ?? base.price, promises };
}

function strayLines(order: Order, posted: readonly string[]): readonly Finding[] {
  const known = new Set(keyedLines(order).map(({ key }) => key));
  const seen = new Set<string>();
  return posted.flatMap((line, index) => {
    const path = `lines[${index}].line`;
    const again = seen.has(line);
    seen.add(line);
    if (!known.has(line)) {
      return [finding('decision/unknown-line', path, `Order ${order.number} has no line ${line}.`, { found: line })];
    }
    return again ? [finding('decision/duplicate-line', path, `Line ${line} is decided twice.`, { found: line })] : [];
  });
}

/**
 * Everything wrong with a decision: a line undecided or unknown, quantities that are no quantities or do not add up to what was ordered,
 * a price or day that is none. No findings means it may count.
 */
export function checkDecision(order: Order, decision: OrderDecision): readonly Finding[] {
  const keyed = keyedLines(order);
  const known = new Set(keyed.map(({ key }) => key));
  const decided = new Map(decision.lines.map((line) => [line.line, line]));
  const unknown = decision.lines
    .filter(({ line }) => !known.has(line))
    .map(({ line }) =>
      finding('decision/unknown-line', '', `Order ${order.number} has no line ${line}.`, { found: line }),
    );
  const amiss = keyed.flatMap((one) => {
    const line = decided.get(one.key);
    if (line !== undefined && line.promises.length > 0) return checkLine(one, line);
    const message = `Line ${one.key} of order ${order.number} is not decided.`;
    return [finding('decision/line-missing', `lines[${one.index}]`, message)];
  });
  return [...unknown, ...amiss];
}

function checkLine({ key, line, index }: KeyedLine, decided: LineDecision): readonly Finding[] {
  const findings: Finding[] = [];
  const path = `lines[${index}]`;
  const ordered = line.quantity?.value ?? '0';
  const bad = decided.promises.filter(
    ({ quantity }) => !isDecimal(quantity) || (isNegativeDecimal(quantity) && !isNegativeDecimal(ordered)),
  );
  for (const { quantity } of bad) {
    const message = `Line ${key} promises ${quantity}, which is no quantity.`;
    findings.push(finding('decision/quantity-malformed', path, message, { found: quantity }));
  }
  if (bad.length === 0) {
    const sum = sumDecimals(decided.promises.map(({ quantity }) => quantity));
    if (!sameDecimal(sum, ordered)) {
      const message = `The promises of line ${key} add up to ${sum}; ${ordered} was ordered.`;
      findings.push(finding('decision/promises-differ', path, message, { found: sum, expected: ordered }));
    }
  }
  for (const price of [decided.price, ...decided.promises.map((promise) => promise.price)]) {
    if (price === null || (isDecimal(price.amount) && compareDecimals(price.amount, '0') >= 0)) continue;
    const message = `The price ${price.amount} of line ${key} is no price.`;
    findings.push(finding('decision/price-malformed', path, message, { found: price.amount }));
  }
  for (const { on } of decided.promises) {
    if (on === null || isLocalDate(on)) continue;
    findings.push(
      finding('decision/date-invalid', path, `The day ${on} of line ${key} does not exist.`, { found: on }),
    );
  }
  return findings;
}
