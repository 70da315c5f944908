import type { Usage } from '../../core/usage.ts';
import type { Acknowledgment } from '../../parsers/acknowledgment.ts';
import { messageReference } from '../../parsers/edifact/verdicts.ts';
import type { GroupHeader, InterchangeHeader, Transaction } from '../../parsers/transaction.ts';
import { identityKey } from '../../partners/identity.ts';
import type { AcknowledgmentRow, DocumentRow } from '../../store/rows/documents.ts';
import type { GroupRow, InterchangeRow, TransactionRow } from '../../store/rows/envelope.ts';
import { orderKeyOf } from '../document-number.ts';
import type { ReadDocument, TransactionReading } from './read-transaction.ts';

/*
 * What a reader yields, as the rows of it: provisional, and with the counts of what is still to come at nothing.
 */

/** Whose all rows of one interchange are; null where nobody may be believed. */
export interface Whose {
  readonly company_id: string | null;
  readonly partner_id: string | null;
  readonly usage: Usage;
}
type Owned = { readonly company_id: string; readonly partner_id: string; readonly usage: Usage };

export const interchangeRow = (
  header: InterchangeHeader,
  whose: Whose,
  of: { id: string; rawFileId: string; channelId: string; ordinal: number; quarantine: string | null; at: Date },
): InterchangeRow => ({
  id: of.id,
  raw_file_id: of.rawFileId,
  ordinal: of.ordinal,
  direction: 'in',
  ...whose,
  channel_id: of.channelId,
  syntax: header.syntax,
  version: header.version,
  sender: identityKey({ ...header.sender, syntax: header.syntax }),
  receiver: identityKey({ ...header.receiver, syntax: header.syntax }),
  control_number: header.controlNumber,
  header,
  byte_offset: header.byteOffset,
  byte_length: null,
  state: of.quarantine === null ? 'provisional' : 'quarantined',
  verdict: null,
  quarantine_reason: of.quarantine,
  group_count: 0,
  transaction_count: 0,
  at: of.at,
  closed_at: null,
});

export const groupRow = (
  header: GroupHeader,
  whose: Whose,
  of: { id: string; interchangeId: string; ordinal: number },
): GroupRow => ({
  id: of.id,
  interchange_id: of.interchangeId,
  ordinal: of.ordinal,
  direction: 'in',
  ...whose,
  functional_id: header.functionalId,
  control_number: header.controlNumber,
  version: header.version,
  header,
  verdict: null,
  claimed: null,
  counted: 0,
  accepted: 0,
  with_errors: 0,
});

/** `reading`: null for a transaction of a quarantined interchange, which is not looked into. */
export const transactionRow = (
  transaction: Transaction,
  whose: Whose,
  reading: TransactionReading | null,
  of: { id: string; interchangeId: string; groupId: string; ordinal: number; agreementId: string | null },
): TransactionRow => ({
  id: of.id,
  interchange_id: of.interchangeId,
  group_id: of.groupId,
  ordinal: of.ordinal,
  direction: 'in',
  ...whose,
  agreement_id: of.agreementId,
  message: transaction.message,
  version: transaction.version,
  association: transaction.association,
  reference: transaction.syntax === 'edifact' ? messageReference(transaction) : null,
  control_number: transaction.controlNumber,
  byte_offset: transaction.byteOffset,
  byte_length: transaction.byteLength,
  segment_count: transaction.segments.length,
  state: transactionState(reading),
  verdict: reading?.verdict ?? null,
});

function transactionState(reading: TransactionReading | null): TransactionRow['state'] {
  if (reading === null) return 'quarantined';
  if (reading.failure !== null) return 'parked';
  return reading.verdict === 'rejected' ? 'rejected' : 'provisional';
}

/** `channelOrderKey`: that of a channel whose files are processed in the order they came; else each order or payment has its own. */
export const documentRow = (
  { kind, number, body, trace, unmapped, mapName, mapHash }: ReadDocument,
  owned: Owned,
  of: { id: string; agreementId: string; transactionId: string; channelOrderKey: string | null; at: Date },
): DocumentRow => ({
  id: of.id,
  kind,
  direction: 'in',
  ...owned,
  agreement_id: of.agreementId,
  transaction_id: of.transactionId,
  number,
  map_name: mapName,
  map_hash: mapHash,
  body,
  trace,
  unmapped,
  unwritten: null,
  state: 'provisional',
  state_reason: null,
  waits_for: null,
  deadline: null,
  order_key: of.channelOrderKey ?? orderKeyOf(owned.partner_id, owned.usage, kind, number),
  order_id: null,
  at: of.at,
});

/** What a partner answered us; no work until its interchange is closed. */
export const theirAcknowledgmentRow = (
  body: Acknowledgment,
  owned: Owned,
  of: { id: string; channelId: string; interchangeId: string; transactionId: string | null; at: Date },
): AcknowledgmentRow => ({
  id: of.id,
  direction: 'in',
  kind: body.kind,
  ...owned,
  channel_id: of.channelId,
  interchange_id: of.interchangeId,
  group_id: null,
  transaction_id: of.transactionId,
  body,
  state: 'received',
  waits_for: null,
  deadline: null,
  at: of.at,
});
