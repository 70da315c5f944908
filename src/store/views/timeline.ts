import type { Queryable } from '../database.ts';

export interface TimelineEvent {
  readonly id: bigint;
  readonly at: Date;
  readonly type: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly data: unknown;
  readonly objects: readonly { readonly kind: string; readonly id: string; readonly qualifier: string }[];
}

const SELECT = `select e.id, e.at, e.type, e.actor, e.reason, e.data,
    (select jsonb_agg(jsonb_build_object('kind', o.object_kind, 'id', o.object_id, 'qualifier', o.qualifier)) from event_object o where o.event_id = e.id) as objects
  from event e`;

/** Everything that happened to one object, in order. */
export async function timelineOf(
  client: Queryable,
  kind: string,
  id: string,
  after: bigint,
  limit: number,
): Promise<readonly TimelineEvent[]> {
  const { rows } = await client.query<TimelineEvent & Record<string, unknown>>(
    `${SELECT} where e.id in (select event_id from event_object where object_kind = $1 and object_id = $2 and event_id > $3) order by e.id limit $4`,
    [kind, id, after, limit],
  );
  return rows;
}

/** Everything that happened after an event, in order. */
export async function eventsAfter(client: Queryable, after: bigint, limit: number): Promise<readonly TimelineEvent[]> {
  const { rows } = await client.query<TimelineEvent & Record<string, unknown>>(
    `${SELECT} where e.id > $1 order by e.id limit $2`,
    [after, limit],
  );
  return rows;
}
