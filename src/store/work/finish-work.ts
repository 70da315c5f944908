import type { Tx } from '../database.ts';
import { heldBy, workChannel } from './work-row.ts';

const FINISH_WORK = `
  UPDATE work SET state = 'done', finished_at = now()
   WHERE ${heldBy('$1', '$2')}`;

/**
 * Marks work done in the transaction that holds its last effect. False when this attempt no longer holds it (it ran twice, was taken
 * over, parked or cancelled): then the transaction must write nothing.
 */
export async function finishWork(tx: Tx, id: string, attempt: number): Promise<boolean> {
  const { rowCount } = await tx.query(FINISH_WORK, [id, attempt]);
  tx.announce(workChannel); // a place in the lane and the order key are free
  return rowCount === 1;
}
