import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';
import type { RemittanceRow } from '../rows/business.ts';

/** An advice that announced the same payment before this one, which is new (null) or was kept waiting: a later copy of it is no reason to stop it. */
export async function earlierAdvice(
  client: Queryable,
  scope: { company: string; usage: Usage },
  adviceKey: string,
  waiting: string | null,
): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `select id from remittance where company_id = $1 and usage = $2 and advice_key = $3
       and ($4::uuid is null or (at, id) < (select at, id from remittance where id = $4)) order by at, id limit 1`,
    [scope.company, scope.usage, adviceKey, waiting],
  );
  return rows[0]?.id ?? null;
}

/** The remittance of a document that was looked at before and waited, locked. */
export async function remittanceOfDocument(tx: Queryable, documentId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>('select id from remittance where document_id = $1 for update', [
    documentId,
  ]);
  return rows[0]?.id;
}

/** A waiting remittance is looked at again: its lines are told anew. Only a waiting one: what was applied is never taken apart. */
export async function replaceWaiting(
  tx: Queryable,
  { id, applied_minor, state, balance, body }: RemittanceRow,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with gone as (delete from remittance_line where remittance_id = $1)
     update remittance set applied_minor = $2, state = $3, balance = $4, body = $5 where id = $1 and state = 'waiting'`,
    [id, applied_minor, state, balance, jsonText(body)],
  );
  return rowCount === 1;
}
