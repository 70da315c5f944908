import type { DocumentKind } from '../../documents/index.ts';
import type { LineQuantity } from '../../orders/order-state.ts';
import type { ShipmentRequest } from '../../orders/ship.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement } from '../in-one-statement.ts';

/** A document that reached the partner, with what of the order it was about. */
export interface DeliveredDocument {
  readonly kind: DocumentKind;
  /** Why it was sent, in our words: an answer to a change does not answer the order. */
  readonly purpose: string | null;
  readonly order_id: string | null;
  readonly order_number: string | null;
  readonly shipment_id: string | null;
  readonly request: ShipmentRequest | null;
  readonly billed: readonly LineQuantity[] | null;
}

/** Marks a document as sent and gives what its arrival means. */
export const markSent: (tx: Queryable, documentId: string) => Promise<DeliveredDocument | undefined> = inOneStatement(
  async (tx, ids) => {
    const { rows } = await tx.query<DeliveredDocument & { id: string }>(
      `with sent as (update document set state = 'sent' where id = any ($1::uuid[]) and state = 'composed' returning id)
     select d.id, d.kind, d.body -> 'purpose' ->> 'code' as purpose, d.order_id, o.number as order_number, coalesce(s.id, i.shipment_id) as shipment_id, s.body -> 'request' as request, i.body -> 'billed' as billed
     from document d left join purchase_order o on o.id = d.order_id left join shipment s on s.document_id = d.id left join invoice i on i.document_id = d.id
     where d.id = any ($1::uuid[])`,
      [ids],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  },
);
