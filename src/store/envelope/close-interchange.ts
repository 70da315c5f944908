import type { ProblemCode, Verdict } from '../../core/problem.ts';
import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

/** Puts the verdicts on an interchange and its groups. */
export async function closeInterchange(
  tx: Queryable,
  id: string,
  verdict: Verdict,
  groups: readonly { readonly id: string; readonly verdict: Verdict }[],
  at: Date,
): Promise<void> {
  await tx.tell(`update interchange set state = 'closed', verdict = $2, closed_at = $3 where id = $1`, [
    id,
    verdict,
    at,
  ]);
  await tx.tell(
    `update functional_group g set verdict = r.verdict, accepted = case when r.verdict = 'rejected' then 0 else g.accepted end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, verdict text) where g.id = r.id`,
    [jsonText(groups)],
  );
}

/** Keeps an interchange out of the business until an operator decides. */
export async function quarantineInterchange(tx: Queryable, id: string, reason: string): Promise<void> {
  await tx.tell(`update interchange set state = 'quarantined', quarantine_reason = $2 where id = $1`, [id, reason]);
}

export interface ClosedTransaction {
  readonly ordinal: number;
  /** The document that entered the business with it; null when none did. */
  readonly document_id: string | null;
  readonly partner_id: string | null;
  readonly order_key: string | null;
}

/**
 * Lets one page of an interchange's transactions follow their groups' verdicts: entered with their documents, or rejected. In wire order, after
 * the given ordinal; an interchange may hold a million, and one statement over all of them would run into the statement timeout.
 */
export async function closeTransactions(
  tx: Queryable,
  interchangeId: string,
  afterOrdinal: number,
  limit: number,
): Promise<readonly ClosedTransaction[]> {
  const { rows } = await tx.query<ClosedTransaction & Record<string, unknown>>(
    `with page as (
       select t.id, t.ordinal, t.state, g.verdict = 'rejected' as rejected
       from transaction t join functional_group g on g.id = t.group_id
       where t.interchange_id = $1 and t.ordinal > $2 order by t.ordinal limit $3),
     judged as (
       update transaction t set state = case when p.rejected then 'rejected' else 'entered' end,
         verdict = case when p.rejected then 'rejected' else t.verdict end
       from page p where t.id = p.id and (p.state = 'provisional' or (p.state = 'parked' and p.rejected)) returning t.id, t.state),
     entered as (
       update document d set state = 'entered' from judged j where d.transaction_id = j.id and j.state = 'entered'
       returning d.id, d.transaction_id, d.partner_id, d.order_key)
     select p.ordinal, e.id as document_id, e.partner_id, e.order_key
     from page p left join entered e on e.transaction_id = p.id order by p.ordinal`,
    [interchangeId, afterOrdinal, limit],
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
     where a.interchange_id = $1 and a.direction = 'in' and (t.id is null or t.state = 'entered') order by t.ordinal nulls first`,
    [interchangeId],
  );
  return rows;
}

/** What an operator has accepted is no error any more: it is kept as a warning, and no answer tells of it. */
export async function forgiveProblems(
  tx: Queryable,
  interchangeId: string,
  codes: readonly ProblemCode[],
): Promise<void> {
  await tx.tell(
    `update problem set body = body || '{"severity": "warning"}' where interchange_id = $1 and body ->> 'code' = any ($2)`,
    [interchangeId, codes],
  );
}
