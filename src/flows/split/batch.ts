import type { GroupHeader } from '../../parsers/transaction.ts';
import type { AcknowledgmentRow, DocumentRow } from '../../store/rows/documents.ts';
import type { GroupRow, InterchangeRow, ProblemRow, TransactionRow } from '../../store/rows/envelope.ts';
import { orderKeyOf } from '../document-number.ts';
import type { ReadDocument } from './read-transaction.ts';
import type { GroupTally } from './verdicts.ts';

/** What one stretch of a file became, as rows still to be written; all of it provisional until closed. */
export interface Batch {
  interchange: InterchangeRow[];
  functional_group: GroupRow[];
  transaction: TransactionRow[];
  problem: ProblemRow[];
  document: DocumentRow[];
  acknowledgment: AcknowledgmentRow[];
  /** Groups and interchanges begun in an earlier batch whose ends this one holds. */
  endedGroups: { id: string; claimed: number | null; tally: GroupTally }[];
  endedInterchanges: { id: string; byteLength: number | null; groups: number; transactions: number }[];
}

export const emptyBatch = (): Batch => ({
  interchange: [],
  functional_group: [],
  transaction: [],
  problem: [],
  document: [],
  acknowledgment: [],
  endedGroups: [],
  endedInterchanges: [],
});

/** The row of a document that came in; provisional until its group is closed. */
export function documentRow(
  { kind, number, body, trace, unmapped, mapName, mapHash }: ReadDocument,
  of: {
    readonly id: string;
    readonly company_id: string;
    readonly partner_id: string;
    readonly usage: DocumentRow['usage'];
    readonly agreementId: string;
    readonly transactionId: string;
    readonly at: Date;
  },
): DocumentRow {
  const { id, company_id, partner_id, usage, agreementId, transactionId, at } = of;
  return {
    id,
    kind,
    direction: 'in',
    company_id,
    partner_id,
    usage,
    agreement_id: agreementId,
    transaction_id: transactionId,
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
    order_key: orderKeyOf(partner_id, usage, kind, number),
    order_id: null,
    at,
  };
}

/** EDIFACT without UNG: its messages stand in one group that has no name. */
export const groupless = (byteOffset: number): GroupHeader => ({
  functionalId: null,
  sender: null,
  receiver: null,
  controlNumber: null,
  version: null,
  byteOffset,
});
