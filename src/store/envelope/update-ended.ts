import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

export interface EndedGroup {
  readonly id: string;
  readonly claimed: number | null;
  readonly counted: number;
  readonly accepted: number;
  readonly with_errors: number;
}

export interface EndedInterchangeSize {
  readonly id: string;
  readonly byte_length: number;
  readonly group_count: number;
  readonly transaction_count: number;
}

/** Completes groups and interchanges that an earlier batch began and this one saw end. */
export async function updateEnded(
  tx: Queryable,
  groups: readonly EndedGroup[],
  interchanges: readonly EndedInterchangeSize[],
): Promise<void> {
  if (groups.length > 0) {
    await tx.tell(
      `update functional_group g set claimed = r.claimed, counted = r.counted, accepted = r.accepted, with_errors = r.with_errors
       from jsonb_to_recordset($1::jsonb) as r (id uuid, claimed int, counted int, accepted int, with_errors int) where g.id = r.id`,
      [jsonText(groups)],
    );
  }
  if (interchanges.length > 0) {
    await tx.tell(
      `update interchange i set byte_length = r.byte_length, group_count = r.group_count, transaction_count = r.transaction_count
       from jsonb_to_recordset($1::jsonb) as r (id uuid, byte_length bigint, group_count int, transaction_count int) where i.id = r.id`,
      [jsonText(interchanges)],
    );
  }
}
