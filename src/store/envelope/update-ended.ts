import type { Queryable } from '../database.ts';

/** Completes groups and interchanges that an earlier batch began and this one saw end. */
export async function updateEnded(
  tx: Queryable,
  groups: readonly { id: string; claimed: number | null; tally: { counted: number; accepted: number } }[],
  interchanges: readonly { id: string; byteLength: number | null; groups: number; transactions: number }[],
): Promise<void> {
  if (groups.length > 0) {
    await tx.query(
      `update functional_group g set claimed = r.claimed, counted = r.counted, accepted = r.accepted
       from jsonb_to_recordset($1::jsonb) as r (id uuid, claimed int, counted int, accepted int) where g.id = r.id`,
      [
        JSON.stringify(
          groups.map(({ id, claimed, tally }) => ({ id, claimed, counted: tally.counted, accepted: tally.accepted })),
        ),
      ],
    );
  }
  if (interchanges.length > 0) {
    await tx.query(
      `update interchange i set byte_length = r.byte_length, group_count = r.group_count, transaction_count = r.transaction_count
       from jsonb_to_recordset($1::jsonb) as r (id uuid, byte_length bigint, group_count int, transaction_count int) where i.id = r.id`,
      [
        JSON.stringify(
          interchanges.map(({ id, byteLength, groups: group_count, transactions: transaction_count }) => ({
            id,
            byte_length: byteLength,
            group_count,
            transaction_count,
          })),
        ),
      ],
    );
  }
}
