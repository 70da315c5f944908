import type { Decimal } from '../../core/decimal.ts';
import { amountOf } from '../../core/money.ts';
import type { Queryable } from '../database.ts';
import { plainRow } from './list-view.ts';

type Row = Readonly<Record<string, unknown>>;

/** The lines of a remittance with what became of each, in the order they were sent. */
export async function remittanceLines(client: Queryable, id: string): Promise<readonly Row[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select l.path, l.reference, l.open_item_id as "openItem", l.outcome, l.reason, l.message, r.currency, l.money_minor as money
     from remittance_line l join remittance r on r.id = l.remittance_id where l.remittance_id = $1 order by l.ordinal`,
    [id],
  );
  return rows.map((row) => plainRow(row, ['money']));
}

export interface RemittanceWhole {
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  /** Money that stands on account, and money nobody knows what for. */
  readonly remainder: { readonly onAccount: Decimal; readonly unapplied: Decimal };
  /** References of invoices that were not made yet. */
  readonly waitsFor: readonly string[];
}

/** Why a remittance is in its state, what of it was not applied, and what it waits for. */
export async function remittanceWhole(client: Queryable, id: string): Promise<RemittanceWhole> {
  const { rows } = await client.query<{
    currency: string;
    reasons: RemittanceWhole['reasons'] | null;
    on_account: bigint;
    unapplied: bigint;
    waits_for: readonly string[] | null;
  }>(
    `select currency, body -> 'reasons' as reasons, body -> 'waitsFor' as waits_for, coalesce((body #>> '{remainder,onAccount}')::bigint, 0) as on_account,
       coalesce((body #>> '{remainder,unapplied}')::bigint, 0) as unapplied from remittance where id = $1`,
    [id],
  );
  const { currency = '', reasons = null, on_account = 0n, unapplied = 0n, waits_for = null } = rows[0] ?? {};
  return {
    reasons: reasons ?? [],
    remainder: {
      onAccount: amountOf({ minor: on_account, currency }),
      unapplied: amountOf({ minor: unapplied, currency }),
    },
    waitsFor: waits_for ?? [],
  };
}

/** Money and discount laid against open items, oldest first: of one remittance, or on one item. */
export async function applicationsOf(
  client: Queryable,
  of: 'remittance' | 'open-item',
  id: string,
): Promise<readonly Row[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select p.id, p.remittance_id as remittance, p.path, p.open_item_id as "openItem", o.number, o.currency, p.cash_minor as cash,
       p.discount_minor as discount, p.deduction_minor as deduction, p.deduction_code as "deductionCode", p.reverses_id as reverses, p.at
     from application p join open_item o on o.id = p.open_item_id
     where ${of === 'remittance' ? 'p.remittance_id' : 'p.open_item_id'} = $1 order by p.at, p.id`,
    [id],
  );
  return rows.map((row) => plainRow(row, ['cash', 'discount', 'deduction']));
}
