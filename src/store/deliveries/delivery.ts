import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

export interface StoredDelivery {
  readonly id: string;
  readonly raw_file_id: string;
  readonly interchange_id: string | null;
  readonly company_id: string;
  readonly partner_id: string;
  readonly usage: Usage;
  readonly channel_id: string;
  readonly file_name: string;
  readonly document_id: string | null;
  readonly acknowledgment_id: string | null;
  readonly state: 'ready' | 'sending' | 'available' | 'sent' | 'failed';
  readonly byte_length: bigint;
  readonly syntax: string;
  readonly at: Date;
}

const SELECT = `select d.*, f.byte_length, coalesce(i.syntax, 'x12') as syntax
  from delivery d join raw_file f on f.id = d.raw_file_id left join interchange i on i.id = d.interchange_id`;

/** One delivery with what sending it needs. */
export async function deliveryById(client: Queryable, id: string): Promise<StoredDelivery | undefined> {
  const { rows } = await client.query<StoredDelivery & Record<string, unknown>>(`${SELECT} where d.id = $1`, [id]);
  return rows[0];
}

/** The delivery that was composed for a document or an acknowledgment, when it was: composing twice would number it twice. */
export async function deliveryOf(client: Queryable, subjectId: string): Promise<StoredDelivery | undefined> {
  const { rows } = await client.query<StoredDelivery & Record<string, unknown>>(
    `${SELECT} where d.document_id = $1 or d.acknowledgment_id = $1 order by d.at limit 1`,
    [subjectId],
  );
  return rows[0];
}

/** Records that an attempt begins, before the wire is touched; gives its number. Undefined when the delivery has arrived meanwhile. */
export async function beginAttempt(tx: Queryable, deliveryId: string, at: Date): Promise<number | undefined> {
  const { rows } = await tx.query<{ number: number }>(
    `with moved as (update delivery set state = 'sending' where id = $1 and state in ('ready', 'sending', 'failed') returning id)
     insert into delivery_attempt (delivery_id, number, started_at)
     select id, (select coalesce(max(number), 0) + 1 from delivery_attempt where delivery_id = $1), $2 from moved returning number`,
    [deliveryId, at],
  );
  return rows[0]?.number;
}

/** Records how an attempt ended. `failed`: no further one is made until a person has acted. */
export async function endAttempt(
  client: Queryable,
  { deliveryId, number }: { readonly deliveryId: string; readonly number: number },
  at: Date,
  { outcome, detail, failed = false }: { readonly outcome: string; readonly detail: string; readonly failed?: boolean },
): Promise<void> {
  await client.tell(
    `with moved as (update delivery set state = 'failed' where id = $1 and $6 and state = 'sending')
     update delivery_attempt set finished_at = $3, outcome = $4, detail = $5 where delivery_id = $1 and number = $2`,
    [deliveryId, number, at, outcome, detail, failed],
  );
}

/** The partner has it. False when a receipt of this kind was recorded before. */
export async function recordReceipt(
  tx: Queryable,
  deliveryId: string,
  kind: string,
  at: Date,
  detail: unknown,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with receipt_row as (insert into receipt (delivery_id, kind, at, detail) values ($1, $2, $3, $4) on conflict do nothing returning delivery_id)
     update delivery set state = 'sent', sent_at = $3 where id in (select delivery_id from receipt_row)`,
    [deliveryId, kind, at, jsonText(detail)],
  );
  return rowCount === 1;
}

/** What waits in a channel's mailbox, oldest first. */
export async function mailboxOf(
  client: Queryable,
  channelId: string,
  limit: number,
): Promise<
  readonly { id: string; file_name: string; byte_length: bigint; at: Date; syntax: string; raw_file_id: string }[]
> {
  const { rows } = await client.query<{
    id: string;
    file_name: string;
    byte_length: bigint;
    at: Date;
    syntax: string;
    raw_file_id: string;
  }>(
    `select d.id, d.file_name, f.byte_length, d.at, d.raw_file_id, coalesce(i.syntax, 'x12') as syntax
     from delivery d join raw_file f on f.id = d.raw_file_id left join interchange i on i.id = d.interchange_id
     where d.channel_id = $1 and d.state = 'available' order by d.at, d.id limit $2`,
    [channelId, limit],
  );
  return rows;
}
