import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

export interface ToldWarehouse {
  readonly company: string;
  readonly usage: Usage;
  /** The partner it is. */
  readonly warehouse: string;
}

/**
 * Orders this warehouse was told to ship: by the number of what we sent it, else by the buyer's number of the order. Of several numbers those of
 * the first that is known at all.
 */
export async function ordersSentTo(
  client: Queryable,
  { company, usage, warehouse }: ToldWarehouse,
  numbers: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ order_id: string; own: string; theirs: string | null }>(
    `select distinct order_id, number as own, body->>'orderNumber' as theirs from document
     where kind = 'warehouse-order' and direction = 'out' and company_id = $1 and usage = $2 and partner_id = $3
       and order_id is not null and (number = any ($4) or body->>'orderNumber' = any ($4)) order by order_id`,
    [company, usage, warehouse, numbers],
  );
  const named = (number: string) => {
    const ours = rows.filter(({ own }) => own === number);
    return ours.length > 0 ? ours : rows.filter(({ theirs }) => theirs === number);
  };
  const [found = []] = numbers.map(named).filter((some) => some.length > 0);
  return [...new Set(found.map(({ order_id }) => order_id))];
}
