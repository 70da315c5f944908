import type { Usage } from '../../core/usage.ts';
import type { SyntaxName } from '../../parsers/transaction.ts';
import type { Queryable } from '../database.ts';

/** Something of ours that a partner's acknowledgment may be about. */
export interface SentInterchange {
  readonly interchange_id: string;
  readonly delivery_id: string;
  readonly delivery_state: string;
  readonly document_id: string | null;
  readonly order_id: string | null;
}

interface Scope {
  readonly company: string;
  readonly partner: string;
  readonly usage: Usage;
}

const SENT = `i.id as interchange_id, d.id as delivery_id, d.state as delivery_state, d.document_id, doc.order_id
  from interchange i join delivery d on d.interchange_id = i.id left join document doc on doc.id = d.document_id`;

/** Our interchange with this ISA13, as a number, for padding differs between systems; or with this UNB 0020, which is text. */
export async function sentWithInterchangeNumber(
  client: Queryable,
  scope: Scope,
  syntax: SyntaxName,
  controlNumber: string,
): Promise<SentInterchange | undefined> {
  const numbers = syntax === 'x12' ? [controlNumber, controlNumber.padStart(9, '0')] : [controlNumber];
  const { rows } = await client.query<SentInterchange & Record<string, unknown>>(
    `select ${SENT} where i.direction = 'out' and i.company_id = $1 and i.partner_id = $2 and i.usage = $3
       and i.syntax = $4 and i.control_number = any ($5) order by d.at limit 1`,
    [scope.company, scope.partner, scope.usage, syntax, numbers],
  );
  return rows[0];
}

/** Our group with this GS01 and GS06. */
export async function sentWithGroupNumber(
  client: Queryable,
  scope: Scope,
  functionalId: string,
  controlNumber: string,
): Promise<(SentInterchange & { readonly group_id: string }) | undefined> {
  const { rows } = await client.query<SentInterchange & { group_id: string } & Record<string, unknown>>(
    `select g.id as group_id, ${SENT} join functional_group g on g.interchange_id = i.id
     where g.direction = 'out' and g.company_id = $1 and g.partner_id = $2 and g.usage = $3 and g.functional_id = $4 and g.control_number = ltrim($5, '0')
     order by d.at limit 1`,
    [scope.company, scope.partner, scope.usage, functionalId, controlNumber],
  );
  return rows[0];
}

/**
 * Puts a partner's verdict on transactions of ours; `null` control number: on all of the group. Gives the documents they are. A document that
 * their application refused stays rejected, which only such a refusal gives a reason: 824 and 997 come from different programs, in either order.
 */
export async function judgeSent(
  tx: Queryable,
  groupId: string,
  controlNumber: string | null,
  verdict: string,
): Promise<readonly { transaction_id: string; document_id: string | null; trace: unknown }[]> {
  const { rows } = await tx.query<{ transaction_id: string; document_id: string | null; trace: unknown }>(
    `with judged as (
       update transaction set verdict = $3 where group_id = $1 and ($2::text is null or control_number = $2) and (verdict is null or $2::text is not null) returning id)
     , told as (
       update document d set state = case when $3 = 'rejected' or d.state = 'rejected' and d.state_reason is not null then 'rejected' else 'accepted' end
         from judged j where d.transaction_id = j.id returning d.id)
     select j.id as transaction_id, d.id as document_id, d.trace from judged j left join document d on d.transaction_id = j.id`,
    [groupId, controlNumber, verdict],
  );
  return rows;
}

/** The groups of an interchange of ours; of EDIFACT without UNG one that has no number. */
export async function groupsOfSent(
  client: Queryable,
  interchangeId: string,
): Promise<readonly { id: string; control_number: string | null }[]> {
  const { rows } = await client.query<{ id: string; control_number: string | null }>(
    'select id, control_number from functional_group where interchange_id = $1 order by ordinal',
    [interchangeId],
  );
  return rows;
}
