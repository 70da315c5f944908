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

export interface OpenWork {
  readonly id: string;
  readonly order_key: string | null;
}

/** Work of these kinds on these subjects that is still to be done, or under way. */
export async function openWorkOn(
  client: Queryable,
  kinds: readonly WorkKind[],
  subjectIds: readonly string[],
): Promise<readonly OpenWork[]> {
  const { rows } = await client.query<OpenWork & Record<string, unknown>>(
    `select id, order_key from work where subject_id = any ($1::text[]) and kind = any ($2::text[]) and state <> 'done' order by id`,
    [subjectIds, kinds],
  );
  return rows;
}
