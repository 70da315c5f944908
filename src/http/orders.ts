import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { FlowContext } from '../flows/context.ts';
import { type Ladder, ladderOf } from '../flows/ladder.ts';
import { filtersOf, listPage } from '../store/views/lists.ts';
import { orderView } from '../store/views/orders.ts';
import { filterSchemas, notFound, rowOrFailure } from './lists.ts';
import { answers, IdParams, limitOf, named, Page, pageOf, told } from './schemas.ts';

/** So many shipments, invoices and documents of one order are told with it; the lists have them all. */
const partsMax = 500;
/** A ladder is ten queries: a page of them stays below a second. */
const laddersMax = 100;

/** Orders with everything that belongs to them, and their ladders. */
export const orders =
  ({ database }: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/orders/:id',
      {
        schema: {
          ...told('orders', 'getOrder', 'Show one order with its document, decision, lines, shipments and invoices'),
          params: IdParams,
          response: answers('The order.', named('OrderDetail'), [400, 404]),
        },
      },
      async ({ params: { id } }) => {
        const view = await orderView(database, id);
        if (view === undefined) throw notFound('orders', id);
        const its = async (name: 'shipments' | 'invoices' | 'documents') =>
          (await listPage(database, name, { order: id }, partsMax, null)).items.toReversed();
        return {
          ...(await rowOrFailure(database, 'orders', id)),
          version: view.body.version,
          agreement: view.agreement_id,
          documentId: view.document_id,
          document: view.order,
          decision: view.decision,
          lines: view.body.lines,
          holds: view.body.holds,
          shipments: await its('shipments'),
          invoices: await its('invoices'),
          sent: await its('documents'),
        };
      },
    );
    app.get(
      '/orders/:id/ladder',
      {
        schema: {
          ...told('orders', 'getLadder', 'Show what an order has climbed, from wire to cash, and what is still owed'),
          params: IdParams,
          response: answers('The ladder.', named('Ladder'), [400, 404]),
        },
      },
      async ({ params: { id } }) => {
        const ladder = await ladderOf(database, id);
        if (ladder === undefined) throw notFound('orders', id);
        return ladder;
      },
    );
    app.get(
      '/ladders',
      {
        schema: {
          ...told(
            'orders',
            'listLadders',
            'List ladders of the latest orders',
            'Filters and pages are those of /orders.',
          ),
          querystring: Type.Object(
            { before: Page.before, limit: limitOf(laddersMax, 20), ...filterSchemas(filtersOf('orders')) },
            { additionalProperties: false },
          ),
          response: answers('A page of ladders.', pageOf(named('Ladder')), [400]),
        },
      },
      async ({ query }) => {
        const { limit, before, ...filter } = query as { readonly limit: number; readonly before?: string };
        const { items, next } = await listPage(database, 'orders', filter, limit, before ?? null);
        const ladders: Ladder[] = [];
        for (const { id } of items) {
          const ladder = await ladderOf(database, id);
          if (ladder !== undefined) ladders.push(ladder);
        }
        return { items: ladders, next };
      },
    );
  };
