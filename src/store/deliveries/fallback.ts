import type { Queryable, Tx } from '../database.ts';

/** What decides whether a document leaves by another channel. */
export interface DeliverySoFar {
  readonly agreement_id: string;
  /** An attempt ended, or never ended, of which it is not certain that it gave the partner nothing. */
  readonly may_have_arrived: boolean;
}

/** How far a document's delivery has come; undefined: it carries none. `without`: the attempt that is being judged. */
export async function deliverySoFar(
  tx: Queryable,
  deliveryId: string,
  without: number,
): Promise<DeliverySoFar | undefined> {
  const { rows } = await tx.query<DeliverySoFar & Record<string, unknown>>(
    `select d.agreement_id,
            exists (select 1 from delivery_attempt a where a.delivery_id = y.id and a.number <> $2 and not a.nothing_sent) as may_have_arrived
       from delivery y join document d on d.id = y.document_id where y.id = $1`,
    [deliveryId, without],
  );
  return rows[0];
}

/** A channel failed: since when it has, without a success between. */
export async function troubleSince(tx: Queryable, channelId: string, at: Date): Promise<Date> {
  const { rows } = await tx.query<{ since: Date }>(
    `insert into channel_trouble (channel_id, since) values ($1, $2)
     on conflict (channel_id) do update set since = least(channel_trouble.since, excluded.since) returning since`,
    [channelId, at],
  );
  return rows[0]?.since ?? at;
}

/** Channels carried something: what they failed before is over. */
export async function endTrouble(tx: Tx, channelIds: readonly string[]): Promise<void> {
  await tx.tell('delete from channel_trouble where channel_id = any ($1::text[])', [channelIds.toSorted()]);
}

/** Another channel carries it from now on. False when it arrived meanwhile. */
export async function markReplaced(tx: Queryable, deliveryId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update delivery set state = 'replaced' where id = $1 and state in ('ready', 'sending', 'failed')`,
    [deliveryId],
  );
  return rowCount === 1;
}

/** The channel by which the document of this delivery arrived in another one; undefined: in none. */
export async function arrivedBy(tx: Queryable, documentId: string, deliveryId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ channel_id: string }>(
    `select channel_id from delivery where document_id = $1 and id <> $2 and state = 'sent' order by sent_at limit 1`,
    [documentId, deliveryId],
  );
  return rows[0]?.channel_id;
}
