import { amountOf } from '../../core/money.ts';
import type { Queryable } from '../database.ts';

/*
 * ListView  a list operators page through, newest first: its columns, the filters it takes, and the id its pages go by (ids are ordered by
 *           time). Filters are looked up here by name: what a caller asks for never becomes SQL.
 * Filter    `text` any value; `id` a UUID; `word` one of a few. `state` is one of a few too, but its condition is written into the
 *           statement: only a condition without a parameter lets the planner use an index that holds just the rows in that state.
 */
export type Filter =
  | { readonly kind: 'text'; readonly column: string }
  | { readonly kind: 'id'; readonly column: string }
  | { readonly kind: 'word'; readonly column: string; readonly words: readonly string[] }
  | { readonly kind: 'state'; readonly conditions: Readonly<Record<string, string>> };

export interface ListView {
  readonly select: string;
  readonly page: string;
  readonly filters: Readonly<Record<string, Filter>>;
  /** Columns in minor units of the row's `currency`; they are told as decimals. */
  readonly money?: readonly string[];
}

export const text = (column: string): Filter => ({ kind: 'text', column });
export const id = (column: string): Filter => ({ kind: 'id', column });
export const word = (column: string, words: readonly string[]): Filter => ({ kind: 'word', column, words });
export const state = (column: string, states: readonly string[]): Filter => ({
  kind: 'state',
  conditions: Object.fromEntries(states.map((one) => [one, `${column} = '${one}'`])),
});

/** A row ready to be told: instants as text, money as decimals, counts as numbers. */
export type ListedRow = Readonly<Record<string, unknown>> & { readonly id: string };

export interface ListPage {
  readonly items: readonly ListedRow[];
  /** What the next page begins before; null when this is the last. */
  readonly next: string | null;
}

/** One page of a list, newest first; `before` is the `next` of the page before. A filter this list does not have is ignored. */
export async function pageOf(
  client: Queryable,
  view: ListView,
  filter: Readonly<Record<string, string | undefined>>,
  limit: number,
  before: string | null,
): Promise<ListPage> {
  const values: unknown[] = [limit + 1];
  const conditions: string[] = [];
  const compare = (column: string, operator: '=' | '<', type: 'uuid' | 'text', value: string): void => {
    values.push(value);
    conditions.push(`${column} ${operator} $${values.length}::${type}`);
  };
  for (const [name, by] of Object.entries(view.filters)) {
    const value = filter[name];
    if (value === undefined) continue;
    if (by.kind === 'state') conditions.push(by.conditions[value] ?? 'false');
    else compare(by.column, '=', by.kind === 'id' ? 'uuid' : 'text', value);
  }
  if (before !== null) compare(view.page, '<', 'uuid', before);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')} `;
  const { rows } = await client.query<ListedRow & Record<string, unknown>>(
    `${view.select} ${where}order by ${view.page} desc limit $1`,
    values,
  );
  const items = rows.slice(0, limit).map((row) => plainRow(row, view.money));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** One row of a list by its id. */
export async function rowOf(client: Queryable, view: ListView, rowId: string): Promise<ListedRow | undefined> {
  const { rows } = await client.query<ListedRow & Record<string, unknown>>(
    `${view.select} where ${view.page} = $1::uuid`,
    [rowId],
  );
  return rows[0] === undefined ? undefined : plainRow(rows[0], view.money);
}

/** Database values as JSON has them. A count beyond 2^53 stays text: it would change on the way. */
export function plainRow<Row extends Readonly<Record<string, unknown>>>(row: Row, money: readonly string[] = []): Row {
  const { currency } = row;
  const plain = (name: string, value: unknown): unknown => {
    if (value instanceof Date) return value.toISOString();
    if (typeof value !== 'bigint') return value;
    if (money.includes(name) && typeof currency === 'string') return amountOf({ minor: value, currency });
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
  };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])) as Row;
}
