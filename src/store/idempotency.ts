import { createHash } from 'node:crypto';
import { FailureError } from '../core/failure.ts';
import type { Tx } from './database.ts';

export interface KeptAnswer {
  readonly status: number;
  readonly response: unknown;
}

/**
 * The answer that was given under this key before, or undefined when this request is the first: then the caller acts and keeps its answer in
 * the same transaction. Two requests with one key at once: the second waits for the first. Throws FailureError `usage-wrong` when the key
 * was used for another request.
 */
export async function answerGiven(
  tx: Tx,
  scope: string,
  key: string,
  request: unknown,
  at: Date,
): Promise<KeptAnswer | undefined> {
  const hash = createHash('sha256').update(JSON.stringify(request)).digest();
  const { rowCount } = await tx.query(
    'insert into idempotency (scope, key, request_hash, at) values ($1, $2, $3, $4) on conflict do nothing',
    [scope, key, hash, at],
  );
  if (rowCount === 1) return undefined;
  const { rows } = await tx.query<{ request_hash: Buffer; status: number | null; response: unknown }>(
    'select request_hash, status, response from idempotency where scope = $1 and key = $2',
    [scope, key],
  );
  const row = rows[0];
  if (row !== undefined && !row.request_hash.equals(hash)) {
    throw new FailureError('usage-wrong', `The Idempotency-Key ${key} was used for another request.`);
  }
  return row === undefined || row.status === null ? undefined : { status: row.status, response: row.response };
}

/** Keeps the answer of the request that came first. */
export async function keepAnswer(tx: Tx, scope: string, key: string, { status, response }: KeptAnswer): Promise<void> {
  await tx.query('update idempotency set status = $3, response = $4 where scope = $1 and key = $2', [
    scope,
    key,
    status,
    JSON.stringify(response, (_name, value) => (typeof value === 'bigint' ? value.toString() : value)),
  ]);
}
