import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

export interface NewSent {
  readonly deliveryId: string;
  readonly channelId: string;
  /** Without brackets. */
  readonly messageId: string;
  readonly expected: unknown;
  readonly at: Date;
}

/** Remembers what a receipt will be held against, before the message leaves. */
export async function rememberSent(client: Queryable, sent: NewSent): Promise<void> {
  const { deliveryId, channelId, messageId, expected, at } = sent;
  await client.query(
    `insert into as2_sent (delivery_id, channel_id, message_id, expected, at) values ($1, $2, $3, $4, $5)
     on conflict (delivery_id) do update set channel_id = $2, message_id = $3, expected = $4, at = $5`,
    [deliveryId, channelId, messageId, jsonText(expected), at],
  );
}

/** A message of this channel by its id. */
export async function sentMessage(
  client: Queryable,
  channelId: string,
  messageId: string,
): Promise<{ readonly deliveryId: string; readonly expected: unknown } | undefined> {
  const { rows } = await client.query<{ delivery_id: string; expected: unknown }>(
    'select delivery_id, expected from as2_sent where channel_id = $1 and message_id = $2',
    [channelId, messageId],
  );
  const [row] = rows;
  return row === undefined ? undefined : { deliveryId: row.delivery_id, expected: row.expected };
}

export interface KeptReceipt {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly verdict: unknown;
  /** Told by the delivery's next attempt; null: it was accepted. */
  readonly refusal: string | null;
}

/** Keeps a receipt as evidence; one that was accepted stays. False when it does. */
export async function keepReceipt(
  client: Queryable,
  deliveryId: string,
  receipt: KeptReceipt,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update as2_sent set mdn_headers = $2, mdn_body = $3, verdict = $4, refusal = $5, mdn_at = $6
     where delivery_id = $1 and (verdict is null or verdict ->> 'kind' <> 'accepted')`,
    [deliveryId, jsonText(receipt.headers), receipt.body, jsonText(receipt.verdict), receipt.refusal, at],
  );
  return rowCount === 1;
}

/** Keeps a receipt that nobody of theirs has signed, as evidence where there is none that can be believed; nothing else follows from it. */
export async function keepUnbelieved(
  client: Queryable,
  deliveryId: string,
  { headers, body, verdict }: Omit<KeptReceipt, 'refusal'>,
  at: Date,
): Promise<void> {
  await client.query(
    `update as2_sent set mdn_headers = $2, mdn_body = $3, verdict = $4::jsonb || '{"believed": false}', mdn_at = $5
     where delivery_id = $1 and (verdict is null or verdict -> 'believed' = 'false')`,
    [deliveryId, jsonText(headers), body, jsonText(verdict), at],
  );
}

/** What refused this delivery since its last attempt, once. */
export async function takeRefusal(client: Queryable, deliveryId: string): Promise<string | null> {
  const { rows } = await client.query<{ refusal: string }>(
    `with told as (select delivery_id, refusal from as2_sent where delivery_id = $1 and refusal is not null for update)
     update as2_sent s set refusal = null from told where s.delivery_id = told.delivery_id returning told.refusal`,
    [deliveryId],
  );
  return rows[0]?.refusal ?? null;
}

/** How often a delivery left with a receipt to follow, since it was last parked: an attempt that reached nobody is not one of them. */
export async function unansweredSends(client: Queryable, deliveryId: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from delivery_attempt where delivery_id = $1 and outcome = 'sent' and detail = 'receipt-due'
       and number > (select coalesce(max(number), 0) from delivery_attempt where delivery_id = $1 and outcome = 'partner-refused')`,
    [deliveryId],
  );
  return rows[0]?.count ?? 0;
}

/** The next attempt of a delivery is due now instead of later. */
export async function hurryDelivery(tx: Queryable, deliveryId: string): Promise<void> {
  await tx.query(`update work set not_before = now() where kind = 'deliver' and subject_id = $1 and state = 'ready'`, [
    deliveryId,
  ]);
}
