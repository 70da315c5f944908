import type { Lane, Work } from '../../core/work.ts';
import type { Queryable } from '../database.ts';
import { type WorkRow, workColumns, workOf } from './work-row.ts';

/*
 * Two steps in one transaction: give order keys that are free to their oldest work, then take due work, fairly. Both stand in the
 * database, as the function `claim_work` of the migrations: told from here it took seven round trips, and a gateway at work claims a
 * hundred times a second.
 */
export interface ClaimLimits {
  /** At most this many of one fairness key are in the queue at a time. */
  readonly inFlightMaxPerKey: number;
  /** At most this many of a lane are claimed at once. */
  readonly limit: number;
  /** A job of the queue carries at most this many; 1 when left out. */
  readonly jobMax?: number;
  /** Work is due when its `not_before` has passed here or on the database server, whose clocks may differ. */
  readonly now: Date;
}

/** Work in the hands of the queue, and the name of the job that carries it. */
export interface ClaimedWork extends Work {
  readonly job: string;
}

const CLAIM_WORK = `SELECT ${workColumns}, job FROM claim_work($1, $2, $3, $4, $5)`;

/**
 * Ready work of these lanes, fair across partners: each fairness key with room gives one, then each gives its second, so a flood of one
 * cannot starve the rest. Of each order key only the oldest unfinished row is ever claimed. What is claimed is `queued`, with one attempt more.
 */
export async function claimWork(
  on: Queryable,
  lanes: readonly Lane[],
  { inFlightMaxPerKey, limit, jobMax = 1, now }: ClaimLimits,
): Promise<readonly ClaimedWork[]> {
  const { rows } = await on.query<WorkRow & { job: string }>(CLAIM_WORK, [
    lanes,
    inFlightMaxPerKey,
    limit,
    jobMax,
    now,
  ]);
  return rows.map((row) => ({ ...workOf(row), job: row.job }));
}
