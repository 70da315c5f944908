import type { Queryable } from '../database.ts';

export interface Gauges {
  readonly work: readonly { readonly lane: string; readonly state: string; readonly count: number }[];
  readonly oldestReadySeconds: number;
  readonly overdue: readonly { readonly kind: string; readonly count: number }[];
  readonly quarantined: number;
}

/** What is waiting, parked, late or held right now. Only what is unfinished is counted, so it stays cheap. */
export async function gauges(client: Queryable): Promise<Gauges> {
  const { rows } = await client.query<{
    work: Gauges['work'];
    oldest: string | null;
    overdue: Gauges['overdue'];
    quarantined: number;
  }>(
    `select coalesce((select jsonb_agg(w) from (select lane, state, count(*)::int from work where state <> 'done' group by lane, state) w), '[]') as work,
       (select extract(epoch from now() - min(not_before))::text from work where state = 'ready' and not_before <= now()) as oldest,
       coalesce((select jsonb_agg(x) from (select kind, count(*)::int from expectation where state = 'overdue' group by kind) x), '[]') as overdue,
       (select count(*)::int from interchange where state = 'quarantined') as quarantined`,
  );
  const row = rows[0];
  return {
    work: row?.work ?? [],
    oldestReadySeconds: Number(row?.oldest ?? 0),
    overdue: row?.overdue ?? [],
    quarantined: row?.quarantined ?? 0,
  };
}
