import type { Usage } from '../../core/usage.ts';
import type { Reservation } from '../../orders/decision.ts';
import type { ItemView } from '../../orders/items.ts';
import type { Item } from '../../partners/configuration.ts';
import type { Queryable } from '../database.ts';
import { toldInOneStatement } from '../in-one-statement.ts';
import { jsonText } from '../json-text.ts';

/**
 * The items known under any of these keys, with what is free of them; the stock stays locked until the transaction ends, so that no two
 * orders are promised the same goods. Rows are locked in one order: two orders that share items wait, and never for each other.
 */
export async function itemsForUpdate(
  tx: Queryable,
  companyId: string,
  usage: Usage,
  keys: readonly string[],
): Promise<readonly ItemView[]> {
  const { rows } = await tx.query<{ body: Item; item_id: string; location: string; free: string }>(
    `select i.body, s.item_id, s.location, (s.on_hand - s.reserved)::text as free
     from item_stock s join item i on i.company_id = s.company_id and i.id = s.item_id
     where s.company_id = $1 and s.usage = $2
       and s.item_id in (select item_id from item_product where company_id = $1 and key = any ($3))
     order by s.item_id, s.location for update of s`,
    [companyId, usage, keys],
  );
  const items = new Map<string, ItemView & { stock: { location: string; quantity: string }[] }>();
  for (const { body, location, free } of rows) {
    const known = items.get(body.id) ?? { ...body, stock: [] };
    known.stock.push({ location, quantity: free });
    items.set(body.id, known);
  }
  // The configuration's own order of locations decides where goods are taken first.
  return [...items.values()].map((item) => ({
    ...item,
    stock: inOrderOf(item, rows.find(({ item_id }) => item_id === item.id)?.body),
  }));
}

const inOrderOf = (item: ItemView, body: Item | undefined) => {
  const places = (body?.stock ?? []).map(({ location }) => location);
  return item.stock.toSorted((a, b) => places.indexOf(a.location) - places.indexOf(b.location));
};

/** Takes stock out of what is free, for an order. */
export async function reserve(tx: Queryable, owner: StockOwner, reservations: readonly Reservation[]): Promise<void> {
  if (reservations.length > 0) await reserveAll(tx, { owner, reservations });
}

export interface StockOwner {
  readonly companyId: string;
  readonly usage: Usage;
  readonly orderId: string;
}

const reserveAll = toldInOneStatement(
  (tx, wanted: readonly { owner: StockOwner; reservations: readonly Reservation[] }[]) =>
    tx.tell(
      `with wanted as (
         select * from jsonb_to_recordset($1::jsonb)
           as r ("companyId" text, usage text, "orderId" uuid, line text, item text, location text, quantity numeric)),
       kept as (
         insert into reservation (order_id, item_id, location, line, quantity)
         select "orderId", item, location, line, quantity from wanted)
       update item_stock s set reserved = s.reserved + w.quantity
       from (select "companyId", usage, item, location, sum(quantity) as quantity from wanted group by 1, 2, 3, 4) w
       where s.company_id = w."companyId" and s.usage = w.usage and s.item_id = w.item and s.location = w.location`,
      [jsonText(wanted.flatMap(({ owner, reservations }) => reservations.map((one) => ({ ...one, ...owner }))))],
    ),
);

/** Gives back what an order still has reserved, of these lines or of all: it was cancelled, replaced or changed. */
export async function releaseReservations(
  tx: Queryable,
  owner: StockOwner,
  lines: readonly string[] | null = null,
): Promise<void> {
  await tx.tell(
    `with freed as (delete from reservation where order_id = $3 and ($4::text[] is null or line = any ($4)) returning item_id, location, quantity)
     update item_stock s set reserved = s.reserved - f.quantity
     from (select item_id, location, sum(quantity) as quantity from freed group by item_id, location) f
     where s.company_id = $1 and s.usage = $2 and s.item_id = f.item_id and s.location = f.location`,
    [owner.companyId, owner.usage, owner.orderId, lines],
  );
}

/**
 * Goods of an order left: what was reserved for the line goes first, location by location; what ships beyond that (a backorder that came in)
 * was never counted as ours, so only the reserved part leaves the shelf.
 */
export async function takeReserved(
  tx: Queryable,
  owner: StockOwner,
  lines: readonly { readonly line: string; readonly quantity: string }[],
): Promise<void> {
  await tx.tell(
    `with shipped as (select line, sum(quantity) as quantity from jsonb_to_recordset($4::jsonb) as r (line text, quantity numeric) group by line),
       spread as (
         select r.order_id, r.line, r.item_id, r.location,
           greatest(0, least(r.quantity, s.quantity - coalesce(sum(r.quantity) over (partition by r.line order by r.location
             rows between unbounded preceding and 1 preceding), 0))) as taken
         from reservation r join shipped s on s.line = r.line where r.order_id = $3),
       left_over as (
         update reservation r set quantity = r.quantity - p.taken from spread p
         where r.order_id = p.order_id and r.line = p.line and r.item_id = p.item_id and r.location = p.location)
     update item_stock k set reserved = k.reserved - p.taken, on_hand = k.on_hand - p.taken
     from (select item_id, location, sum(taken) as taken from spread group by item_id, location) p
     where k.company_id = $1 and k.usage = $2 and k.item_id = p.item_id and k.location = p.location`,
    [owner.companyId, owner.usage, owner.orderId, jsonText(lines)],
  );
}
