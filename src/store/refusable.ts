import type { Queryable } from './database.ts';

/**
 * Runs a part of a transaction that may end in a refusal: what it wrote is then taken back, and the transaction goes on as if it had not
 * run. Not to be nested.
 */
export async function refusable<Result extends { readonly ok: boolean }>(
  tx: Queryable,
  story: () => Promise<Result>,
): Promise<Result> {
  await tx.tell('savepoint refusable');
  const result = await story();
  await tx.query(result.ok ? 'release savepoint refusable' : 'rollback to savepoint refusable');
  return result;
}
