import type { Queryable } from '../database.ts';
import { plainRow } from './list-view.ts';

type Row = Readonly<Record<string, unknown>>;

/** Every attempt to deliver, with how it ended; the last one may still be under way. */
export async function attemptsOf(client: Queryable, deliveryId: string): Promise<readonly Row[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select number, started_at as "startedAt", finished_at as "finishedAt", outcome, detail, nothing_sent as "nothingSent" from delivery_attempt where delivery_id = $1 order by number`,
    [deliveryId],
  );
  return rows.map((row) => plainRow(row));
}

/** What told us that it arrived. */
export async function receiptsOf(client: Queryable, deliveryId: string): Promise<readonly Row[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    'select kind, at, detail from receipt where delivery_id = $1 order by at',
    [deliveryId],
  );
  return rows.map((row) => plainRow(row));
}
