import type { Work } from '../../core/work.ts';
import type { Queryable } from '../database.ts';
import { heldBy, type WorkRow, workColumns, workOf } from './work-row.ts';

/** The work a job was made for; undefined when it is done, taken over by a later attempt, parked or gone: then the job has nothing to do. */
export async function workInHand(on: Queryable, id: string, attempt: number): Promise<Work | undefined> {
  const { rows } = await on.query<WorkRow>(`SELECT ${workColumns} FROM work WHERE ${heldBy('$1', '$2')}`, [
    id,
    attempt,
  ]);
  return rows[0] === undefined ? undefined : workOf(rows[0]);
}
