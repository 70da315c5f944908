import type { WorkKind } from '../../core/work.ts';
import type { Queryable } from '../database.ts';

/** Whether work of this kind on a subject is still to be done, a finished one of the same transaction not counted. */
export async function hasPendingWork(client: Queryable, kind: WorkKind, subjectId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select 1 from work where subject_id = $1 and kind = $2 and state <> 'done' limit 1`,
    [subjectId, kind],
  );
  return rowCount > 0;
}
