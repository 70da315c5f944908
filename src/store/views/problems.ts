import type { Queryable } from '../database.ts';

/** The problems of a file, an interchange or a transaction, in wire order. */
export async function problemsOf(
  client: Queryable,
  of: 'raw_file_id' | 'interchange_id' | 'transaction_id',
  id: string,
): Promise<readonly unknown[]> {
  const { rows } = await client.query<{ body: unknown }>(
    `select body from problem where ${of} = $1 order by id limit 10000`,
    [id],
  );
  return rows.map(({ body }) => body);
}

/** The lines of a remittance with what became of each. */
export async function remittanceLines(
  client: Queryable,
  id: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select path, reference, open_item_id as "openItem", outcome, reason, message, money_minor as money from remittance_line where remittance_id = $1 order by ordinal`,
    [id],
  );
  return rows;
}

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
  return rows[0];
}
