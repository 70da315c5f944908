import type { WarehouseShipment } from '../../documents/warehouse-shipment.ts';
import type { Queryable } from '../database.ts';
import type { ToldWarehouse } from './orders-sent-to.ts';

/** What this warehouse told it had shipped of a 940 of ours, by its number: what counted. One that a person set aside is processed with a reason. */
export async function shippedOfRelease(
  client: Queryable,
  { company, usage, warehouse }: ToldWarehouse,
  number: string,
): Promise<readonly WarehouseShipment[]> {
  const { rows } = await client.query<{ body: WarehouseShipment }>(
    `select body from document
     where kind = 'warehouse-shipment' and direction = 'in' and company_id = $1 and usage = $2 and partner_id = $3
       and state = 'processed' and state_reason is null and body->>'orderNumber' = $4 order by at, id`,
    [company, usage, warehouse, number],
  );
  return rows.map(({ body }) => body);
}
