import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

/** What was written of a document: where it stands on the wire, by which map, and what the map had no place for. */
export async function setComposed(
  tx: Queryable,
  id: string,
  written: { transactionId: string | null; mapName: string; mapHash: string; trace: unknown; unwritten: unknown },
): Promise<void> {
  await tx.tell(
    `update document set state = 'composed', transaction_id = $2, map_name = $3, map_hash = $4, trace = $5, unwritten = $6 where id = $1`,
    [
      id,
      written.transactionId,
      written.mapName,
      written.mapHash,
      jsonText(written.trace),
      written.unwritten === null ? null : jsonText(written.unwritten),
    ],
  );
}
