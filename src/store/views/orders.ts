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
  readonly body: OrderState;
  readonly decision: OrderDecision | null;
  readonly order: Order;
  readonly at: Date;
}

const SELECT = `select o.id, o.company_id, o.partner_id, o.usage, o.number, o.release, o.state, o.document_id, o.body, o.decision, d.body as "order", o.at
  from purchase_order o join document d on d.id = o.document_id`;

/** One order as people look at it. */
export async function orderView(client: Queryable, id: string): Promise<OrderView | undefined> {
  const { rows } = await client.query<OrderView & Record<string, unknown>>(`${SELECT} where o.id = $1`, [id]);
  return rows[0];
}

export interface OrderFilter {
  readonly state?: string | undefined;
  readonly partner?: string | undefined;
  readonly usage?: string | undefined;
  readonly number?: string | undefined;
}

/** Orders, newest first; `before` is the id after which a page goes on. Ids are ordered by time. */
export async function orderList(
  client: Queryable,
  filter: OrderFilter,
  limit: number,
  before: string | null,
): Promise<readonly OrderView[]> {
  const { rows } = await client.query<OrderView & Record<string, unknown>>(
    `${SELECT} where ($1::text is null or o.state = $1) and ($2::text is null or o.partner_id = $2) and ($3::text is null or o.usage = $3)
       and ($4::text is null or o.number = $4) and ($5::uuid is null or o.id < $5) order by o.id desc limit $6`,
    [filter.state ?? null, filter.partner ?? null, filter.usage ?? null, filter.number ?? null, before, limit],
  );
  return rows;
}
