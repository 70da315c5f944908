import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';

/*
 * Invariant 10: company and usage stand in every table from Interchange down, and in its unique keys, so that a test conversation cannot
 * touch production by construction. Every table there is must be told here; a new one fails until somebody has thought of it.
 */
const { database } = await testDatabase();

/** They say whose they are themselves. */
const OWNED = [
  'interchange',
  'functional_group',
  'transaction',
  'control_number_claim',
  'document',
  'acknowledgment',
  'purchase_order',
  'shipment',
  'number_series',
  'invoice',
  'open_item',
  'claim',
  'remittance',
  'delivery',
  'expectation',
  'item_stock',
  'event',
  'sscc',
];
/** They stand and fall with one row of a table above, by its id. */
const PARTS: Readonly<Record<string, string>> = {
  problem: 'raw_file_id',
  reservation: 'order_id',
  remittance_line: 'remittance_id',
  application: 'open_item_id',
  delivery_attempt: 'delivery_id',
  receipt: 'delivery_id',
  upload_stage: 'delivery_id',
  as2_sent: 'delivery_id',
  announcement: 'order_id',
  event_object: 'event_id',
};
/** Above Interchange, where nobody knows yet whose it is, or of the whole installation. `key` of a range holds company and usage. */
const OTHERS = [
  'transmission',
  'raw_file',
  'raw_chunk',
  'content_claim',
  'work',
  'setting',
  'migration',
  'company',
  'partner',
  'channel',
  'agreement',
  'configuration_version',
  'item',
  'item_product',
  'control_number_range',
  'idempotency',
  'poll_lease',
  'rule_file',
  'rule_use',
  'sftp_upload',
  'sftp_room',
  'as2_received',
  'as2_mdn',
  'as2_refused',
  'as2_refusal_count',
  'as2_refused_hour',
  'key_pair',
  'channel_trouble',
];

const columns = await database.query<{ table_name: string; column_name: string }>(
  `select c.table_name, c.column_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
   where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`,
);
const columnsOf = (table: string) =>
  columns.rows.filter(({ table_name }) => table_name === table).map(({ column_name }) => column_name);

test('every table is told here', () => {
  const told = [...OWNED, ...Object.keys(PARTS), ...OTHERS].toSorted();
  expect([...new Set(columns.rows.map(({ table_name }) => table_name))].toSorted()).toEqual(told);
});

test.each(OWNED)('%s says whose it is', (table) => {
  expect(columnsOf(table)).toEqual(expect.arrayContaining(['company_id', 'usage']));
});

test.each(Object.entries(PARTS))('%s belongs to what %s names', (table, column) => {
  expect(columnsOf(table)).toContain(column);
});

test('every unique key of theirs that is no id holds company and usage', async () => {
  const { rows } = await database.query<{ table_name: string; name: string; columns: string[] }>(
    `select t.relname as table_name, i.relname as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum = any (x.indkey)) as columns
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
     where x.indisunique and t.relnamespace = 'public'::regnamespace and t.relname = any ($1)`,
    [OWNED],
  );
  // A uuid is nobody else's, and neither is what stands under one.
  const byId = (names: readonly string[]) =>
    names.some(
      (name) =>
        name === 'id' || (name.endsWith('_id') && name !== 'company_id' && name !== 'partner_id' && name !== 'item_id'),
    );
  const open = rows.filter(
    ({ columns: names }) => !byId(names) && !(names.includes('company_id') && names.includes('usage')),
  );
  // A label is one for both usages: GS1 gives each number once, whoever packs.
  expect(open.map(({ name }) => name)).toEqual(['sscc_pkey']);
});
