import type { Queryable } from '../database.ts';

export interface Counted {
  readonly of: string;
  readonly count: number;
}

export interface Gauges {
  readonly work: readonly { readonly lane: string; readonly state: string; readonly count: number }[];
  readonly oldestReadySeconds: number;
  /** By kind of what is owed. */
  readonly overdue: readonly Counted[];
  readonly quarantined: number;
  /** That wait for a back office or a person. */
  readonly orders: readonly Counted[];
  /** Held for a person, or waiting for what they refer to. */
  readonly documents: readonly Counted[];
  readonly remittances: readonly Counted[];
  readonly deliveries: readonly Counted[];
}

const counted = (select: string): string => `coalesce((select jsonb_agg(x) from (${select}) x), '[]')`;

/**
 * What is waiting, parked, late or held right now. Each part names its states in words, so that the indexes which hold only what is unfinished
 * answer: it costs what is unfinished, however much is done.
 */
const GAUGES = `select ${counted(`
      select lane, 'ready' as state, count(*)::int from work where state = 'ready' and has_turn group by lane
      union all select lane, 'waiting', count(*)::int from work where state = 'ready' and not has_turn group by lane
      union all select lane, 'queued', count(*)::int from work where state = 'queued' group by lane
      union all select lane, 'parked', count(*)::int from work where state = 'parked' group by lane`)} as work,
    (select extract(epoch from now() - min(not_before))::float8 from work where state = 'ready' and has_turn and not_before <= now()) as oldest,
    ${counted(`select kind as of, count(*)::int from expectation where state = 'overdue' group by kind`)} as overdue,
    (select count(*)::int from interchange where state = 'quarantined') as quarantined,
    ${counted(`
      select 'awaiting-decision' as of, count(*)::int from purchase_order where state = 'awaiting-decision'
      union all select 'held', count(*)::int from purchase_order where state = 'held'`)} as orders,
    ${counted(`
      select 'held' as of, count(*)::int from document where state = 'held'
      union all select 'waiting', count(*)::int from document where state = 'waiting'`)} as documents,
    ${counted(`
      select 'review' as of, count(*)::int from remittance where state = 'review'
      union all select 'partly-applied', count(*)::int from remittance where state = 'partly-applied'
      union all select 'waiting', count(*)::int from remittance where state = 'waiting'`)} as remittances,
    ${counted(`
      select 'ready' as of, count(*)::int from delivery where state = 'ready'
      union all select 'sending', count(*)::int from delivery where state = 'sending'
      union all select 'available', count(*)::int from delivery where state = 'available'
      union all select 'failed', count(*)::int from delivery where state = 'failed'`)} as deliveries`;

export async function gauges(client: Queryable): Promise<Gauges> {
  const { rows } = await client.query<{
    work: Gauges['work'];
    oldest: number | null;
    overdue: readonly Counted[];
    quarantined: number;
    orders: readonly Counted[];
    documents: readonly Counted[];
    remittances: readonly Counted[];
    deliveries: readonly Counted[];
  }>(GAUGES);
  const row = rows[0];
  if (row === undefined) throw new Error('a select without from gave no row');
  return {
    work: row.work,
    oldestReadySeconds: Math.max(0, row.oldest ?? 0),
    overdue: row.overdue,
    quarantined: row.quarantined,
    orders: row.orders,
    documents: row.documents,
    remittances: row.remittances,
    deliveries: row.deliveries,
  };
}
