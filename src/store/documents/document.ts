import type { DocumentKind, DocumentOf } from '../../documents/index.ts';
import type { Queryable } from '../database.ts';
import type { DocumentRow } from '../rows/documents.ts';

export type StoredDocument = {
  [Kind in DocumentKind]: Omit<DocumentRow, 'kind' | 'body'> & { readonly kind: Kind; readonly body: DocumentOf[Kind] };
}[DocumentKind];

/** One document, locked for the transaction: of two workers that have it, the second sees what the first made of it. */
export async function documentForUpdate(tx: Queryable, id: string): Promise<StoredDocument | undefined> {
  const { rows } = await tx.query<StoredDocument & Record<string, unknown>>(
    'select * from document where id = $1 for update',
    [id],
  );
  return rows[0];
}

/** Whose a document is; undefined when there is none. */
export async function documentOwner(
  client: Queryable,
  id: string,
): Promise<Pick<DocumentRow, 'company_id' | 'usage'> | undefined> {
  const { rows } = await client.query<Pick<DocumentRow, 'company_id' | 'usage'> & Record<string, unknown>>(
    'select company_id, usage from document where id = $1',
    [id],
  );
  return rows[0];
}

/** Says what became of a document, and why. */
export async function setDocumentState(
  tx: Queryable,
  id: string,
  state: DocumentRow['state'],
  reason: string | null = null,
): Promise<void> {
  await tx.tell('update document set state = $2, state_reason = $3, waits_for = null, deadline = null where id = $1', [
    id,
    state,
    reason,
  ]);
}

/** Lets a document wait for what it refers to, until a deadline. */
export async function letWait(tx: Queryable, id: string, waitsFor: readonly string[], deadline: Date): Promise<void> {
  await tx.tell(`update document set state = 'waiting', waits_for = $2, deadline = $3 where id = $1`, [
    id,
    waitsFor,
    deadline,
  ]);
}

/** Documents that waited for this: they may go on now. */
export async function wakeWaiting(
  tx: Queryable,
  scope: { company: string; usage: string; waitsFor: readonly string[] },
): Promise<readonly { id: string; partner_id: string; order_key: string | null }[]> {
  const { rows } = await tx.query<{ id: string; partner_id: string; order_key: string | null }>(
    `update document set state = 'entered', waits_for = null, deadline = null
     where company_id = $1 and usage = $2 and waits_for && $3 and state = 'waiting' returning id, partner_id, order_key`,
    [scope.company, scope.usage, scope.waitsFor],
  );
  return rows;
}
