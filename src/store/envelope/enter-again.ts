import type { Queryable } from '../database.ts';

export interface PlaceOfInterchange {
  readonly raw_file_id: string;
  readonly channel_id: string;
  readonly header: unknown;
  readonly byte_offset: bigint;
  readonly byte_length: bigint;
  /** Of the file it came in. */
  readonly name: string | null;
}

/** Where an interchange stands in its file; undefined when there is none of this id. */
export async function placeOfInterchange(client: Queryable, id: string): Promise<PlaceOfInterchange | undefined> {
  const { rows } = await client.query<PlaceOfInterchange & Record<string, unknown>>(
    `select i.raw_file_id, i.channel_id, i.header, i.byte_offset, coalesce(i.byte_length, f.byte_length - i.byte_offset) as byte_length, t.name
     from interchange i join raw_file f on f.id = i.raw_file_id join transmission t on t.id = f.transmission_id where i.id = $1`,
    [id],
  );
  return rows[0];
}

/** Why an interchange is in quarantine; undefined when it is not. */
export async function quarantineReason(client: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await client.query<{ quarantine_reason: string }>(
    `select quarantine_reason from interchange where id = $1 and state = 'quarantined'`,
    [id],
  );
  return rows[0]?.quarantine_reason;
}

/** A quarantined interchange whose bytes were entered anew: it has no verdict of its own. */
export async function markEnteredAgain(
  tx: Queryable,
  id: string,
  { company, partner, at }: { readonly company: string; readonly partner: string; readonly at: Date },
): Promise<void> {
  await tx.tell(
    `update interchange set state = 'closed', company_id = $2, partner_id = $3, closed_at = $4 where id = $1 and state = 'quarantined'`,
    [id, company, partner, at],
  );
}
