import type { Queryable } from '../database.ts';

export interface TimelineEvent {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly company: string | null;
  readonly usage: string | null;
  readonly data: unknown;
  readonly objects: readonly { readonly kind: string; readonly id: string; readonly qualifier: string }[];
}

interface EventRow extends Record<string, unknown> {
  id: bigint;
  at: Date;
  type: string;
  actor: string;
  reason: string | null;
  company: string | null;
  usage: string | null;
  data: unknown;
  objects: TimelineEvent['objects'];
}

const SELECT = `select e.id, e.at, e.type, e.actor, e.reason, e.company_id as company, e.usage, e.data, coalesce((
    select jsonb_agg(jsonb_build_object('kind', o.object_kind, 'id', o.object_id, 'qualifier', o.qualifier) order by o.object_kind, o.qualifier, o.object_id)
    from event_object o where o.event_id = e.id), '[]') as objects
  from event e`;

const told = ({ id, at, ...event }: EventRow): TimelineEvent => ({
  id: id.toString(),
  at: at.toISOString(),
  ...event,
});

export interface EventPage {
  readonly items: readonly TimelineEvent[];
  /** The id the next page goes on from; null when this is the last. */
  readonly next: string | null;
}

const pageOf = (rows: readonly EventRow[], limit: number): EventPage => {
  const items = rows.slice(0, limit).map(told);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
};

/** Everything that happened to one object, in order, a page after the given event. */
export async function timelineOf(
  client: Queryable,
  kind: string,
  id: string,
  after: string,
  limit: number,
): Promise<EventPage> {
  const { rows } = await client.query<EventRow>(
    `${SELECT} where e.id in (
       select m.event_id from event_object m where m.object_kind = $1 and m.object_id = $2 and m.event_id > $3::bigint) order by e.id limit $4`,
    [kind, id, after, limit + 1],
  );
  return pageOf(rows, limit);
}

/**
 * Two steps through shared events lead from an order over its invoices to their remittances, and from its documents to what carried them.
 * The second does not enter another trade: what else a remittance paid is named in its event, and has a story of its own.
 */
const relatedStepsMax = 2;

/**
 * The same with everything related to the object: what stands beside it in an event, what stands beside that, and the interchange, file
 * and transmission that brought the documents among them.
 */
export async function relatedTimeline(
  client: Queryable,
  kind: string,
  id: string,
  after: string,
  limit: number,
): Promise<EventPage> {
  const { rows } = await client.query<EventRow>(
    `with recursive met (kind, id, step) as (
       select $1::text, $2::text, 0
       union
       select o.object_kind, o.object_id, m.step + 1 from met m
         join event_object e on e.object_kind = m.kind and e.object_id = m.id
         join event_object o on o.event_id = e.event_id
       where m.step < ${relatedStepsMax} and o.object_kind <> 'company'
         and (m.step = 0 or o.object_kind not in ('order', 'shipment', 'invoice'))),
     brought as (
       select i.id as interchange_id, f.id as file_id, f.transmission_id from (select distinct kind, id from met) m
         join document d on d.id = case when m.kind = 'document' and m.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then m.id::uuid end
         join transaction t on t.id = d.transaction_id join interchange i on i.id = t.interchange_id join raw_file f on f.id = i.raw_file_id),
     related as (
       select kind, id from met
       union select 'interchange', interchange_id::text from brought
       union select 'raw-file', file_id::text from brought
       union select 'transmission', transmission_id::text from brought)
     ${SELECT} where e.id in (
       select m.event_id from related r join event_object m on m.object_kind = r.kind and m.object_id = r.id where m.event_id > $3::bigint)
     order by e.id limit $4`,
    [kind, id, after, limit + 1],
  );
  return pageOf(rows, limit);
}

/** The latest events of all, newest first, a page before the given event. For looking, not for following: ids may be committed out of order. */
export async function latestEvents(client: Queryable, before: string | null, limit: number): Promise<EventPage> {
  const { rows } = await client.query<EventRow>(
    `${SELECT} ${before === null ? '' : 'where e.id < $2::bigint '}order by e.id desc limit $1`,
    [limit + 1, ...(before === null ? [] : [before])],
  );
  return pageOf(rows, limit);
}
