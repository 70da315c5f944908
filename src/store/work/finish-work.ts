import type { Tx } from '../database.ts';
import { inOneStatement } from '../in-one-statement.ts';
import { heldBy, workChannel } from './work-row.ts';

const FINISH_WORK = `
  UPDATE work SET state = 'done', finished_at = now()
    FROM unnest($1::uuid[], $2::int[]) AS held (held_id, attempt)
   WHERE ${heldBy('held_id', 'attempt')} RETURNING id, attempts`;

interface Held {
  readonly id: string;
  readonly attempt: number;
}

const keyOf = (id: string, attempt: number): string => `${id}-${attempt}`;

const finish = inOneStatement(async (tx: Tx, held: readonly Held[]) => {
  const { rows } = await tx.query<{ id: string; attempts: number }>(FINISH_WORK, [
    held.map(({ id }) => id),
    held.map(({ attempt }) => attempt),
  ]);
  tx.announce(workChannel); // a place in the lane and the order key are free
  const finished = new Set(rows.map(({ id, attempts }) => keyOf(id, attempts)));
  return held.map(({ id, attempt }) => finished.delete(keyOf(id, attempt))); // of one that came twice, one is told
});

/**
 * Marks work done in the transaction that holds its last effect. False when this attempt no longer holds it (it ran twice, was taken
 * over, parked or cancelled): then the transaction must write nothing.
 */
export const finishWork = (tx: Tx, id: string, attempt: number): Promise<boolean> => finish(tx, { id, attempt });
