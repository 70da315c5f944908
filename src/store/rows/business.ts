import type { Usage } from '../../core/usage.ts';

/* Orders, goods and money. */
export interface OrderRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  number: string;
  release: string;
  document_id: string;
  agreement_id: string;
  state: string;
  body: unknown;
  decision: unknown;
  at: Date;
}

export interface ShipmentRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  number: string;
  order_id: string;
  document_id: string;
  body: unknown;
  at: Date;
}

export interface SsccRow {
  company_id: string;
  sscc: string;
  usage: Usage;
  shipment_id: string;
}

export interface InvoiceRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  number: string;
  order_id: string | null;
  shipment_id: string | null;
  document_id: string;
  body: unknown;
  at: Date;
}

export interface OpenItemRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  kind: string;
  number: string;
  number_key: string | null;
  invoice_id: string | null;
  currency: string;
  amount_minor: bigint;
  remaining_minor: bigint;
  issued_on: string;
  due_on: string | null;
  discount_minor: bigint;
  discount_until: string | null;
  discount_taken_minor: bigint;
  reference: unknown;
  at: Date;
}

export interface RemittanceRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  document_id: string;
  advice_key: string | null;
  trace: string;
  currency: string;
  amount_minor: bigint;
  applied_minor: bigint;
  state: 'applied' | 'partly-applied' | 'review' | 'waiting' | 'dismissed';
  balance: string | null;
  body: unknown;
  at: Date;
}

export interface RemittanceLineRow {
  remittance_id: string;
  ordinal: number;
  path: string;
  reference: string | null;
  open_item_id: string | null;
  outcome: 'applied' | 'nothing' | 'waits' | 'review' | 'settled';
  reason: string;
  message: string;
  money_minor: bigint | null;
}

export interface ApplicationRow {
  id: string;
  company_id: string;
  usage: Usage;
  remittance_id: string;
  path: string;
  open_item_id: string;
  cash_minor: bigint;
  discount_minor: bigint;
  deduction_minor: bigint;
  deduction_code: string | null;
  reverses_id: string | null;
  at: Date;
}

export interface ClaimRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  document_id: string;
  number: string;
  direction: 'debit' | 'credit';
  currency: string;
  amount_minor: bigint;
  handling: string | null;
  reference: string | null;
  invoice_id: string | null;
  open_item_id: string | null;
  reasons: unknown;
  state: 'open' | 'disputed' | 'accepted' | 'closed';
  at: Date;
}
