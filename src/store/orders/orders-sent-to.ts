import type { Usage } from '../../core/usage.ts';
import type { WarehouseOrder } from '../../documents/warehouse-order.ts';
import type { Queryable } from '../database.ts';

export interface ToldWarehouse {
  readonly company: string;
  readonly usage: Usage;
  /** The partner it is. */
  readonly warehouse: string;
}

/** A 940 of ours: which order it releases, and its words. */
export interface SentRelease {
  readonly orderId: string;
  readonly body: WarehouseOrder;
}

/** What this warehouse was told to ship under any of these numbers: ours of what we sent it, or the buyer's of the order. Oldest first. */
export async function ordersSentTo(
  client: Queryable,
  { company, usage, warehouse }: ToldWarehouse,
  numbers: readonly string[],
): Promise<readonly SentRelease[]> {
  const { rows } = await client.query<{ order_id: string; body: WarehouseOrder }>(
    `select order_id, body from document
     where kind = 'warehouse-order' and direction = 'out' and company_id = $1 and usage = $2 and partner_id = $3
       and order_id is not null and (number = any ($4) or body->>'orderNumber' = any ($4)) order by at, id`,
    [company, usage, warehouse, numbers],
  );
  return rows.map(({ order_id, body }) => ({ orderId: order_id, body }));
}
