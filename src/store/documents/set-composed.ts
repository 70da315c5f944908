import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';

export interface ComposedDocument {
  readonly id: string;
  readonly transactionId: string | null;
  readonly mapName: string;
  readonly mapHash: string;
  readonly trace: unknown;
  readonly unwritten: unknown;
}

const SET_COMPOSED = `
  update document d set state = 'composed', transaction_id = r."transactionId", map_name = r."mapName", map_hash = r."mapHash",
    trace = r.trace, unwritten = nullif(r.unwritten, 'null')
  from jsonb_to_recordset($1::jsonb)
    as r (id uuid, "transactionId" uuid, "mapName" text, "mapHash" text, trace jsonb, unwritten jsonb)
  where d.id = r.id`;

/** What was written of documents: where each stands on the wire, by which map, and what the map had no place for. */
export async function setComposed(tx: Queryable, documents: readonly ComposedDocument[]): Promise<void> {
  if (documents.length > 0) await tx.tell(SET_COMPOSED, [jsonText(documents)]);
}
