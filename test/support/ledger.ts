import { newId } from '../../src/core/ids.ts';
import type { Usage } from '../../src/core/usage.ts';
import { referenceKey } from '../../src/receivables/reference.ts';
import type { OpenItemRow } from '../../src/store/rows/business.ts';
import { writeRows } from '../../src/store/write-rows.ts';
import { interchange } from './brightmart.ts';
import type { TestGateway } from './gateway.ts';

/** An open item of the example retailer's, as if it had been billed: amounts in cents. */
export const openItemRow = (number: string, amount: bigint, more: Partial<OpenItemRow> = {}): OpenItemRow => ({
  id: newId(),
  company_id: 'harbor-tools',
  partner_id: 'brightmart',
  usage: 'production',
  kind: 'invoice',
  number,
  number_key: referenceKey(number),
  invoice_id: null,
  currency: 'USD',
  amount_minor: amount,
  remaining_minor: amount,
  issued_on: '2036-11-01',
  due_on: '2036-12-01',
  discount_minor: 0n,
  discount_until: null,
  discount_taken_minor: 0n,
  reference: [],
  at: new Date('2036-11-01T12:00:00Z'),
  ...more,
});

export const enterOpenItems = (on: TestGateway, items: readonly OpenItemRow[]): Promise<void> =>
  on.database.inTransaction((tx) => writeRows(tx, { open_item: [...items] }));

/** "125.5" of 12550n. */
export const dollars = (cents: bigint): string => {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, '');
};

export interface Paid {
  readonly reference: string;
  readonly cents: bigint;
  /** RMR01: "IV" an invoice, "CM" a credit. */
  readonly kind?: string;
}

/** An 820 of the example retailer's: so much in all, laid against these. */
export const remittance820 = (
  trace: string,
  control: number,
  total: bigint,
  lines: readonly Paid[],
  usage: 'P' | 'T' = 'P',
): string =>
  interchange(
    'RA',
    control,
    '820',
    [
      `BPR*C*${dollars(total)}*C*ACH*CTX***********20361125`,
      `TRN*1*${trace}*1611239000`,
      'N1*PR*Brightmart Stores*1*611239000',
      'ENT*1',
      ...lines.map(({ reference, cents, kind = 'IV' }) => `RMR*${kind}*${reference}*PI*${dollars(cents)}`),
    ],
    { usage },
  );

export interface Ledger {
  readonly items: readonly { number: string; usage: Usage; remaining: bigint; amount: bigint }[];
  readonly remittances: readonly { trace: string; state: string; amount: bigint; applied: bigint }[];
}

/** What stands in the ledger, by number and by trace. */
export async function ledgerOf(on: TestGateway): Promise<Ledger> {
  return {
    items: await on.rows(
      'select number, usage, remaining_minor as remaining, amount_minor as amount from open_item order by usage, number',
    ),
    remittances: await on.rows(
      'select trace, state, amount_minor as amount, applied_minor as applied from remittance order by at, id',
    ),
  };
}
