import type { Work } from '../../core/work.ts';
import type { Queryable } from '../database.ts';
import { heldBy, type WorkRow, workColumns, workOf } from './work-row.ts';

const WORK_IN_HAND = `
  SELECT ${workColumns} FROM unnest($1::uuid[], $2::int[]) AS held (held_id, attempt), work
   WHERE ${heldBy('held_id', 'attempt')}`;

/**
 * The work jobs were made for, in their order; undefined when it is done, taken over by a later attempt, parked or gone: then the job has
 * nothing to do.
 */
export async function worksInHand(
  on: Queryable,
  jobs: readonly Pick<Work, 'id' | 'attempts'>[],
): Promise<readonly (Work | undefined)[]> {
  const { rows } = await on.query<WorkRow>(WORK_IN_HAND, [
    jobs.map(({ id }) => id),
    jobs.map(({ attempts }) => attempts),
  ]);
  const held = new Map(rows.map((row) => [`${row.id}-${row.attempts}`, workOf(row)]));
  return jobs.map(({ id, attempts }) => held.get(`${id}-${attempts}`));
}

export async function workInHand(on: Queryable, id: string, attempts: number): Promise<Work | undefined> {
  return (await worksInHand(on, [{ id, attempts }]))[0];
}
