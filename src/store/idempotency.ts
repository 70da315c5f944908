import { createHash } from 'node:crypto';
import { FailureError } from '../core/failure.ts';
import type { Queryable, Tx } from './database.ts';

/** An answer as it was given: its body is text, so that it is the same to the byte every time. */
export interface KeptAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * The answer that was given under this key before, or undefined when this request is the first: then the caller acts and keeps its answer in
 * the same transaction. Two requests with one key at once: the second waits for the first, and acts itself when the first was rolled back.
 * Throws FailureError `usage-wrong` when the key was used for another request.
 */
export async function answerGiven(
  tx: Tx,
  scope: string,
  key: string,
  request: unknown,
  at: Date,
): Promise<KeptAnswer | undefined> {
  const hash = requestHash(request);
  const { rowCount } = await tx.query(
    'insert into idempotency (scope, key, request_hash, at) values ($1, $2, $3, $4) on conflict do nothing',
    [scope, key, hash, at],
  );
  if (rowCount === 1) return undefined;
  const { rows } = await tx.query<{ request_hash: Buffer; status: number | null; text: string | null }>(
    'select request_hash, status, response::text as text from idempotency where scope = $1 and key = $2',
    [scope, key],
  );
  const row = rows[0];
  if (row === undefined || row.status === null || row.text === null)
    throw new FailureError('bug', `The answer under the key ${key} was not kept.`);
  if (!row.request_hash.equals(hash))
    throw new FailureError('usage-wrong', `The Idempotency-Key ${key} was used for another request.`);
  return { status: row.status, text: row.text };
}

/** Keeps the answer of the request that came first. */
export async function keepAnswer(tx: Tx, scope: string, key: string, { status, text }: KeptAnswer): Promise<void> {
  await tx.tell('update idempotency set status = $3, response = $4 where scope = $1 and key = $2', [
    scope,
    key,
    status,
    text,
  ]);
}

/** Drops answers given before `until`, some at a time; gives how many there were. */
export async function forgetAnswers(on: Queryable, until: Date, limit: number): Promise<number> {
  const { rowCount } = await on.query(
    'delete from idempotency where (scope, key) in (select scope, key from idempotency where at < $1 order by at limit $2)',
    [until, limit],
  );
  return rowCount;
}

/** What makes two requests the same: their values. The order of an object's names means nothing, and not every program keeps it. */
export const requestHash = (request: unknown): Buffer =>
  createHash('sha256').update(JSON.stringify(request, sorted)).digest();

const sorted = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
