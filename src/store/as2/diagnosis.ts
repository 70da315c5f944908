import type { Queryable } from '../database.ts';

export interface SentEvidence {
  readonly message_id: string | null;
  readonly expected: unknown;
  readonly mdn_headers: readonly (readonly [string, string])[] | null;
  readonly mdn_body: Buffer | null;
  readonly verdict: unknown;
  readonly attempts: readonly {
    readonly number: number;
    readonly outcome: string | null;
    readonly detail: string | null;
  }[];
}

/** What is known of how a delivery fared over AS2; undefined when there is no such delivery. */
export async function sentEvidence(client: Queryable, deliveryId: string): Promise<SentEvidence | undefined> {
  const { rows } = await client.query<SentEvidence & Record<string, unknown>>(
    `select s.message_id, s.expected, s.mdn_headers, s.mdn_body, s.verdict,
       (select coalesce(jsonb_agg(jsonb_build_object('number', a.number, 'outcome', a.outcome, 'detail', a.detail) order by a.number), '[]')
          from delivery_attempt a where a.delivery_id = d.id) as attempts
     from delivery d left join as2_sent s on s.delivery_id = d.id where d.id = $1`,
    [deliveryId],
  );
  return rows[0];
}
