import type { Queryable } from '../database.ts';

/** How far an upload of this delivery has come, in any attempt; undefined: nothing was written. */
export async function uploadStage(client: Queryable, deliveryId: string): Promise<'writing' | 'ready' | undefined> {
  const { rows } = await client.query<{ stage: 'writing' | 'ready' }>(
    'select stage from upload_stage where delivery_id = $1',
    [deliveryId],
  );
  return rows[0]?.stage;
}

export async function recordUploadStage(
  client: Queryable,
  deliveryId: string,
  stage: 'writing' | 'ready',
  at: Date,
): Promise<void> {
  await client.query(
    `insert into upload_stage (delivery_id, stage, at) values ($1, $2, $3)
     on conflict (delivery_id) do update set stage = excluded.stage, at = excluded.at`,
    [deliveryId, stage, at],
  );
}
