import {
  addDecimals,
  compareDecimals,
  type Decimal,
  isNegativeDecimal,
  sameDecimal,
  subtractDecimals,
} from '../core/decimal.ts';
import type { Order, OrderLine } from '../documents/order.ts';
import type { OrderChange, OrderChangeLine } from '../documents/order-change.ts';
import type { DatedEntry, Price } from '../documents/parts.ts';
import { isHoldable } from './check-order.ts';
import type { LineAction } from './words.ts';

/** What a change says a line shall be, before anybody asks whether it is too late. */
export type Wanted =
  | {
      readonly kind: 'changed';
      readonly quantity: Decimal;
      readonly price: boolean;
      readonly products: boolean;
      readonly dates: boolean;
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unclear'; readonly message: string };

const CARRIES: Readonly<
  Record<Exclude<LineAction, 'add' | 'delete'>, readonly ('quantity' | 'price' | 'products' | 'dates')[]>
> = {
  change: ['quantity', 'price', 'dates'],
  increase: ['quantity'],
  decrease: ['quantity'],
  'change-price': ['price'],
  reschedule: ['dates'],
  replace: ['quantity', 'price', 'products', 'dates'],
  none: [],
};

/**
 * Reads what a change wants of a line. A change repeats most of the line (POC carries quantity, price and products whatever its action):
 * only what its action is about counts, and only what differs.
 */
export function wanted(
  line: OrderLine,
  change: OrderChangeLine,
  action: Exclude<LineAction, 'add' | 'delete'>,
  policy: { readonly quantityMeans: 'total' | 'difference' },
  committed: Decimal,
): Wanted {
  const about = new Set(CARRIES[action]);
  const before = line.quantity?.value ?? '0';
  const quantity = about.has('quantity') ? quantityWanted(before, change, action, policy, committed) : before;
  if (typeof quantity !== 'string') return { kind: 'unclear', message: quantity.message };
  const price = about.has('price') && change.price !== undefined && !samePrice(line.price, change.price);
  if (price && (!isHoldable(change.price?.amount ?? '') || isNegativeDecimal(change.price?.amount ?? '0'))) {
    return { kind: 'unclear', message: `the price ${change.price?.amount} is no price.` };
  }
  const products = about.has('products') && differs(line.products, change.products);
  const dates = about.has('dates') && (differs(line.dates, change.dates) || differs(line.schedule, change.schedule));
  if (sameDecimal(quantity, before) && !price && !products && !dates) return { kind: 'nothing' };
  return { kind: 'changed', quantity, price, products, dates };
}

function quantityWanted(
  before: Decimal,
  { quantity, left }: OrderChangeLine,
  action: LineAction,
  { quantityMeans }: { readonly quantityMeans: 'total' | 'difference' },
  committed: Decimal,
): Decimal | { readonly message: string } {
  const value = quantity?.value;
  for (const told of [value, left?.value]) {
    if (told !== undefined && (!isHoldable(told) || isNegativeDecimal(told)))
      return { message: `${told} is no quantity.` };
  }
  const directed = action === 'increase' || action === 'decrease';
  const total = totalWanted(
    before,
    value,
    left?.value,
    directed && quantityMeans === 'difference' ? action : null,
    committed,
  );
  if (isNegativeDecimal(total)) return { message: `a decrease by ${value} is more than the ${before} ordered.` };
  const sign = compareDecimals(total, before);
  if (action === 'increase' && sign < 0) return { message: `an increase to ${total} is less than ${before}.` };
  if (action === 'decrease' && sign > 0) return { message: `a decrease to ${total} is more than ${before}.` };
  return total;
}

function totalWanted(
  before: Decimal,
  value: Decimal | undefined,
  left: Decimal | undefined,
  by: 'increase' | 'decrease' | null,
  committed: Decimal,
): Decimal {
  // Only what is still to come is told: what has left is not in question.
  if (value === undefined) return left === undefined ? before : addDecimals(committed, left);
  if (by === null) return value;
  return by === 'increase' ? addDecimals(before, value) : subtractDecimals(before, value);
}

const samePrice = (a: Price | undefined, b: Price): boolean =>
  a !== undefined && isHoldable(b.amount) && sameDecimal(a.amount, b.amount) && sameDecimal(a.per ?? '1', b.per ?? '1');

const differs = (before: unknown, after: unknown): boolean =>
  after !== undefined && JSON.stringify(before) !== JSON.stringify(after);

/** The line with what the change says in the place of what it said: dates and references by kind, everything else whole. */
export function amendedLine(line: OrderLine, change: OrderChangeLine, quantity: Decimal): OrderLine {
  const { action: _action, left: _left, number: _number, quantity: told, dates, references, ...rest } = change;
  const unit = told?.unit ?? line.quantity?.unit;
  return {
    ...line,
    ...rest,
    ...withDates(line.dates, dates),
    ...(references !== undefined && { references: byKind(line.references ?? [], references) }),
    quantity: { value: quantity, ...(unit !== undefined && { unit }) },
  };
}

const withDates = (before: DatedEntry[] | undefined, after: DatedEntry[] | undefined): { dates?: DatedEntry[] } =>
  after === undefined ? {} : { dates: byKind(before ?? [], after) };

interface Kinded {
  readonly kind: { readonly code?: string; readonly original?: string };
}
const wordOf = ({ kind }: Kinded): string => kind.code ?? kind.original ?? '';

function byKind<T extends Kinded>(before: readonly T[], after: readonly T[]): T[] {
  const named = new Set(after.map(wordOf));
  return [...before.filter((entry) => !named.has(wordOf(entry))), ...after];
}

/**
 * The header with what the change says in its place. Number, release and purpose are the order's own; once goods have left, where they go
 * and how they are paid stays as it was.
 */
export function amendedHeader(order: Order, change: OrderChange, hasShipped: boolean): Omit<Order, 'lines'> {
  const { parties, terms, carriage, conditions, charges, taxes, texts, department, contacts, totals } = change;
  const given = { parties, terms, carriage, conditions, charges, taxes, texts, department, contacts, totals };
  const news = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { lines: _lines, ...header } = order;
  return {
    ...header,
    ...(hasShipped ? {} : news),
    ...withDates(order.dates, change.dates),
    ...(change.references !== undefined && { references: byKind(order.references ?? [], change.references) }),
  };
}
