import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

/** A transaction that was accepted and could not be mapped, with where its interchange begins. */
export interface ParkedTransaction {
  readonly state: string;
  readonly company_id: string | null;
  readonly partner_id: string | null;
  readonly usage: Usage;
  readonly byte_offset: bigint;
  readonly raw_file_id: string;
  readonly interchange_id: string;
  readonly interchange_offset: bigint;
  readonly interchange_state: string;
}

/** One transaction, locked: of two who release it, one does. */
export async function transactionToRelease(tx: Queryable, id: string): Promise<ParkedTransaction | undefined> {
  const { rows } = await tx.query<ParkedTransaction & Record<string, unknown>>(
    `select t.state, t.company_id, t.partner_id, t.usage, t.byte_offset, i.raw_file_id, i.id as interchange_id,
       i.byte_offset as interchange_offset, i.state as interchange_state
     from transaction t join interchange i on i.id = t.interchange_id where t.id = $1 for update of t`,
    [id],
  );
  return rows[0];
}

/** What was parked is entered, under the agreement by which it could be read. */
export const enterParked = (tx: Queryable, id: string, agreementId: string): Promise<void> =>
  tx.tell(`update transaction set state = 'entered', agreement_id = $2 where id = $1`, [id, agreementId]);
