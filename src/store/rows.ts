import type { Verdict } from '../core/problem.ts';
import type { Usage } from '../core/usage.ts';
import type { Lane, WorkKind } from '../core/work.ts';
import type { DocumentKind } from '../documents/index.ts';
import type { SyntaxName } from '../parsers/transaction.ts';

/*
 * The tables as rows, one interface each, columns by their names in SQL. These are the shapes `writeRows` takes; what a query
 * gives back is typed beside the query. Dates are instants, money is bigint minor units, json is any plain value.
 */
export type Direction = 'in' | 'out';
export type Json = unknown;

export interface TransmissionRow {
  id: string;
  direction: Direction;
  channel_id: string;
  source_key: string | null;
  name: string | null;
  headers: Json;
  remote: string | null;
  at: Date;
}
export interface RawFileRow {
  id: string;
  transmission_id: string;
  ordinal: number;
  direction: Direction;
  channel_id: string;
  /** Hexadecimal with the prefix \x, as PostgreSQL reads bytea. */
  sha256: string;
  byte_length: number;
  state: 'received' | 'reading' | 'read' | 'duplicate' | 'not-edi' | 'composed';
  at: Date;
}
export interface RawChunkRow {
  raw_file_id: string;
  ordinal: number;
  bytes: string;
}
export interface InterchangeRow {
  id: string;
  raw_file_id: string;
  ordinal: number;
  direction: Direction;
  company_id: string | null;
  partner_id: string | null;
  usage: Usage;
  channel_id: string;
  syntax: SyntaxName;
  version: string;
  sender: string;
  receiver: string;
  control_number: string;
  header: Json;
  byte_offset: number;
  byte_length: number | null;
  state: 'provisional' | 'quarantined' | 'closed' | 'composed';
  verdict: Verdict | null;
  quarantine_reason: string | null;
  group_count: number;
  transaction_count: number;
  at: Date;
  closed_at: Date | null;
}
export interface GroupRow {
  id: string;
  interchange_id: string;
  ordinal: number;
  direction: Direction;
  company_id: string | null;
  partner_id: string | null;
  usage: Usage;
  functional_id: string | null;
  control_number: string | null;
  version: string | null;
  header: Json;
  verdict: Verdict | null;
  claimed: number | null;
  counted: number;
  accepted: number;
}
export interface TransactionRow {
  id: string;
  interchange_id: string;
  group_id: string;
  ordinal: number;
  direction: Direction;
  company_id: string | null;
  partner_id: string | null;
  usage: Usage;
  agreement_id: string | null;
  message: string;
  version: string;
  association: string | null;
  control_number: string;
  byte_offset: number;
  byte_length: number;
  segment_count: number;
  state: 'provisional' | 'entered' | 'rejected' | 'parked' | 'quarantined' | 'composed';
  verdict: Verdict | null;
}
export interface ProblemRow {
  raw_file_id: string;
  interchange_id: string | null;
  group_id: string | null;
  transaction_id: string | null;
  body: Json;
}
export interface DocumentRow {
  id: string;
  kind: DocumentKind;
  direction: Direction;
  company_id: string;
  partner_id: string;
  usage: Usage;
  agreement_id: string;
  transaction_id: string | null;
  number: string;
  map_name: string | null;
  map_hash: string | null;
  body: Json;
  trace: Json;
  unmapped: Json;
  unwritten: Json;
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
  direction: Direction;
  kind: 'TA1' | '997' | '999' | 'CONTRL';
  company_id: string;
  partner_id: string;
  usage: Usage;
  channel_id: string;
  interchange_id: string | null;
  group_id: string | null;
  transaction_id: string | null;
  body: Json;
  state: 'ready' | 'composed' | 'received' | 'waiting' | 'reconciled' | 'unmatched';
  waits_for: string | null;
  deadline: Date | null;
  at: Date;
}
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
  body: Json;
  decision: Json;
  at: Date;
}
export interface ReservationRow {
  order_id: string;
  item_id: string;
  location: string;
  line: string;
  quantity: string;
}
export interface ShipmentRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  number: string;
  order_id: string;
  document_id: string;
  body: Json;
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
  body: Json;
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
  reference: Json;
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
  state: 'applied' | 'partly-applied' | 'review' | 'waiting';
  balance: string | null;
  body: Json;
  at: Date;
}
export interface RemittanceLineRow {
  remittance_id: string;
  ordinal: number;
  path: string;
  reference: string | null;
  open_item_id: string | null;
  outcome: 'applied' | 'nothing' | 'waits' | 'review';
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
  reverses_id: string | null;
  at: Date;
}
export interface DeliveryRow {
  id: string;
  transmission_id: string;
  raw_file_id: string;
  interchange_id: string | null;
  company_id: string;
  partner_id: string;
  usage: Usage;
  channel_id: string;
  file_name: string;
  document_id: string | null;
  acknowledgment_id: string | null;
  state: 'ready' | 'sending' | 'available' | 'sent' | 'failed';
  at: Date;
  sent_at: Date | null;
}
export interface DeliveryAttemptRow {
  delivery_id: string;
  number: number;
  started_at: Date;
  finished_at: Date | null;
  outcome: string | null;
  detail: string | null;
}
export interface ReceiptRow {
  delivery_id: string;
  kind: string;
  at: Date;
  detail: Json;
}
export interface ExpectationRow {
  id: string;
  company_id: string;
  partner_id: string;
  usage: Usage;
  kind: string;
  subject_kind: string;
  subject_id: string;
  outstanding: Json;
  due_at: Date | null;
  state: 'open' | 'met' | 'overdue' | 'cancelled';
  at: Date;
  met_at: Date | null;
}
export interface AnnouncementRow {
  id: string;
  order_id: string;
  company_id: string;
  usage: Usage;
  url: string;
  body: Json;
  state: 'ready' | 'sent';
  at: Date;
}
export interface WorkRow {
  id: string;
  kind: WorkKind;
  subject_id: string;
  lane: Lane;
  fairness_key: string;
  order_key: string | null;
  not_before: Date;
}

/** Everything one step writes, by table. */
export interface Rows {
  transmission?: TransmissionRow[];
  raw_file?: RawFileRow[];
  raw_chunk?: RawChunkRow[];
  interchange?: InterchangeRow[];
  functional_group?: GroupRow[];
  transaction?: TransactionRow[];
  problem?: ProblemRow[];
  document?: DocumentRow[];
  acknowledgment?: AcknowledgmentRow[];
  purchase_order?: OrderRow[];
  reservation?: ReservationRow[];
  shipment?: ShipmentRow[];
  sscc?: SsccRow[];
  invoice?: InvoiceRow[];
  open_item?: OpenItemRow[];
  remittance?: RemittanceRow[];
  remittance_line?: RemittanceLineRow[];
  application?: ApplicationRow[];
  delivery?: DeliveryRow[];
  delivery_attempt?: DeliveryAttemptRow[];
  receipt?: ReceiptRow[];
  expectation?: ExpectationRow[];
  announcement?: AnnouncementRow[];
}
