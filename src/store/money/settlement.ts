import type { Usage } from '../../core/usage.ts';
import type { Remittance } from '../../documents/remittance.ts';
import type { Queryable } from '../database.ts';
import type { RemittanceRow } from '../rows/business.ts';

export interface RemittanceToSettle
  extends Pick<
    RemittanceRow,
    | 'id'
    | 'company_id'
    | 'partner_id'
    | 'trace'
    | 'currency'
    | 'amount_minor'
    | 'applied_minor'
    | 'state'
    | 'document_id'
  > {
  readonly usage: Usage;
  readonly on_account: bigint;
  readonly remittance: Remittance;
}

/** A remittance with its document, locked: of two who settle it one waits, and then sees what the other left. */
export async function remittanceToSettle(tx: Queryable, id: string): Promise<RemittanceToSettle | undefined> {
  const { rows } = await tx.query<RemittanceToSettle & Record<string, unknown>>(
    `select r.*, coalesce((r.body #>> '{remainder,onAccount}')::bigint, 0) as on_account, d.body as remittance
     from remittance r join document d on d.id = r.document_id where r.id = $1 for update of r`,
    [id],
  );
  return rows[0];
}

/** What a remittance is after a person's act. */
export async function updateSettled(
  tx: Queryable,
  id: string,
  now: { amount: bigint; applied: bigint; onAccount: bigint; unapplied: bigint; state: RemittanceRow['state'] },
): Promise<void> {
  await tx.tell(
    `update remittance set amount_minor = $2, applied_minor = $3, state = $4,
       body = body || jsonb_build_object('waitsFor', '[]'::jsonb, 'remainder', jsonb_build_object('onAccount', $5::text, 'unapplied', $6::text))
     where id = $1`,
    [id, now.amount.toString(), now.applied.toString(), now.state, now.onAccount.toString(), now.unapplied.toString()],
  );
}

/** Lines that waited are settled: those at these places, or all. */
export async function settleLines(
  tx: Queryable,
  id: string,
  paths: readonly string[] | 'all',
  message: string,
): Promise<void> {
  await tx.tell(
    `update remittance_line set outcome = 'settled', reason = 'settled-by-person', message = $2
     where remittance_id = $1 and outcome in ('review', 'waits') and ($3::text[] is null or path = any ($3))`,
    [id, message, paths === 'all' ? null : paths],
  );
}

/** The line of an application that was taken back waits for a person. */
export async function reviewLine(tx: Queryable, id: string, path: string, message: string): Promise<void> {
  await tx.tell(
    `update remittance_line set outcome = 'review', reason = 'taken-back', message = $3
     where remittance_id = $1 and path = $2 and outcome in ('applied', 'settled')`,
    [id, path, message],
  );
}

export interface StoredApplication {
  readonly id: string;
  readonly path: string;
  readonly open_item_id: string;
  readonly cash_minor: bigint;
  readonly discount_minor: bigint;
  readonly deduction_minor: bigint;
  readonly deduction_code: string | null;
  readonly reverses_id: string | null;
  /** Whether another takes it back already. */
  readonly taken_back: boolean;
}

/** One application of a remittance; undefined when it has none of this id. */
export async function applicationOf(
  tx: Queryable,
  remittanceId: string,
  id: string,
): Promise<StoredApplication | undefined> {
  const { rows } = await tx.query<StoredApplication & Record<string, unknown>>(
    `select a.*, exists (select 1 from application b where b.reverses_id = a.id) as taken_back
     from application a where a.id = $2 and a.remittance_id = $1`,
    [remittanceId, id],
  );
  return rows[0];
}
