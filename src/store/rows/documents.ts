import type { Usage } from '../../core/usage.ts';
import type { DocumentKind } from '../../documents/index.ts';

/* What was said and answered, and what is owed. */
export interface DocumentRow {
  id: string;
  kind: DocumentKind;
  direction: 'in' | 'out';
  company_id: string;
  partner_id: string;
  usage: Usage;
  agreement_id: string;
  transaction_id: string | null;
  number: string;
  map_name: string | null;
  map_hash: string | null;
  body: unknown;
  trace: unknown;
  unmapped: unknown;
  unwritten: unknown;
  state: 'provisional' | 'entered' | 'waiting' | 'held' | 'processed' | 'composed' | 'sent' | 'accepted' | 'rejected';
  state_reason: string | null;
  waits_for: readonly string[] | null;
  deadline: Date | null;
  order_key: string | null;
  order_id: string | null;
  at: Date;
}

export interface AcknowledgmentRow {
  id: string;
  direction: 'in' | 'out';
  kind: 'TA1' | '997' | '999' | 'CONTRL';
  company_id: string;
  partner_id: string;
  usage: Usage;
  channel_id: string;
  interchange_id: string | null;
  group_id: string | null;
  transaction_id: string | null;
  body: unknown;
  state: 'ready' | 'composed' | 'received' | 'waiting' | 'reconciled' | 'unmatched' | 'withheld';
  waits_for: string | null;
  deadline: Date | null;
  at: Date;
}

export interface ExpectationRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  kind: string;
  subject_kind: string;
  subject_id: string;
  outstanding: unknown;
  due_at: Date | null;
  state: 'open' | 'met' | 'overdue' | 'cancelled';
  at: Date;
  met_at: Date | null;
}
