import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type TSchema, Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import type { Database, Queryable } from '../store/database.ts';
import type { Filter, ListedRow } from '../store/views/list-view.ts';
import { filtersOf, type ListName, listedRow, listPage } from '../store/views/lists.ts';
import { ROW_NAMES } from './rows.ts';
import { answers, Id, IdParams, named, oneOf, Page, pageOf, plainText, type Tag, told } from './schemas.ts';

interface Listed {
  readonly path: string;
  readonly tag: Tag;
  /** "open item": for sentences. */
  readonly one: string;
  readonly many: string;
  /** Has a richer page of its own, which another plugin gives. */
  readonly detailed?: true;
}

export const LISTED: Readonly<Record<ListName, Listed>> = {
  orders: { path: '/orders', tag: 'orders', one: 'order', many: 'orders', detailed: true },
  transmissions: { path: '/transmissions', tag: 'wire', one: 'transmission', many: 'transmissions', detailed: true },
  files: { path: '/files', tag: 'wire', one: 'file', many: 'files', detailed: true },
  interchanges: { path: '/interchanges', tag: 'wire', one: 'interchange', many: 'interchanges', detailed: true },
  transactions: { path: '/transactions', tag: 'wire', one: 'transaction', many: 'transactions', detailed: true },
  acknowledgments: { path: '/acknowledgments', tag: 'wire', one: 'acknowledgment', many: 'acknowledgments' },
  deliveries: { path: '/deliveries', tag: 'wire', one: 'delivery', many: 'deliveries', detailed: true },
  documents: { path: '/documents', tag: 'documents', one: 'document', many: 'documents', detailed: true },
  shipments: { path: '/shipments', tag: 'documents', one: 'shipment', many: 'shipments', detailed: true },
  invoices: { path: '/invoices', tag: 'money', one: 'invoice', many: 'invoices', detailed: true },
  openItems: { path: '/open-items', tag: 'money', one: 'open item', many: 'open items', detailed: true },
  claims: { path: '/claims', tag: 'money', one: 'claim', many: 'claims' },
  remittances: { path: '/remittances', tag: 'money', one: 'remittance', many: 'remittances', detailed: true },
  expectations: { path: '/expectations', tag: 'expectations', one: 'expectation', many: 'expectations' },
  work: { path: '/work', tag: 'work', one: 'piece of work', many: 'work' },
};

/** "open items" → "OpenItems". */
const pascal = (words: string): string =>
  words.replace(/(?:^| )([a-z])/g, (_whole, letter: string) => letter.toUpperCase());

/** The query parameters of a list's filters. */
export const filterSchemas = (filters: Readonly<Record<string, Filter>>): Readonly<Record<string, TSchema>> =>
  Object.fromEntries(Object.entries(filters).map(([name, filter]) => [name, Type.Optional(filterSchema(filter))]));

function filterSchema(filter: Filter): TSchema {
  switch (filter.kind) {
    case 'id':
      return Id;
    case 'text':
      return plainText(200);
    case 'word':
      return oneOf(filter.words);
    case 'state':
      return oneOf(Object.keys(filter.conditions));
  }
}

/** One row of a list; FailureError `not-found` when there is none with this id. */
export async function rowOrFailure(client: Queryable, name: ListName, id: string): Promise<ListedRow> {
  const row = await listedRow(client, name, id);
  if (row === undefined) throw notFound(name, id);
  return row;
}

export const notFound = (name: ListName, id: string): FailureError =>
  new FailureError('not-found', `There is no ${LISTED[name].one} ${id}.`);

/** `GET /<list>` with its filters, newest first, and `GET /<list>/:id` where no richer page is given. */
export const lists =
  (database: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    for (const [key, { path, tag, one, many, detailed }] of Object.entries(LISTED)) {
      const name = key as ListName;
      app.get(
        path,
        {
          schema: {
            ...told(tag, `list${pascal(many)}`, `List ${many}, newest first`),
            querystring: Type.Object({ ...Page, ...filterSchemas(filtersOf(name)) }, { additionalProperties: false }),
            response: answers(`A page of ${many}.`, pageOf(named(ROW_NAMES[name])), [400]),
          },
        },
        async ({ query }) => {
          const { limit, before, ...filter } = query as { readonly limit: number; readonly before?: string };
          return listPage(database, name, filter, limit, before ?? null);
        },
      );
      if (detailed === true) continue;
      app.get(
        `${path}/:id`,
        {
          schema: {
            ...told(tag, `get${pascal(one)}`, `Show one ${one}`),
            params: IdParams,
            response: answers(`The ${one}.`, named(ROW_NAMES[name]), [400, 404]),
          },
        },
        async ({ params }) => rowOrFailure(database, name, params.id),
      );
    }
  };
