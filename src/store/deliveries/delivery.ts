import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement, toldInOneStatement } from '../in-one-statement.ts';
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
  readonly state: 'ready' | 'sending' | 'available' | 'sent' | 'failed' | 'replaced';
  readonly replaces?: string | null;
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
export const endAttempt: (client: Queryable, attempt: EndedAttempt) => Promise<void> = toldInOneStatement(
  (client, attempts) =>
    client.tell(
      `with ended as (
         select * from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::boolean[], $7::boolean[])
           as r (delivery_id, number, at, outcome, detail, failed, nothing_sent)),
       moved as (
         update delivery d set state = 'failed' from ended r where d.id = r.delivery_id and r.failed and d.state = 'sending')
       update delivery_attempt a set finished_at = r.at, outcome = r.outcome, detail = r.detail, nothing_sent = r.nothing_sent
       from ended r where a.delivery_id = r.delivery_id and a.number = r.number`,
      [
        attempts.map(({ deliveryId }) => deliveryId),
        attempts.map(({ number }) => number),
        attempts.map(({ at }) => at),
        attempts.map(({ outcome }) => outcome),
        attempts.map(({ detail }) => detail),
        attempts.map(({ failed = false }) => failed),
        attempts.map(({ nothingSent = false }) => nothingSent),
      ],
    ),
);

export interface EndedAttempt {
  readonly deliveryId: string;
  readonly number: number;
  readonly at: Date;
  readonly outcome: string;
  readonly detail: string;
  readonly failed?: boolean;
  /** It is certain that this attempt gave the partner nothing. */
  readonly nothingSent?: boolean;
}

export interface NewReceipt {
  readonly deliveryId: string;
  readonly kind: string;
  readonly at: Date;
  readonly detail: unknown;
}

/** The partner has it. False when a receipt of this kind was recorded before. */
export const recordReceipt: (tx: Queryable, receipt: NewReceipt) => Promise<boolean> = inOneStatement(
  async (tx, receipts) => {
    const { rows } = await tx.query<{ delivery_id: string; kind: string }>(
      `with receipt_row as (
         insert into receipt (delivery_id, kind, at, detail)
         select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[]) on conflict do nothing
         returning delivery_id, kind, at),
       sent as (
         update delivery d set state = 'sent', sent_at = r.at from receipt_row r where d.id = r.delivery_id)
       select delivery_id, kind from receipt_row`,
      [
        receipts.map(({ deliveryId }) => deliveryId),
        receipts.map(({ kind }) => kind),
        receipts.map(({ at }) => at),
        receipts.map(({ detail }) => jsonText(detail)),
      ],
    );
    const recorded = new Set(rows.map(({ delivery_id, kind }) => `${delivery_id} ${kind}`));
    return receipts.map(({ deliveryId, kind }) => recorded.delete(`${deliveryId} ${kind}`));
  },
);

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
