import type { Attempt, Lane } from '../../core/work.ts';
import type { Queryable, Tx } from '../database.ts';
import { workChannel } from './work-row.ts';

/*
 * Work is `queued` and its job is gone: the queue was emptied, the relay died between claim and enqueue, or a worker was killed too
 * often for the queue to try again. Only the queue knows which jobs it has, so a clock alone never decides: a file of 1 GB is read for minutes.
 */
export interface QueuedWork extends Attempt {
  readonly lane: Lane;
  /** The name of the job that carries it. */
  readonly job: string;
}

const LONG_QUEUED = `
  SELECT id, attempts, lane, coalesce(job, id || '-' || attempts) AS job FROM work
   WHERE state = 'queued' AND queued_at <= now() - make_interval(secs => $1)
   ORDER BY queued_at LIMIT $2`;

// Work whose job was lost again and again kills its worker, by memory or by a crash: it is set aside like any other failure.
const REQUEUE_LOST = `
  UPDATE work SET
    state = CASE WHEN failures + 1 >= $3 THEN 'parked' ELSE 'ready' END,
    parked_at = CASE WHEN failures + 1 >= $3 THEN now() END,
    failures = failures + 1,
    failure_kind = 'queue-unreachable',
    failure_message = 'The job was lost: the queue was emptied, or the worker died.'
    FROM unnest($1::uuid[], $2::int[]) AS lost (id, attempts)
   WHERE work.id = lost.id AND work.attempts = lost.attempts AND work.state = 'queued'`;

const RETURN_WORK = `
  UPDATE work SET state = 'ready'
    FROM unnest($1::uuid[], $2::int[]) AS refused (id, attempts)
   WHERE work.id = refused.id AND work.attempts = refused.attempts AND work.state = 'queued'`;

/** What has been queued for `ageMs` by the database's clock, longest first: candidates to ask the queue about. */
export async function longQueued(on: Queryable, ageMs: number, limit: number): Promise<readonly QueuedWork[]> {
  const { rows } = await on.query<QueuedWork>(LONG_QUEUED, [ageMs / 1_000, limit]);
  return rows;
}

/** Makes lost work ready again at once, or parks it at its `failuresMax`th failure. Gives how many were still queued. */
export async function requeueLost(tx: Tx, lost: readonly Attempt[], failuresMax: number): Promise<number> {
  const { rowCount } = await tx.query(REQUEUE_LOST, [...idsAndAttempts(lost), failuresMax]);
  tx.announce(workChannel);
  return rowCount;
}

/** Takes back claims the queue refused, or a worker did not begin; no failure of the work's own. */
export async function returnWork(tx: Tx, refused: readonly Attempt[]): Promise<number> {
  return (await tx.query(RETURN_WORK, idsAndAttempts(refused))).rowCount;
}

const idsAndAttempts = (work: readonly Attempt[]) => [work.map(({ id }) => id), work.map(({ attempts }) => attempts)];
