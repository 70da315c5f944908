import type { Queryable } from './database.ts';
import { toldInOneStatement } from './in-one-statement.ts';
import { jsonText } from './json-text.ts';
import type { Rows } from './rows.ts';

/** Something that happened, with every object it happened to in its role there. */
export interface NewEvent {
  readonly at: Date;
  /** "interchange/accepted", "order/decided": a noun and what became of it. */
  readonly type: string;
  /** Who did it: "gateway", "partner:brightmart", "operator:<key name>". */
  readonly actor: string;
  readonly reason?: string;
  readonly company?: string | null;
  readonly usage?: string | null;
  readonly data?: unknown;
  readonly objects: readonly { readonly kind: string; readonly id: string; readonly qualifier: string }[];
}

const EVENTS = `event_input as materialized (
    select nextval(pg_get_serial_sequence('event', 'id')) as id, r.*
    from jsonb_to_recordset($1::jsonb) as r (at timestamptz, type text, actor text, reason text, company_id text, usage text, data jsonb, objects jsonb)
  ), event_rows as (
    insert into event (id, at, type, actor, reason, company_id, usage, data) overriding system value
    select id, at, type, actor, reason, company_id, usage, data from event_input
  ), event_objects as (
    insert into event_object (event_id, object_kind, object_id, qualifier)
    select distinct e.id, o ->> 'kind', o ->> 'id', o ->> 'qualifier' from event_input e, jsonb_array_elements(e.objects) o
  )`;

/**
 * Writes everything one step of a flow has to write, in one statement: one round trip however many tables it touches, and however many
 * stories write side by side. Foreign keys are checked when the statement ends, so the order of tables does not matter. Column names are
 * the rows' own keys, and those come from the types in rows.ts, never from input.
 */
export const writeRows = (tx: Queryable, rows: Rows, events: readonly NewEvent[] = []): Promise<void> =>
  write(tx, { rows, events });

interface Written {
  readonly rows: Rows;
  readonly events: readonly NewEvent[];
}

const write = toldInOneStatement(async (tx: Queryable, written: readonly Written[]): Promise<void> => {
  const events = written.flatMap((one) => one.events);
  const values: string[] = [jsonText(events.map(eventInput))];
  const parts = [EVENTS];
  for (const { table, columns, rows } of tablesOf(written)) {
    values.push(jsonText(rows));
    parts.push(
      `rows_${values.length} as (insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $${values.length}::jsonb))`,
    );
  }
  if (events.length === 0 && parts.length === 1) return;
  await tx.tell(`with ${parts.join(',\n')} select`, values);
});

const eventInput = (event: NewEvent) => ({
  at: event.at,
  type: event.type,
  actor: event.actor,
  reason: event.reason ?? null,
  company_id: event.company ?? null,
  usage: event.usage ?? null,
  data: event.data ?? {},
  objects: event.objects,
});

/** Rows of one table and the same columns, whoever writes them. */
function tablesOf(written: readonly Written[]): Iterable<{ table: string; columns: string; rows: object[] }> {
  const tables = new Map<string, { table: string; columns: string; rows: object[] }>();
  for (const { rows } of written)
    for (const [table, list] of Object.entries(rows) as [string, object[] | undefined][]) {
      const first = list?.[0];
      if (list === undefined || first === undefined) continue;
      const columns = Object.keys(first).join(', ');
      const key = `${table} ${columns}`;
      const known = tables.get(key);
      if (known === undefined) tables.set(key, { table, columns, rows: [...list] });
      else known.rows.push(...list);
    }
  return tables.values();
}
