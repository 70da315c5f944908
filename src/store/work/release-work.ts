import type { Tx } from '../database.ts';
import { workChannel } from './work-row.ts';

// As in `heldBy`: only the primary key may be used.
const RELEASE_WORK = `
  UPDATE work SET state = 'ready', not_before = now(), parked_at = NULL, failures = 0
   WHERE id = $1 AND (state || '' = 'parked' OR (state || '' = 'ready' AND failures > 0))`;

const CANCEL_WORK = `
  UPDATE work SET state = 'done', finished_at = now(), parked_at = NULL
   WHERE id = $1 AND state || '' IN ('parked', 'ready')`;

/** An operator's "try again now": parked work, or work that waits for its next try. False when it is neither. The caller writes the Event. */
export async function releaseWork(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(RELEASE_WORK, [id]);
  tx.announce(workChannel);
  return rowCount === 1;
}

/** An operator's "leave it": the work ends without effect, and its order key goes on. False when it is done or a worker holds it. */
export async function cancelWork(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(CANCEL_WORK, [id]);
  tx.announce(workChannel);
  return rowCount === 1;
}
