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
  /** Work is due when its `not_before` has passed here or on the database server, whose clocks may differ. */
  readonly now: Date;
}

const CLAIM_WORK = `SELECT ${workColumns} FROM claim_work($1, $2, $3, $4)`;

/**
 * Ready work of these lanes, fair across partners: each fairness key with room gives one, then each gives its second, so a flood of one
 * cannot starve the rest. Of each order key only the oldest unfinished row is ever claimed. What is claimed is `queued`, with one attempt more.
 */
export async function claimWork(on: Queryable, lanes: readonly Lane[], limits: ClaimLimits): Promise<readonly Work[]> {
  const { rows } = await on.query<WorkRow>(CLAIM_WORK, [lanes, limits.inFlightMaxPerKey, limits.limit, limits.now]);
  return rows.map(workOf);
}
