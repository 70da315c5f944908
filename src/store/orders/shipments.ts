import type { ShipmentRequest } from '../../orders/ship.ts';
import type { Queryable } from '../database.ts';

export interface StoredShipment {
  readonly id: string;
  readonly number: string;
  readonly request: ShipmentRequest;
  readonly shipped_on: string;
  /** The buyer's change that made the version of the order which it fulfils. */
  readonly change: string | null;
}

/** All shipments of an order, in the order they left. */
export async function shipmentsOf(client: Queryable, orderId: string): Promise<readonly StoredShipment[]> {
  const { rows } = await client.query<StoredShipment & Record<string, unknown>>(
    `select id, number, body -> 'request' as request, body ->> 'shippedOn' as shipped_on, body ->> 'change' as change
     from shipment where order_id = $1 order by at, id`,
    [orderId],
  );
  return rows;
}

/** Numbers that a back office gives are looked for and then written: two requests with one number wait for each other here. */
const lockNumber = (tx: Queryable, what: string): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [what]);

/** Whether a shipment of ours has this number already; nobody else can take it until the transaction ends. */
export async function shipmentNumberTaken(
  tx: Queryable,
  companyId: string,
  usage: string,
  number: string,
): Promise<boolean> {
  await lockNumber(tx, `shipment ${companyId} ${usage} ${number}`);
  const { rowCount } = await tx.query('select 1 from shipment where company_id = $1 and usage = $2 and number = $3', [
    companyId,
    usage,
    number,
  ]);
  return rowCount > 0;
}

/** Which of these labels are on packs of ours already: one may not come back while goods under it are on their way. */
export async function usedSsccs(
  client: Queryable,
  companyId: string,
  ssccs: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ssccs.length === 0) return new Set();
  const { rows } = await client.query<{ sscc: string }>(
    'select sscc from sscc where company_id = $1 and sscc = any ($2)',
    [companyId, ssccs],
  );
  return new Set(rows.map(({ sscc }) => sscc));
}

/** Whether an invoice of ours has this number already; nobody else can take it until the transaction ends. */
export async function invoiceNumberTaken(
  tx: Queryable,
  companyId: string,
  usage: string,
  number: string,
): Promise<boolean> {
  await lockNumber(tx, `invoice ${companyId} ${usage} ${number}`);
  const { rowCount } = await tx.query('select 1 from invoice where company_id = $1 and usage = $2 and number = $3', [
    companyId,
    usage,
    number,
  ]);
  return rowCount > 0;
}
