import type { Usage } from '../../core/usage.ts';
import type { DocumentKind } from '../../documents/index.ts';
import type { Tx } from '../database.ts';

export interface MeantDocument {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly number: string;
  readonly state: string;
  readonly body: unknown;
  readonly trace: unknown;
  readonly order_id: string | null;
}

/**
 * The document of ours a partner means by its number, the newest of that number, locked; one that was corrected since is meant no more.
 * Also by the group and set numbers it travelled under, where the partner repeats those: then that very one, corrected or not. And by its id,
 * where a person says it.
 */
export async function documentMeant(
  tx: Tx,
  scope: { readonly company: string; readonly partner: string; readonly usage: Usage },
  kinds: readonly DocumentKind[],
  by:
    | { readonly numbers: readonly string[] }
    | { readonly group: string; readonly set: string }
    | { readonly id: string },
): Promise<MeantDocument | undefined> {
  const columns = 'd.id, d.kind, d.number, d.state, d.body, d.trace, d.order_id';
  const owned = `d.direction = 'out' and d.company_id = $1 and d.partner_id = $2 and d.usage = $3 and d.kind = any ($4)`;
  const owner = [scope.company, scope.partner, scope.usage, kinds];
  const read = async (sql: string, ...values: readonly unknown[]) =>
    (
      await tx.query<MeantDocument & Record<string, unknown>>(`select ${columns} from document d ${sql}`, [
        ...owner,
        ...values,
      ])
    ).rows[0];
  if ('id' in by) return read(`where ${owned} and d.id = $5 for update`, by.id);
  if ('numbers' in by)
    return read(
      `where ${owned} and d.number = any ($5) and d.replaced_by is null order by d.at desc, d.id desc limit 1 for update`,
      by.numbers,
    );
  return read(
    `join transaction t on t.id = d.transaction_id join functional_group g on g.id = t.group_id
     where ${owned} and g.control_number = $5 and t.control_number = $6 order by d.at desc limit 1 for update of d`,
    by.group,
    by.set,
  );
}

/** Which answers of an advice have found what they mean, by their place in it. */
export async function answersJudged(tx: Tx, adviceId: string): Promise<ReadonlySet<number>> {
  const { rows } = await tx.query<{ answer: number }>(
    `select (e.data ->> 'answer')::int as answer from event_object o join event e on e.id = o.event_id
     where o.object_kind = 'document' and o.object_id = $1 and o.qualifier = 'advice' and e.data ? 'answer'`,
    [adviceId],
  );
  return new Set(rows.map(({ answer }) => answer));
}
