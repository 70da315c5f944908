import type { LineQuantity } from '../../orders/order-state.ts';
import type { Queryable } from '../database.ts';
import { jsonText } from '../json-text.ts';
import type { OpenItemRow } from '../rows/business.ts';

export interface BilledDocument {
  readonly id: string;
  readonly number: string;
  readonly order_id: string | null;
  readonly shipment_id: string | null;
  readonly shipped_on: string | null;
  readonly document_id: string;
  readonly document_state: string;
  readonly billed: readonly LineQuantity[] | null;
  readonly open_item_id: string;
  readonly untouched: boolean;
  /** Its document has taken the place of one that was refused. */
  readonly is_corrected: boolean;
  readonly currency: string;
  readonly amount_minor: bigint;
}

/** The order an invoice bills; null when it is of none, undefined when there is no such invoice. Who corrects it locks the order first. */
export async function orderOfInvoice(client: Queryable, invoiceId: string): Promise<string | null | undefined> {
  const { rows } = await client.query<{ order_id: string | null }>('select order_id from invoice where id = $1', [
    invoiceId,
  ]);
  return rows[0]?.order_id;
}

/** An invoice with its document and open item, all locked. `untouched`: nothing was applied to the item, and nothing waits to be. */
export async function billedForUpdate(tx: Queryable, invoiceId: string): Promise<BilledDocument | undefined> {
  const { rows } = await tx.query<BilledDocument & Record<string, unknown>>(
    `select v.id, v.number, v.order_id, v.shipment_id, s.body ->> 'shippedOn' as shipped_on, v.document_id, d.state as document_state,
       v.body -> 'billed' as billed, o.id as open_item_id,
       o.remaining_minor = o.amount_minor and not exists (select 1 from remittance_line l where l.open_item_id = o.id and l.outcome in ('review', 'waits')) as untouched,
       exists (select 1 from document f where f.replaced_by = d.id) as is_corrected, o.currency, o.amount_minor
     from invoice v join document d on d.id = v.document_id join open_item o on o.invoice_id = v.id left join shipment s on s.id = v.shipment_id
     where v.id = $1 for update of v, d, o`,
    [invoiceId],
  );
  return rows[0];
}

/** Puts the corrected invoice in place: its document, what it bills, and its open item; the former document names the one that follows it. */
export async function putCorrection(
  tx: Queryable,
  former: Pick<BilledDocument, 'id' | 'document_id' | 'open_item_id'>,
  made: { readonly documentId: string; readonly number: string; readonly billed: readonly LineQuantity[] },
  item: Pick<
    OpenItemRow,
    | 'number'
    | 'number_key'
    | 'currency'
    | 'amount_minor'
    | 'issued_on'
    | 'due_on'
    | 'discount_minor'
    | 'discount_until'
    | 'reference'
  >,
): Promise<void> {
  await tx.tell('update document set replaced_by = $2 where id = $1', [former.document_id, made.documentId]);
  await tx.tell('update invoice set document_id = $2, number = $3, body = $4 where id = $1', [
    former.id,
    made.documentId,
    made.number,
    jsonText({ billed: made.billed }),
  ]);
  await tx.tell(
    `update open_item set number = $2, number_key = $3, currency = $4, amount_minor = $5, remaining_minor = $5, issued_on = $6, due_on = $7,
       discount_minor = $8, discount_until = $9, reference = $10 where id = $1`,
    [
      former.open_item_id,
      item.number,
      item.number_key,
      item.currency,
      item.amount_minor,
      item.issued_on,
      item.due_on,
      item.discount_minor,
      item.discount_until,
      jsonText(item.reference),
    ],
  );
}

/** The document an invoice stands on now; undefined when there is no such invoice. */
export async function documentOfInvoice(client: Queryable, invoiceId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ document_id: string }>('select document_id from invoice where id = $1', [
    invoiceId,
  ]);
  return rows[0]?.document_id;
}
