import type { FailureKind } from '../../core/failure.ts';
import type { Tx } from '../database.ts';
import { heldBy, workChannel } from './work-row.ts';

/** Why a piece of work did not succeed, as an operator reads it. */
export interface WorkFailure {
  readonly kind: FailureKind;
  readonly message: string;
}

const RETRY_LATER = `
  UPDATE work SET state = 'ready', not_before = $3, failures = failures + 1, failure_kind = $4, failure_message = $5
   WHERE ${heldBy('$1', '$2')}`;

const PARK_WORK = `
  UPDATE work SET state = 'parked', parked_at = now(), failures = failures + 1, failure_kind = $3, failure_message = $4
   WHERE ${heldBy('$1', '$2')}`;

/** Makes failed work ready again at `notBefore`; it keeps its turn. False when this attempt no longer holds it. */
export async function retryLater(
  tx: Tx,
  id: string,
  attempt: number,
  notBefore: Date,
  failure: WorkFailure,
): Promise<boolean> {
  const { rowCount } = await tx.query(RETRY_LATER, [id, attempt, notBefore, failure.kind, failure.message]);
  tx.announce(workChannel); // a place in the lane is free
  return rowCount === 1;
}

/** Sets failed work aside until an operator releases or cancels it; it keeps its turn. False when this attempt no longer holds it. */
export async function parkWork(tx: Tx, id: string, attempt: number, failure: WorkFailure): Promise<boolean> {
  const { rowCount } = await tx.query(PARK_WORK, [id, attempt, failure.kind, failure.message]);
  tx.announce(workChannel);
  return rowCount === 1;
}
