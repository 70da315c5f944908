import type { Usage } from '../../core/usage.ts';
import type { Tx } from '../database.ts';

/** Stock of one item, for one usage, at one place. */
export interface StockPlace {
  readonly companyId: string;
  readonly itemId: string;
  readonly usage: Usage;
  readonly location: string;
}

/**
 * Says how much stands on the shelf, promised goods included; a location not known before is made. What orders have reserved stays reserved:
 * less on hand than that means that nothing more is promised until goods come in. Gives what was on hand before, null for a new location.
 * The caller writes the Event.
 */
export async function setOnHand(
  tx: Tx,
  { companyId, itemId, usage, location }: StockPlace,
  onHand: string,
): Promise<string | null> {
  const key = [companyId, usage, itemId, location];
  const { rows } = await tx.query<{ on_hand: string }>(
    'select on_hand from item_stock where company_id = $1 and usage = $2 and item_id = $3 and location = $4 for update',
    key,
  );
  await tx.query(
    `insert into item_stock (company_id, usage, item_id, location, on_hand) values ($1, $2, $3, $4, $5)
     on conflict (company_id, usage, item_id, location) do update set on_hand = excluded.on_hand`,
    [...key, onHand],
  );
  return rows[0]?.on_hand ?? null;
}
