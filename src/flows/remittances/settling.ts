import { FailureError } from '../../core/failure.ts';
import { amountOf, moneyOf } from '../../core/money.ts';
import { isPayable } from '../../receivables/identity.ts';
import type { Payment, SettledPart } from '../../receivables/settle.ts';
import type { Tx } from '../../store/database.ts';
import { type RemittanceToSettle, remittanceToSettle } from '../../store/money/settlement.ts';
import type { NewEvent } from '../../store/write-rows.ts';

/* What the acts of a person on a payment share: settling, taking back, setting aside. */

/** Who acts, and why: both stand in the Event. */
export interface ActedBy {
  readonly actor: string;
  readonly reason: string;
}

/** What a remittance came to, as decimals. */
export interface RemittanceStanding {
  readonly id: string;
  readonly state: string;
  readonly applied: string;
  readonly onAccount: string;
  readonly unapplied: string;
  /** The applications just written. */
  readonly applications: readonly string[];
}

export async function remittanceFor(tx: Tx, id: string): Promise<RemittanceToSettle> {
  const found = await remittanceToSettle(tx, id);
  if (found === undefined) throw new FailureError('not-found', `There is no remittance ${id}.`);
  return found;
}

/** A payment whose amounts were unclear has no total yet; what the message says was paid is a person's to take for one. */
export function paymentOf({
  currency,
  amount_minor,
  applied_minor,
  on_account,
  remittance,
}: RemittanceToSettle): Payment {
  const { amount, direction } = remittance.payment;
  const said =
    amount_minor === 0n && direction?.code !== 'debit' && isPayable(amount, currency)
      ? moneyOf(amount, currency).minor
      : amount_minor;
  return { currency, total: said < 0n ? 0n : said, applied: applied_minor, onAccount: on_account };
}

export const money = (minor: bigint, currency: string): string => amountOf({ minor, currency });

export const standing = (
  { id, currency }: RemittanceToSettle,
  now: { applied: bigint; onAccount: bigint; unapplied: bigint; state: string },
  applications: readonly string[],
): RemittanceStanding => ({
  id,
  state: now.state,
  applied: money(now.applied, currency),
  onAccount: money(now.onAccount, currency),
  unapplied: money(now.unapplied, currency),
  applications,
});

export const told = ({
  cash,
  discount,
  deduction,
  deductionCode,
}: Pick<SettledPart, 'cash' | 'discount' | 'deduction' | 'deductionCode'>) => ({
  cash: cash.toString(),
  discount: discount.toString(),
  ...(deductionCode === null ? {} : { deduction: deduction.toString(), deductionCode }),
});

export const event = (
  row: RemittanceToSettle,
  at: Date,
  type: string,
  { actor, reason }: ActedBy,
  invoices: readonly string[],
  data: Readonly<Record<string, unknown>>,
): NewEvent => ({
  at,
  type,
  actor,
  reason,
  company: row.company_id,
  usage: row.usage,
  data: { trace: row.trace, currency: row.currency, ...data },
  objects: [
    { kind: 'remittance', id: row.id, qualifier: 'subject' },
    ...[...new Set(invoices)].map((id) => ({ kind: 'invoice', id, qualifier: 'paid' })),
  ],
});

export const invoiceEvent = (
  row: RemittanceToSettle,
  at: Date,
  type: string,
  { actor, reason }: ActedBy,
  invoiceId: string,
  data: Readonly<Record<string, unknown>>,
): NewEvent => ({
  at,
  type,
  actor,
  reason,
  company: row.company_id,
  usage: row.usage,
  data: { currency: row.currency, ...data },
  objects: [
    { kind: 'invoice', id: invoiceId, qualifier: 'subject' },
    { kind: 'remittance', id: row.id, qualifier: 'payment' },
  ],
});
