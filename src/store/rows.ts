import type {
  ApplicationRow,
  ClaimRow,
  InvoiceRow,
  OpenItemRow,
  OrderRow,
  RemittanceLineRow,
  RemittanceRow,
  ShipmentRow,
  SsccRow,
} from './rows/business.ts';
import type { AcknowledgmentRow, DocumentRow, ExpectationRow } from './rows/documents.ts';
import type {
  GroupRow,
  InterchangeRow,
  ProblemRow,
  RawFileRow,
  TransactionRow,
  TransmissionRow,
} from './rows/envelope.ts';
import type { AnnouncementRow, DeliveryAttemptRow, DeliveryRow } from './rows/outbound.ts';

/*
 * The tables as rows, one interface each, columns by their names in SQL: the shapes `writeRows` takes. What a query gives back is
 * typed beside the query. Dates are instants, money is bigint minor units, `unknown` is any plain value kept as json.
 */

/** Everything one step writes, by table. */
export interface Rows {
  transmission?: TransmissionRow[];
  raw_file?: RawFileRow[];
  interchange?: InterchangeRow[];
  functional_group?: GroupRow[];
  transaction?: TransactionRow[];
  problem?: ProblemRow[];
  document?: DocumentRow[];
  acknowledgment?: AcknowledgmentRow[];
  purchase_order?: OrderRow[];
  shipment?: ShipmentRow[];
  sscc?: SsccRow[];
  invoice?: InvoiceRow[];
  open_item?: OpenItemRow[];
  claim?: ClaimRow[];
  remittance?: RemittanceRow[];
  remittance_line?: RemittanceLineRow[];
  application?: ApplicationRow[];
  delivery?: DeliveryRow[];
  delivery_attempt?: DeliveryAttemptRow[];
  expectation?: ExpectationRow[];
  announcement?: AnnouncementRow[];
}
