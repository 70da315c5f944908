import type { Queryable } from '../database.ts';
import { plainRow } from './list-view.ts';

/** One document whole, with its trace and what its map left out. */
export async function wholeDocument(
  client: Queryable,
  id: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select id, kind, direction, company_id as company, partner_id as partner, usage, agreement_id as agreement, number, state, state_reason as "stateReason",
       transaction_id as transaction, order_id as "order", map_name as map, map_hash as "mapHash", body, trace, unmapped, unwritten, at from document where id = $1`,
    [id],
  );
  return rows[0] === undefined ? undefined : plainRow(rows[0]);
}
