import { USAGES } from '../../core/usage.ts';
import { productKey } from '../../orders/items.ts';
import type { Configuration } from '../../partners/configuration.ts';
import type { Queryable } from '../database.ts';

/**
 * Puts a configuration in force: what it does not name is removed, except items' stock, which is set only where it is new:
 * applying the same files twice must not refill the shelves.
 */
export async function replaceConfiguration(
  tx: Queryable,
  { company, partners, channels, agreements, items, rules }: Configuration,
  by: { actor: string; hash: string; at: Date },
): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtext($1))', ['configuration']);
  await tx.query('delete from agreement where company_id = $1', [company.id]);
  await tx.query('delete from channel where not (id = any ($1))', [channels.map(({ id }) => id)]);
  await tx.query('insert into company (id, body) values ($1, $2) on conflict (id) do update set body = excluded.body', [
    company.id,
    JSON.stringify(company),
  ]);
  for (const [table, list] of [
    ['partner', partners.map((partner) => ({ id: partner.id, body: partner }))],
    ['channel', channels.map((channel) => ({ id: channel.id, partner_id: channel.partner, body: channel }))],
    [
      'agreement',
      agreements.map((agreement) => ({
        id: agreement.id,
        company_id: agreement.company,
        partner_id: agreement.partner,
        usage: agreement.usage,
        direction: agreement.direction,
        syntax: agreement.syntax,
        message: agreement.message,
        version: agreement.version,
        body: agreement,
      })),
    ],
  ] as const) {
    await tx.query(
      `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb) on conflict (id) do update set body = excluded.body`,
      [JSON.stringify(list)],
    );
  }
  await tx.query(
    `insert into item (company_id, id, body) select $1, r ->> 'id', r from jsonb_array_elements($2::jsonb) r
     on conflict (company_id, id) do update set body = excluded.body`,
    [company.id, JSON.stringify(items)],
  );
  await tx.query('delete from item where company_id = $1 and not (id = any ($2))', [
    company.id,
    items.map(({ id }) => id),
  ]);
  await tx.query('delete from item_product where company_id = $1', [company.id]);
  await tx.query(
    'insert into item_product (company_id, key, item_id) select $1, key, item from unnest($2::text[], $3::text[]) as p (key, item) on conflict do nothing',
    [
      company.id,
      items.flatMap(({ products }) => products.map(({ scheme, value }) => productKey(scheme, value))),
      items.flatMap(({ id, products }) => products.map(() => id)),
    ],
  );
  await tx.query(
    `insert into item_stock (company_id, usage, item_id, location, on_hand)
     select $1, u, r ->> 'id', s ->> 'location', (s ->> 'quantity')::numeric
     from jsonb_array_elements($2::jsonb) r, jsonb_array_elements(coalesce(nullif(r -> 'stock', '[]'), '[{"location": "main", "quantity": "0"}]')) s, unnest($3::text[]) u
     on conflict do nothing`,
    [company.id, JSON.stringify(items), [...USAGES]],
  );
  const { rows } = await tx.query<{ version: string }>(
    'insert into configuration_version (hash, actor, at) values ($1, $2, $3) returning version',
    [by.hash, by.actor, by.at],
  );
  await tx.query(
    `with given as (select path, text, sha256(convert_to(text, 'UTF8')) as sha256
         from jsonb_to_recordset($2::jsonb) as r (path text, text text)),
       kept as (insert into rule_file (sha256, text) select distinct on (sha256) sha256, text from given on conflict do nothing)
     insert into rule_use (version, path, sha256) select $1, path, sha256 from given`,
    [rows[0]?.version, JSON.stringify(rules)],
  );
}
