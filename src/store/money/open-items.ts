import type { Usage } from '../../core/usage.ts';
import type { OpenItem } from '../../receivables/open-item.ts';
import type { Queryable } from '../database.ts';

interface OpenItemColumns {
  id: string;
  kind: 'invoice' | 'credit';
  company_id: string;
  usage: Usage;
  partner_id: string;
  number: string;
  currency: string;
  amount_minor: bigint;
  remaining_minor: bigint;
  discount_minor: bigint;
  discount_taken_minor: bigint;
  discount_until: string | null;
  issued_on: string;
  due_on: string;
  reference: OpenItem['references'];
  invoice_id: string | null;
}

/** An open item and the invoice it came from. */
export interface LedgerItem extends OpenItem {
  readonly invoiceId: string | null;
}

const itemOf = (row: OpenItemColumns): LedgerItem => ({
  id: row.id,
  kind: row.kind,
  company: row.company_id,
  usage: row.usage,
  partner: row.partner_id,
  number: row.number,
  currency: row.currency,
  amount: row.amount_minor,
  remaining: row.remaining_minor,
  discountTaken: row.discount_taken_minor,
  issuedOn: row.issued_on,
  dueOn: row.due_on,
  discount:
    row.discount_until === null || row.discount_minor === 0n
      ? null
      : { amount: row.discount_minor, until: row.discount_until },
  references: row.reference,
  invoiceId: row.invoice_id,
});

/** The items these references may mean, closed ones too, locked in one order until the transaction ends. */
export async function itemsForUpdate(
  tx: Queryable,
  scope: { company: string; usage: Usage },
  wanted: { readonly numbers: readonly string[]; readonly keys: readonly string[] },
): Promise<readonly LedgerItem[]> {
  const { rows } = await tx.query<OpenItemColumns & Record<string, unknown>>(
    `select * from open_item where company_id = $1 and usage = $2 and (number = any ($3) or number_key = any ($4)) order by id for update`,
    [scope.company, scope.usage, wanted.numbers, wanted.keys],
  );
  return rows.map(itemOf);
}

/** These items, locked in one order until the transaction ends. */
export async function itemsById(
  tx: Queryable,
  scope: { company: string; usage: Usage },
  ids: readonly string[],
): Promise<readonly LedgerItem[]> {
  const { rows } = await tx.query<OpenItemColumns & Record<string, unknown>>(
    'select * from open_item where company_id = $1 and usage = $2 and id = any ($3::uuid[]) order by id for update',
    [scope.company, scope.usage, ids],
  );
  return rows.map(itemOf);
}

/** Open items that lines waiting for a person claim already. */
export async function claimedItems(
  client: Queryable,
  itemIds: readonly string[],
  exceptRemittance: string | null,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ open_item_id: string }>(
    `select distinct open_item_id from remittance_line where outcome = 'review' and open_item_id = any ($1) and remittance_id is distinct from $2`,
    [itemIds, exceptRemittance],
  );
  return rows.map(({ open_item_id }) => open_item_id);
}

/**
 * Lays money, discount and what is given up against items, locked before (negative parts take it back); the column's own check refuses to go below nothing. Gives what remains of each.
 * An item may be named several times: a statement updates a row once, so its parts are added up first.
 */
export async function lowerItems(
  tx: Queryable,
  parts: readonly {
    readonly openItem: string;
    readonly cash: bigint;
    readonly discount: bigint;
    readonly deduction?: bigint;
  }[],
): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await tx.query<{ id: string; remaining_minor: bigint }>(
    `update open_item i set remaining_minor = i.remaining_minor - p.cash - p.discount - p.deduction, discount_taken_minor = i.discount_taken_minor + p.discount
     from (select id, sum(cash)::bigint as cash, sum(discount)::bigint as discount, sum(deduction)::bigint as deduction
           from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as part (id, cash, discount, deduction) group by id) p
     where i.id = p.id returning i.id, i.remaining_minor`,
    [
      parts.map(({ openItem }) => openItem),
      parts.map(({ cash }) => cash.toString()),
      parts.map(({ discount }) => discount.toString()),
      parts.map(({ deduction = 0n }) => deduction.toString()),
    ],
  );
  return new Map(rows.map(({ id, remaining_minor }) => [id, remaining_minor]));
}
