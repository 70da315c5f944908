import type { Tx } from '../database.ts';
import { jsonText } from '../json-text.ts';
import { heldBy } from './work-row.ts';

const MOVE_CURSOR = `
  UPDATE work SET cursor = $4::jsonb
   WHERE ${heldBy('$1', '$2')} AND cursor IS NOT DISTINCT FROM $3::jsonb`;

/**
 * Moves the cursor of an interruptible piece of work, in the transaction that holds the effect up to `to`. False when it does not stand
 * at `from` or another attempt holds the work: then the transaction must write nothing, and the worker stops.
 */
export async function moveCursor(tx: Tx, id: string, attempt: number, from: unknown, to: unknown): Promise<boolean> {
  const { rowCount } = await tx.query(MOVE_CURSOR, [id, attempt, asJson(from), asJson(to)]);
  return rowCount === 1;
}

/** A cursor not yet set is SQL's NULL, not JSON's. */
const asJson = (cursor: unknown): string | null => (cursor === null || cursor === undefined ? null : jsonText(cursor));
