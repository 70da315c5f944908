import type { Order } from '../../documents/order.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import type { OrderState } from '../../orders/order-state.ts';
import type { Queryable } from '../database.ts';

export interface OrderView {
  readonly id: string;
  readonly company_id: string;
  readonly partner_id: string;
  readonly usage: string;
  readonly number: string;
  readonly release: string;
  readonly state: string;
  readonly document_id: string;
  readonly agreement_id: string;
  readonly body: OrderState;
  readonly decision: OrderDecision | null;
  readonly order: Order;
  readonly at: Date;
}

/** One order as people look at it. */
export async function orderView(client: Queryable, id: string): Promise<OrderView | undefined> {
  const { rows } = await client.query<OrderView & Record<string, unknown>>(
    `select o.id, o.company_id, o.partner_id, o.usage, o.number, o.release, o.state, o.document_id, o.agreement_id, o.body, o.decision, d.body as "order", o.at
     from purchase_order o join document d on d.id = o.document_id where o.id = $1`,
    [id],
  );
  return rows[0];
}

/** The document an order stands on now: another one when the buyer replaced it. Undefined when there is no such order. */
export async function documentOfOrder(client: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await client.query<{ document_id: string }>('select document_id from purchase_order where id = $1', [
    id,
  ]);
  return rows[0]?.document_id;
}
