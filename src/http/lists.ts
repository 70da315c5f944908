import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { amountOf } from '../core/money.ts';
import type { Database } from '../store/database.ts';
import { filtersOf, type ListedRow, type ListName, listedRow, listPage } from '../store/views/lists.ts';
import { Anything, IdParams, Page, problems } from './schemas.ts';

/** Path of each list; money is told as decimals, never as minor units. */
const PATHS: Readonly<Record<string, ListName>> = {
  '/transmissions': 'transmissions',
  '/interchanges': 'interchanges',
  '/transactions': 'transactions',
  '/documents': 'documents',
  '/shipments': 'shipments',
  '/invoices': 'invoices',
  '/open-items': 'openItems',
  '/remittances': 'remittances',
  '/deliveries': 'deliveries',
  '/acknowledgments': 'acknowledgments',
  '/expectations': 'expectations',
  '/work': 'work',
};
/** These have a richer page of their own. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set([
  '/transmissions',
  '/interchanges',
  '/transactions',
  '/documents',
  '/remittances',
]);

/** `GET /<list>` with its filters, newest first, and `GET /<list>/:id`. */
export const lists =
  (database: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    for (const [path, name] of Object.entries(PATHS)) {
      const filters = Object.fromEntries(
        filtersOf(name).map((filter) => [filter, Type.Optional(Type.String({ maxLength: 200 }))]),
      );
      app.get(
        path,
        {
          schema: {
            summary: `List ${path.slice(1).replaceAll('-', ' ')}, newest first`,
            querystring: Type.Object({ ...Page, ...filters }, { additionalProperties: false }),
            response: {
              200: Type.Object({ items: Type.Array(Anything), next: Type.Union([Type.String(), Type.Null()]) }),
              ...problems,
            },
          },
        },
        async (request) => {
          const {
            limit = 50,
            before = null,
            ...filter
          } = request.query as { limit?: number; before?: string } & Record<string, string>;
          const items = await listPage(database, name, filter, limit, before);
          return { items: items.map(shown), next: items.length === limit ? (items.at(-1)?.id ?? null) : null };
        },
      );
      if (SHOWN_ELSEWHERE.has(path)) continue;
      app.get(
        `${path}/:id`,
        {
          schema: {
            summary: `Show one of ${path.slice(1)}`,
            params: IdParams,
            response: { 200: Anything, ...problems },
          },
        },
        async (request) => {
          const { id } = request.params as { id: string };
          const row = await listedRow(database, name, id);
          if (row === undefined) throw new FailureError('not-found', `There is no ${path.slice(1, -1)} ${id}.`);
          return shown(row);
        },
      );
    }
  };

/** A row for JSON: minor units as the currency's decimals, other bigints as numbers or text. */
export function shown(row: ListedRow | Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { currency } = row;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => {
      if (typeof value !== 'bigint') return [key, value];
      if (typeof currency === 'string' && ['amount', 'remaining', 'applied', 'money'].includes(key))
        return [key, amountOf({ minor: value, currency })];
      return [key, value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()];
    }),
  );
}
