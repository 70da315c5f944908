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
import type { DatedEntry, ProductId } from '../documents/parts.ts';
import { isHoldable } from './check-order.ts';
import { contradicting, priceTold, sameWord, withMoreIds } from './repeated.ts';
import type { LineAction } from './words.ts';

/** What a change says a line shall be, before anybody asks whether it is too late. */
export type Wanted =
  | {
      readonly kind: 'changed';
      readonly quantity: Decimal;
      readonly price: boolean;
      readonly products: boolean;
      readonly unit: boolean;
      readonly dates: boolean;
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unclear'; readonly message: string };

type Part = 'quantity' | 'price' | 'products' | 'dates';

const CARRIES: Readonly<Record<Exclude<LineAction, 'delete'>, readonly Part[]>> = {
  add: ['quantity', 'price', 'products', 'dates'],
  change: ['quantity', 'price', 'products', 'dates'],
  increase: ['quantity'],
  decrease: ['quantity'],
  'change-price': ['price'],
  reschedule: ['dates'],
  replace: ['quantity', 'price', 'products', 'dates'],
  none: [],
};

/**
 * Reads what a change wants of a line. A change repeats most of the line (POC carries quantity, price and products whatever its action):
 * only what its action is about counts, and only what differs. What it repeats without its qualifier is as it was ordered.
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
  const other = contradicting(line.products, change.products);
  if (other !== undefined && !about.has('products'))
    return { kind: 'unclear', message: otherProduct(line, other.value) };
  const told = about.has('price') ? change.price : undefined;
  if (told !== undefined && (!isHoldable(told.amount) || isNegativeDecimal(told.amount)))
    return { kind: 'unclear', message: `the price ${told.amount} is no price.` };
  const price = priceTold(line.price, told);
  if (price.kind === 'unclear') return price;
  const inUnit = change.quantity?.unit ?? change.left?.unit;
  const unit = about.has('quantity') && !sameWord(line.quantity?.unit, inUnit);
  // So many more or fewer of one thing cannot be counted in another; a line told anew may be ordered otherwise.
  if (unit && action !== 'change' && action !== 'replace') {
    const [now, then] = [inUnit, line.quantity?.unit].map((word) => word?.code ?? word?.original);
    return { kind: 'unclear', message: `it is ordered in ${then}, and to be changed in ${now}.` };
  }
  const products = action === 'replace' ? differs(line.products, change.products) : other !== undefined;
  const dates = about.has('dates') && (differs(line.dates, change.dates) || differs(line.schedule, change.schedule));
  const changed = { quantity, price: price.kind === 'changed', products, unit, dates };
  if (sameDecimal(quantity, before) && !changed.price && !products && !unit && !dates) return { kind: 'nothing' };
  return { kind: 'changed', ...changed };
}

/** One line's number with the product of another: which of them is meant only the buyer knows. */
export const otherProduct = ({ products = [] }: OrderLine, told: string): string =>
  `the change names ${told}; ordered is ${products.map(({ value }) => value).join(', ')}.`;

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

const differs = (before: unknown, after: unknown): boolean =>
  after !== undefined && JSON.stringify(before) !== JSON.stringify(after);

/**
 * The line with what the change says in the place of what it said: dates and references by kind, everything else whole. Of quantity, price and
 * products only what the action is about is taken; a day may come with a quantity, for that is when it is wanted.
 */
export function amendedLine(
  line: OrderLine,
  change: OrderChangeLine,
  action: Exclude<LineAction, 'delete'>,
  quantity: Decimal,
): OrderLine {
  const {
    action: _action,
    left: _left,
    number: _number,
    quantity: told,
    dates,
    schedule,
    references,
    ...more
  } = change;
  const { price: toldPrice, prices, products, ...rest } = more;
  const about = new Set(CARRIES[action]);
  const price = priceTold(line.price, about.has('price') ? toldPrice : undefined);
  const unit = (about.has('quantity') ? told?.unit : undefined) ?? line.quantity?.unit;
  return {
    ...line,
    ...rest,
    ...(about.has('price') && prices !== undefined && { prices }),
    ...(price.kind === 'changed' && { price: price.price }),
    ...(about.has('products') && products !== undefined && { products: productsAfter(line, products, action) }),
    ...((about.has('dates') || about.has('quantity')) && {
      ...withDates(line.dates, dates),
      ...(schedule !== undefined && { schedule }),
    }),
    ...(references !== undefined && { references: byKind(line.references ?? [], references) }),
    quantity: { value: quantity, ...(unit !== undefined && { unit }) },
  };
}

const productsAfter = ({ products }: OrderLine, told: ProductId[], action: LineAction): ProductId[] =>
  products === undefined || action === 'replace' || contradicting(products, told) !== undefined
    ? told
    : withMoreIds(products, told);

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
