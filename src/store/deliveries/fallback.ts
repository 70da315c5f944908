import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Queryable, Tx } from '../database.ts';

/** What decides whether a document or an acknowledgment leaves by another channel. */
export interface DeliverySoFar {
  /** Of a document. */
  readonly agreement_id: string | null;
  /** Of an acknowledgment: the header of the interchange it answers. */
  readonly answered: InterchangeHeader | null;
  /** An attempt ended, or never ended, of which it is not certain that it gave the partner nothing. */
  readonly may_have_arrived: boolean;
  /** Channels that had their turn with it, this one among them. */
  readonly channels: readonly string[];
}

/** A delivery, and those whose places it took one after the other. */
const EARLIER = `earlier as (
  select id, channel_id, replaces from delivery where id = $1
  union all select d.id, d.channel_id, d.replaces from delivery d join earlier e on d.id = e.replaces)`;

/** How far a delivery has come; undefined: it carries neither document nor acknowledgment. `without`: the attempt that is being judged. */
export async function deliverySoFar(
  tx: Queryable,
  deliveryId: string,
  without: number,
): Promise<DeliverySoFar | undefined> {
  const { rows } = await tx.query<DeliverySoFar & Record<string, unknown>>(
    `with recursive ${EARLIER}
     select d.agreement_id, i.header as answered, array(select channel_id from earlier) as channels,
            exists (select 1 from delivery_attempt t where t.delivery_id = y.id and t.number <> $2 and not t.nothing_sent) as may_have_arrived
       from delivery y left join document d on d.id = y.document_id left join acknowledgment a on a.id = y.acknowledgment_id
         left join functional_group g on g.id = a.group_id left join interchange i on i.id = coalesce(a.interchange_id, g.interchange_id)
       where y.id = $1 and (d.id is not null or i.id is not null)`,
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

/** Another channel carries it from now on. False when it arrived meanwhile, or waits where the partner may be fetching it. */
export async function markReplaced(tx: Queryable, deliveryId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update delivery set state = 'replaced' where id = $1 and state in ('ready', 'sending', 'failed')`,
    [deliveryId],
  );
  return rowCount === 1;
}

/** A person takes it back from its channel, a mailbox too. False when it arrived, or another one carries it already. */
export async function withdraw(tx: Queryable, deliveryId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update delivery set state = 'replaced' where id = $1 and state in ('ready', 'sending', 'available', 'failed')`,
    [deliveryId],
  );
  return rowCount === 1;
}

/** Whether the partner may have it: an attempt is not certain to have given them nothing. */
export async function isUncertain(tx: Queryable, deliveryId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from delivery_attempt where delivery_id = $1 and not nothing_sent limit 1',
    [deliveryId],
  );
  return rowCount > 0;
}

/** What became of the other deliveries in whose places, or in place of which, this one went. */
export interface Others {
  /** The channel by which it had arrived already; null: by none. */
  readonly arrived_by: string | null;
  /** Channels that need not carry it any more: theirs are replaced now. */
  readonly withdrawn: readonly string[];
}

/**
 * A delivery arrived: what stands in for it, and has not arrived, is not sent any more. Locks them all, so that two receipts at a time
 * know of each other.
 */
export async function withdrawOthers(tx: Queryable, deliveryId: string): Promise<Others> {
  const { rows } = await tx.query<Others & Record<string, unknown>>(
    `with recursive ${EARLIER},
     later as (select id, channel_id from delivery where id = $1
       union all select d.id, d.channel_id from delivery d join later l on d.replaces = l.id),
     others as (
       select d.id, d.channel_id, d.state, d.sent_at from delivery d
       where d.id <> $1 and d.id in (select id from earlier union select id from later) order by d.id for update of d),
     withdrawn as (
       update delivery d set state = 'replaced' from others o
       where d.id = o.id and d.state in ('ready', 'sending', 'available', 'failed') returning d.channel_id)
     select (select channel_id from others where state = 'sent' order by sent_at limit 1) as arrived_by,
            array(select channel_id from withdrawn order by channel_id) as withdrawn`,
    [deliveryId],
  );
  return rows[0] ?? { arrived_by: null, withdrawn: [] };
}
