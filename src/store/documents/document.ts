import type { DocumentKind, DocumentOf } from '../../documents/index.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement, toldInOneStatement } from '../in-one-statement.ts';
import type { DocumentRow } from '../rows/documents.ts';

export type StoredDocument = {
  [Kind in DocumentKind]: Omit<DocumentRow, 'kind' | 'body'> & { readonly kind: Kind; readonly body: DocumentOf[Kind] };
}[DocumentKind];

/** One document, locked for the transaction: of two workers that have it, the second sees what the first made of it. */
export const documentForUpdate: (tx: Queryable, id: string) => Promise<StoredDocument | undefined> = inOneStatement(
  async (tx, ids) => {
    const { rows } = await tx.query<StoredDocument & Record<string, unknown>>(
      'select * from document where id = any ($1::uuid[]) order by id for update',
      [ids],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  },
);

/** Says what became of a document, and why. */
export const setDocumentState = (
  tx: Queryable,
  id: string,
  state: DocumentRow['state'],
  reason: string | null = null,
): Promise<void> => setState(tx, { id, state, reason });

const setState = toldInOneStatement(
  (tx, states: readonly { id: string; state: DocumentRow['state']; reason: string | null }[]) =>
    tx.tell(
      `update document d set state = r.state, state_reason = r.reason, waits_for = null, deadline = null
       from unnest($1::uuid[], $2::text[], $3::text[]) as r (id, state, reason) where d.id = r.id`,
      [states.map(({ id }) => id), states.map(({ state }) => state), states.map(({ reason }) => reason)],
    ),
);

/** Lets a document wait for what it refers to, until a deadline. */
export async function letWait(tx: Queryable, id: string, waitsFor: readonly string[], deadline: Date): Promise<void> {
  await tx.tell(`update document set state = 'waiting', waits_for = $2, deadline = $3 where id = $1`, [
    id,
    waitsFor,
    deadline,
  ]);
}

export interface WokenDocument {
  readonly id: string;
  readonly partner_id: string;
  readonly order_key: string | null;
}

/** Documents that waited for this: they may go on now. Of those who ask together, one is given those of all. */
export const wakeWaiting: (
  tx: Queryable,
  scope: { readonly company: string; readonly usage: string; readonly waitsFor: readonly string[] },
) => Promise<readonly WokenDocument[]> = inOneStatement(async (tx, scopes) => {
  const each = scopes.flatMap(({ waitsFor, ...scope }) => waitsFor.map((what) => ({ ...scope, what })));
  const { rows } = await tx.query<WokenDocument & Record<string, unknown>>(
    `update document set state = 'entered', waits_for = null, deadline = null
     where state = 'waiting' and id in (
       select d.id from unnest($1::text[], $2::text[], $3::text[]) as r (company_id, usage, what), document d
       where d.company_id = r.company_id and d.usage = r.usage and d.waits_for && array[r.what] and d.state = 'waiting')
     returning id, partner_id, order_key`,
    [each.map(({ company }) => company), each.map(({ usage }) => usage), each.map(({ what }) => what)],
  );
  return scopes.map((_, index) => (index === 0 ? rows : []));
});
