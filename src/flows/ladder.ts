import type { Queryable } from '../store/database.ts';
import {
  decidedAt,
  openItemsForOrder,
  owedForOrder,
  paymentsForOrder,
  receivedDocuments,
  sentForOrder,
} from '../store/views/ladder.ts';
import { orderView } from '../store/views/orders.ts';
import type { Rung } from './ladder-rung.ts';
import { decidedRung, openItemRungs, owedRungs, paymentRungs, receivedRungs, sentRungs } from './ladder-rungs.ts';

export { RUNG_STATES, type Rung, type RungName } from './ladder-rung.ts';

/*
 * The ladder  what one order has climbed, rung by rung, from wire to cash: what came, what we answered, what was answered to that, and what
 *             is still owed on either side.
 */
export interface Ladder {
  readonly order: {
    readonly id: string;
    readonly number: string;
    readonly partner: string;
    readonly usage: string;
    readonly state: string;
  };
  readonly rungs: readonly Rung[];
}

/** The ladder of one order; undefined when there is no such order. */
export async function ladderOf(client: Queryable, orderId: string): Promise<Ladder | undefined> {
  const order = await orderView(client, orderId);
  if (order === undefined) return undefined;
  const sent = (await sentForOrder(client, orderId)).flatMap(sentRungs);
  const owed = await owedForOrder(client, orderId);
  const payments = await paymentsForOrder(client, orderId);
  const received = await receivedDocuments(client, [
    ...new Set([order.document_id, ...payments.map(({ document_id }) => document_id)]),
  ]);
  const source = received.get(order.document_id);
  const rungs = [
    ...(source === undefined ? [] : receivedRungs('order', source)),
    decidedRung(order, await decidedAt(client, orderId)),
    ...owedRungs(order, sent, owed),
    ...paymentRungs(payments, received),
    ...openItemRungs(await openItemsForOrder(client, orderId)),
  ];
  const { id, number, partner_id, usage, state } = order;
  return { order: { id, number, partner: partner_id, usage, state }, rungs };
}
