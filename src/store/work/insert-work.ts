import { newId } from '../../core/ids.ts';
import { LANE_OF, type NewWork } from '../../core/work.ts';
import type { Tx } from '../database.ts';
import { toldInOneStatement } from '../in-one-statement.ts';
import { workChannel } from './work-row.ts';

// Rows of one statement get their arrival numbers in the order they are given.
const INSERT_WORK = `
  INSERT INTO work (id, kind, subject_id, lane, fairness_key, order_key, has_turn, not_before)
  SELECT id, kind, subject_id, lane, fairness_key, order_key, order_key IS NULL, coalesce(not_before, now())
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
         WITH ORDINALITY AS new (id, kind, subject_id, lane, fairness_key, order_key, not_before, place)
   ORDER BY place`;

/** Writes work in the transaction it follows from, in the order given, and wakes the relay after the commit. Gives the new ids. */
export async function insertWork(tx: Tx, work: readonly NewWork[]): Promise<readonly string[]> {
  if (work.length === 0) return [];
  const numbered = work.map((one) => ({ ...one, id: newId() }));
  await insert(tx, numbered);
  tx.announce(workChannel);
  return numbered.map(({ id }) => id);
}

const insert = toldInOneStatement((tx: Tx, lists: readonly (readonly (NewWork & { id: string })[])[]) => {
  const work = lists.flat();
  return tx.tell(INSERT_WORK, [
    work.map(({ id }) => id),
    work.map(({ kind }) => kind),
    work.map(({ subjectId }) => subjectId),
    work.map(({ kind }) => LANE_OF[kind]),
    work.map(({ fairnessKey }) => fairnessKey),
    work.map(({ orderKey }) => orderKey ?? null),
    work.map(({ notBefore }) => notBefore ?? null),
  ]);
});
