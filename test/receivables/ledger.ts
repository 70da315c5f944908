import type { Remittance, RemittanceItem } from '../../src/documents/remittance.ts';
import {
  defaultMatchPolicy,
  type MatchContext,
  type MatchPolicy,
  matchRemittance,
} from '../../src/receivables/match.ts';
import type { OpenItem } from '../../src/receivables/open-item.ts';

/** Invented open items and remittances for the tests of this folder. */
export const openItem = (number: string, amount: bigint, more: Partial<OpenItem> = {}): OpenItem => ({
  id: `id-${number}`,
  kind: 'invoice',
  company: 'acme',
  usage: 'production',
  partner: 'shop',
  number,
  currency: 'USD',
  amount,
  remaining: amount,
  discountTaken: 0n,
  issuedOn: '2026-03-01',
  dueOn: '2026-03-31',
  discount: null,
  references: [],
  ...more,
});

export const paying = (reference: string, paid: string, more: Partial<RemittanceItem> = {}): RemittanceItem => ({
  kind: { code: 'invoice', original: 'IV' },
  reference,
  paid,
  ...more,
});

type Entity = NonNullable<Remittance['entities']>[number];
export const remittance = (
  amount: string,
  items: readonly RemittanceItem[],
  more: { adjustments?: Entity['adjustments']; payment?: Partial<Remittance['payment']>; currency?: string } = {},
): Remittance => ({
  payment: { amount, trace: 'T-1', valueOn: '2026-03-20', ...more.payment },
  ...(more.currency !== undefined && { currency: more.currency }),
  entities: [{ items: [...items], ...(more.adjustments !== undefined && { adjustments: more.adjustments }) }],
});

export const context: MatchContext = {
  company: 'acme',
  usage: 'production',
  payers: ['shop'],
  currency: 'USD',
  valueOn: '2026-03-20',
  duplicateOf: null,
};

export const match = (
  advice: Remittance,
  items: readonly OpenItem[],
  policy: Partial<MatchPolicy> = {},
  more: Partial<MatchContext> = {},
) => matchRemittance(advice, items, { ...context, ...more }, { ...defaultMatchPolicy, ...policy });
