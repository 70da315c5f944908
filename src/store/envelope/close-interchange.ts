import type { Verdict } from '../../core/problem.ts';
import type { Queryable } from '../database.ts';

/** Puts the verdicts on an interchange and its groups; what was provisional is entered, or rejected with its group. */
export async function closeInterchange(
  tx: Queryable,
  id: string,
  verdict: Verdict,
  groups: readonly { readonly id: string; readonly verdict: Verdict }[],
  at: Date,
): Promise<void> {
  await tx.query(`update interchange set state = 'closed', verdict = $2, closed_at = $3 where id = $1`, [
    id,
    verdict,
    at,
  ]);
  await tx.query(
    `update functional_group g set verdict = r.verdict, accepted = case when r.verdict = 'rejected' then 0 else g.accepted end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, verdict text) where g.id = r.id`,
    [JSON.stringify(groups)],
  );
  await tx.query(
    `with judged as (
       update transaction t set state = case when g.verdict = 'rejected' then 'rejected' else 'entered' end,
         verdict = case when g.verdict = 'rejected' then 'rejected' else t.verdict end
       from functional_group g where g.id = t.group_id and t.interchange_id = $1 and t.state = 'provisional'
       returning t.id, t.state)
     update document d set state = 'entered' from judged j where d.transaction_id = j.id and j.state = 'entered'`,
    [id],
  );
}

/** Keeps an interchange out of the business until an operator decides. */
export async function quarantineInterchange(tx: Queryable, id: string, reason: string): Promise<void> {
  await tx.query(`update interchange set state = 'quarantined', quarantine_reason = $2 where id = $1`, [id, reason]);
}

/** The documents an interchange brought into the business, in wire order, a page at a time. */
export async function enteredDocuments(
  tx: Queryable,
  interchangeId: string,
  afterGroup: number,
  afterTransaction: number,
  limit: number,
): Promise<
  readonly { id: string; partner_id: string; order_key: string | null; group_ordinal: number; ordinal: number }[]
> {
  const { rows } = await tx.query<{
    id: string;
    partner_id: string;
    order_key: string | null;
    group_ordinal: number;
    ordinal: number;
  }>(
    `select d.id, d.partner_id, d.order_key, g.ordinal as group_ordinal, t.ordinal
     from transaction t join functional_group g on g.id = t.group_id join document d on d.transaction_id = t.id and d.state = 'entered'
     where t.interchange_id = $1 and (g.ordinal, t.ordinal) > ($2, $3) order by g.ordinal, t.ordinal limit $4`,
    [interchangeId, afterGroup, afterTransaction, limit],
  );
  return rows;
}

/** Their acknowledgments that an interchange brought, and that were not rejected with their group. */
export async function enteredAcknowledgments(
  tx: Queryable,
  interchangeId: string,
): Promise<readonly { id: string; partner_id: string }[]> {
  const { rows } = await tx.query<{ id: string; partner_id: string }>(
    `select a.id, a.partner_id from acknowledgment a left join transaction t on t.id = a.transaction_id
     where a.interchange_id = $1 and a.direction = 'in' and (t.id is null or t.state = 'entered') order by t.ordinal`,
    [interchangeId],
  );
  return rows;
}
