import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import type { Queryable } from '../store/database.ts';
import { setOnHand } from '../store/orders/set-stock.ts';
import { type ItemView, itemPage, itemsWithId, type StockView } from '../store/views/items.ts';
import { writeRows } from '../store/write-rows.ts';
import type { StockRequest } from './published.ts';
import { actorOf, answers, forBodies, limitOf, named, pageOf, plainText, told } from './schemas.ts';

const ItemParams = object({ id: plainText(100) });
const InCompany = object({
  company: Type.Optional(
    Type.String({
      maxLength: 100,
      pattern: '^[^\\u0000]+$',
      description: 'Needed when two companies of ours sell an item of this id.',
    }),
  ),
});

/** What the built-in rules sell: read, and its stock set. What items are is configuration; how many there are is not. */
export const items =
  ({ database, clock }: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const oneItem = async (client: Queryable, id: string, company?: string): Promise<ItemView> => {
      const [item, another] = await itemsWithId(client, id, company ?? null);
      if (item === undefined) throw new FailureError('not-found', `There is no item ${id}.`);
      if (another === undefined) return item;
      throw new FailureError('usage-wrong', `${item.company} and ${another.company} both sell ${id}: say ?company=.`);
    };
    app.get(
      '/items',
      {
        schema: {
          ...told('items', 'listItems', 'List items with their stock, by company and id'),
          querystring: object({ limit: limitOf(500, 50), after: Type.Optional(plainText(210)) }),
          response: answers('A page of items.', pageOf(named('Item')), [400]),
        },
      },
      async ({ query: { limit = 50, after } }) => {
        const { items, more } = await itemPage(database, limit, after === undefined ? null : cursorOf(after));
        const last = items.at(-1);
        return { items, next: more && last !== undefined ? `${last.company}/${last.id}` : null };
      },
    );
    app.get(
      '/items/:id',
      {
        schema: {
          ...told('items', 'getItem', 'Show one item with its stock'),
          params: ItemParams,
          querystring: InCompany,
          response: answers('The item.', named('Item'), [400, 404, 409]),
        },
      },
      async ({ params: { id }, query: { company } }) => oneItem(database, id, company),
    );
    app.put(
      '/items/:id/stock',
      {
        schema: {
          ...told(
            'items',
            'setStock',
            'Say how much of an item stands at a location',
            'Sets what is on hand, promised goods included; a new location is made. What orders have reserved stays reserved.',
          ),
          params: ItemParams,
          querystring: InCompany,
          body: Type.Unsafe<Static<typeof StockRequest>>({ $ref: 'StockRequest#' }),
          response: answers('The stock there now.', named('Stock'), forBodies),
        },
      },
      async ({ params: { id }, query: { company }, body: { usage, location, onHand, reason, by } }) =>
        database.inTransaction(async (tx): Promise<StockView> => {
          const item = await oneItem(tx, id, company);
          const place = { companyId: item.company, itemId: id, usage, location };
          const before = await setOnHand(tx, place, onHand);
          await writeRows(tx, {}, [
            {
              at: clock.now(),
              type: 'item/stock-set',
              actor: actorOf(by),
              ...(reason === undefined ? {} : { reason }),
              company: item.company,
              usage,
              data: { location, before, onHand },
              objects: [{ kind: 'item', id: `${item.company}/${id}`, qualifier: 'subject' }],
            },
          ]);
          const now = (await oneItem(tx, id, item.company)).stock;
          const stock = now.find((one) => one.usage === usage && one.location === location);
          if (stock === undefined) throw new FailureError('bug', `The stock of ${id} at ${location} is not there.`);
          return stock;
        }),
    );
  };

/** "<company>/<item>": the company is a plain word, an item's id may hold anything. */
function cursorOf(after: string): { company: string; id: string } {
  const slash = after.indexOf('/');
  return slash < 0 ? { company: after, id: '' } : { company: after.slice(0, slash), id: after.slice(slash + 1) };
}
