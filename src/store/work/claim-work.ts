import type { Lane, Work } from '../../core/work.ts';
import type { Database } from '../database.ts';
import { type WorkRow, workColumns, workOf } from './work-row.ts';

/*
 * Two steps in one transaction: give order keys that are free to their oldest work, then take due work, fairly.
 *
 * Both jump through a partial index from key to key (a "loose index scan", by recursion: PostgreSQL has none of its own), so the
 * price follows the number of keys with work waiting and not the number of rows. Measured on 2 cores with 1,000,000 rows done and
 * 100,000 ready: see docs/operating/work-and-queue.md.
 */
export interface ClaimLimits {
  /** At most this many of one fairness key are in the queue at a time. */
  readonly inFlightMaxPerKey: number;
  /** At most this many of a lane are claimed at once. */
  readonly limit: number;
  /** Work is due when its `not_before` has passed here or on the database server, whose clocks may differ. */
  readonly now: Date;
}

// One claim at a time on the whole database: two relays that counted together would each fill a key's places. A claim takes milliseconds.
const LOCK_CLAIMS = `SELECT pg_advisory_xact_lock(hashtextextended('tallyport claims', 0))`;

const GIVE_TURNS = `
  WITH RECURSIVE waiting AS (
    (SELECT order_key FROM work WHERE NOT has_turn AND state = 'ready' ORDER BY order_key LIMIT 1)
    UNION ALL
    SELECT (SELECT w.order_key FROM work w
             WHERE NOT w.has_turn AND w.state = 'ready' AND w.order_key > waiting.order_key
             ORDER BY w.order_key LIMIT 1)
      FROM waiting WHERE waiting.order_key IS NOT NULL
  ), free AS (
    SELECT order_key FROM waiting
     WHERE order_key IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM work t WHERE t.order_key = waiting.order_key AND t.has_turn AND t.state <> 'done')
     LIMIT $1
  ), oldest AS (
    SELECT next.id FROM free CROSS JOIN LATERAL (
      SELECT id FROM work w
       WHERE w.order_key = free.order_key AND NOT w.has_turn AND w.state = 'ready'
       ORDER BY w.arrival LIMIT 1
    ) next
  )
  UPDATE work SET has_turn = true FROM oldest WHERE work.id = oldest.id AND work.state = 'ready'`;

const CLAIM_WORK = `
  WITH RECURSIVE keys AS (
    (SELECT fairness_key FROM work WHERE lane = $1 AND state = 'ready' AND has_turn ORDER BY fairness_key LIMIT 1)
    UNION ALL
    SELECT (SELECT w.fairness_key FROM work w
             WHERE w.lane = $1 AND w.state = 'ready' AND w.has_turn AND w.fairness_key > keys.fairness_key
             ORDER BY w.fairness_key LIMIT 1)
      FROM keys WHERE keys.fairness_key IS NOT NULL
  ), room AS (
    SELECT fairness_key,
           $2 - (SELECT count(*) FROM work q
                  WHERE q.lane = $1 AND q.state = 'queued' AND q.fairness_key = keys.fairness_key) AS places
      FROM keys WHERE fairness_key IS NOT NULL
  ), due AS (
    SELECT id, not_before, row_number() OVER (PARTITION BY room.fairness_key ORDER BY not_before, arrival) AS turn
      FROM room CROSS JOIN LATERAL (
        SELECT id, not_before, arrival FROM work w
         WHERE w.lane = $1 AND w.state = 'ready' AND w.has_turn AND w.fairness_key = room.fairness_key
           AND w.not_before <= greatest(now(), $4)
         ORDER BY w.not_before, w.arrival
         LIMIT greatest(least(room.places, $3), 0)
         FOR UPDATE SKIP LOCKED
      ) rows
  ), picked AS (
    SELECT id, row_number() OVER (ORDER BY turn, not_before) AS place FROM due ORDER BY place LIMIT $3
  ), claimed AS (
    UPDATE work SET state = 'queued', queued_at = now(), attempts = attempts + 1
      FROM picked WHERE work.id = picked.id
    RETURNING place, ${workColumns.replace('id', 'work.id')}
  )
  SELECT * FROM claimed ORDER BY place`;

/**
 * Ready work of these lanes, fair across partners: each fairness key with room gives one, then each gives its second, so a flood of one
 * cannot starve the rest. Of each order key only the oldest unfinished row is ever claimed. What is claimed is `queued`, with one attempt more.
 */
export async function claimWork(
  database: Database,
  lanes: readonly Lane[],
  limits: ClaimLimits,
): Promise<readonly Work[]> {
  return database.inTransaction(async (tx) => {
    await tx.query(LOCK_CLAIMS);
    await tx.query(GIVE_TURNS, [limits.limit]);
    const claimed: Work[] = [];
    for (const lane of lanes) {
      const { rows } = await tx.query<WorkRow>(CLAIM_WORK, [lane, limits.inFlightMaxPerKey, limits.limit, limits.now]);
      claimed.push(...rows.map(workOf));
    }
    return claimed;
  });
}
