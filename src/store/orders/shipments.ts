import type { ShipmentRequest } from '../../orders/ship.ts';
import type { Queryable } from '../database.ts';

export interface StoredShipment {
  readonly id: string;
  readonly number: string;
  readonly request: ShipmentRequest;
  readonly shipped_on: string;
}

/** All shipments of an order, in the order they left. */
export async function shipmentsOf(client: Queryable, orderId: string): Promise<readonly StoredShipment[]> {
  const { rows } = await client.query<StoredShipment & Record<string, unknown>>(
    `select id, number, body -> 'request' as request, body ->> 'shippedOn' as shipped_on from shipment where order_id = $1 order by at, id`,
    [orderId],
  );
  return rows;
}

/** Whether a shipment of ours has this number already. */
export async function shipmentNumberTaken(
  client: Queryable,
  companyId: string,
  usage: string,
  number: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from shipment where company_id = $1 and usage = $2 and number = $3',
    [companyId, usage, number],
  );
  return rowCount > 0;
}

/** Whether an invoice of ours has this number already. */
export async function invoiceNumberTaken(
  client: Queryable,
  companyId: string,
  usage: string,
  number: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from invoice where company_id = $1 and usage = $2 and number = $3',
    [companyId, usage, number],
  );
  return rowCount > 0;
}
