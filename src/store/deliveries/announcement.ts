import type { Queryable } from '../database.ts';

/** What tells a back office of an order, until it was told. */
export async function announcementToSend(
  client: Queryable,
  id: string,
): Promise<{ url: string; body: unknown; state: string } | undefined> {
  const { rows } = await client.query<{ url: string; body: unknown; state: string }>(
    'select url, body, state from announcement where id = $1',
    [id],
  );
  return rows[0];
}

export async function setAnnounced(tx: Queryable, id: string): Promise<void> {
  await tx.tell(`update announcement set state = 'sent' where id = $1`, [id]);
}
