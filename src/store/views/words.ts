import type { OrderStatus } from '../../orders/order-state.ts';
import type { RemittanceRow } from '../rows/business.ts';
import type { AcknowledgmentRow, DocumentRow, ExpectationRow } from '../rows/documents.ts';
import type { InterchangeRow, RawFileRow, TransactionRow } from '../rows/envelope.ts';
import type { DeliveryRow } from '../rows/outbound.ts';

/* The words a column may hold, for filters and for whoever publishes them. */
export const VERDICTS = [
  'accepted',
  'accepted-with-errors',
  'partially-accepted',
  'rejected',
] as const satisfies readonly InterchangeRow['verdict'][];
export const FILE_STATES = [
  'received',
  'reading',
  'read',
  'duplicate',
  'not-edi',
  'composed',
] as const satisfies readonly RawFileRow['state'][];
export const INTERCHANGE_STATES = [
  'provisional',
  'quarantined',
  'closed',
  'composed',
] as const satisfies readonly InterchangeRow['state'][];
export const TRANSACTION_STATES = [
  'provisional',
  'entered',
  'rejected',
  'parked',
  'quarantined',
  'composed',
] as const satisfies readonly TransactionRow['state'][];
export const DOCUMENT_STATES = [
  'provisional',
  'entered',
  'waiting',
  'held',
  'processed',
  'composed',
  'sent',
  'accepted',
  'rejected',
] as const satisfies readonly DocumentRow['state'][];
export const ORDER_STATES = [
  'received',
  'awaiting-decision',
  'held',
  'decided',
  'partly-shipped',
  'shipped',
  'invoiced',
  'rejected',
  'cancelled',
] as const satisfies readonly OrderStatus[];
export const REMITTANCE_STATES = [
  'applied',
  'partly-applied',
  'review',
  'waiting',
  'dismissed',
] as const satisfies readonly RemittanceRow['state'][];
export const DELIVERY_STATES = [
  'ready',
  'sending',
  'available',
  'sent',
  'failed',
  'replaced',
] as const satisfies readonly DeliveryRow['state'][];
export const ACKNOWLEDGMENT_STATES = [
  'ready',
  'composed',
  'received',
  'waiting',
  'reconciled',
  'unmatched',
  'withheld',
] as const satisfies readonly AcknowledgmentRow['state'][];
export const EXPECTATION_STATES = [
  'open',
  'met',
  'overdue',
  'cancelled',
] as const satisfies readonly ExpectationRow['state'][];

export const ACKNOWLEDGMENT_KINDS = [
  'TA1',
  '997',
  '999',
  'CONTRL',
] as const satisfies readonly AcknowledgmentRow['kind'][];
