import type { Queryable } from '../database.ts';

/** A delivery waits in its channel's mailbox until the partner fetches it. */
export async function markAvailable(tx: Queryable, id: string): Promise<void> {
  await tx.tell(`update delivery set state = 'available' where id = $1 and state in ('ready', 'sending', 'failed')`, [
    id,
  ]);
}
