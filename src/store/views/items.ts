import type { Item } from '../../partners/configuration.ts';
import type { Queryable } from '../database.ts';

export interface StockView {
  readonly usage: string;
  readonly location: string;
  readonly onHand: string;
  /** Promised to orders and not yet gone. */
  readonly reserved: string;
  /** What may still be promised; below zero when less stands there than was promised. */
  readonly free: string;
}

export interface ItemView extends Omit<Item, 'stock'> {
  readonly company: string;
  readonly stock: readonly StockView[];
}

const SELECT = `select i.company_id as company, i.id, i.body, coalesce((
    select jsonb_agg(jsonb_build_object('usage', s.usage, 'location', s.location, 'onHand', s.on_hand::text, 'reserved', s.reserved::text,
      'free', (s.on_hand - s.reserved)::text) order by s.usage, s.location)
    from item_stock s where s.company_id = i.company_id and s.item_id = i.id), '[]') as stock
  from item i`;

interface ItemRow extends Record<string, unknown> {
  company: string;
  id: string;
  body: Item;
  stock: readonly StockView[];
}

const viewOf = ({ company, id, body, stock }: ItemRow): ItemView => ({
  company,
  id,
  description: body.description,
  products: body.products,
  unit: body.unit,
  price: body.price,
  currency: body.currency,
  leadTimeDays: body.leadTimeDays,
  stock,
});

/** Items by company and id, a page after the given one. */
export async function itemPage(
  client: Queryable,
  limit: number,
  after: { readonly company: string; readonly id: string } | null,
): Promise<{ readonly items: readonly ItemView[]; readonly more: boolean }> {
  const { rows } = await client.query<ItemRow>(
    `${SELECT} ${after === null ? '' : 'where (i.company_id, i.id) > ($2, $3) '}order by i.company_id, i.id limit $1`,
    [limit + 1, ...(after === null ? [] : [after.company, after.id])],
  );
  return { items: rows.slice(0, limit).map(viewOf), more: rows.length > limit };
}

/** The items with this id: one per company of ours that sells it. */
export async function itemsWithId(client: Queryable, id: string, company: string | null): Promise<readonly ItemView[]> {
  const { rows } = await client.query<ItemRow>(
    `${SELECT} where i.id = $1 and ($2::text is null or i.company_id = $2) order by i.company_id`,
    [id, company],
  );
  return rows.map(viewOf);
}
