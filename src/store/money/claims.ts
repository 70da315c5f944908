import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

export interface ClaimedInvoice {
  readonly invoice_id: string | null;
  readonly open_item_id: string;
  readonly order_id: string | null;
}

/** The open item of our invoice (or credit) of this number, as a partner spells it, and what it came from. Undefined when none or several fit. */
export async function itemClaimed(
  tx: Queryable,
  scope: { readonly company: string; readonly partner: string; readonly usage: Usage },
  number: string,
  key: string | null,
): Promise<ClaimedInvoice | undefined> {
  const { rows } = await tx.query<ClaimedInvoice & { exact: boolean }>(
    `select o.id as open_item_id, o.invoice_id, v.order_id, o.number = $4 as exact from open_item o left join invoice v on v.id = o.invoice_id
     where o.company_id = $1 and o.partner_id = $2 and o.usage = $3 and (o.number = $4 or o.number_key = $5) order by exact desc, o.id`,
    [scope.company, scope.partner, scope.usage, number, key],
  );
  const exact = rows.filter((row) => row.exact);
  const fitting = exact.length > 0 ? exact : rows;
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** The claim of this number a partner made before; two that come at once wait for each other here. */
export async function earlierClaim(
  tx: Queryable,
  scope: { readonly company: string; readonly partner: string; readonly usage: Usage },
  number: string,
): Promise<string | undefined> {
  const { company, partner, usage } = scope;
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['claim', company, partner, usage, number]),
  ]);
  const { rows } = await tx.query<{ id: string }>(
    'select id from claim where company_id = $1 and partner_id = $2 and usage = $3 and number = $4 limit 1',
    [company, partner, usage, number],
  );
  return rows[0]?.id;
}

export const CLAIM_STATES = ['open', 'disputed', 'accepted', 'closed'] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];

export interface StoredClaim {
  readonly id: string;
  readonly company_id: string;
  readonly usage: Usage;
  readonly number: string;
  readonly state: ClaimState;
  readonly document_id: string;
  readonly invoice_id: string | null;
  readonly open_item_id: string | null;
}

/** One claim, locked until the transaction ends. */
export async function claimForUpdate(tx: Queryable, id: string): Promise<StoredClaim | undefined> {
  const { rows } = await tx.query<StoredClaim & Record<string, unknown>>(
    'select * from claim where id = $1 for update',
    [id],
  );
  return rows[0];
}

/** Says what was decided of a claim. */
export async function setClaimState(tx: Queryable, id: string, state: ClaimState): Promise<void> {
  await tx.query('update claim set state = $2 where id = $1', [id, state]);
}
