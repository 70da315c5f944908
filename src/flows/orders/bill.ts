import type { Invoice } from '../../documents/invoice.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import type { BilledInvoice } from '../../orders/invoice.ts';
import { defaultTermPolicy, discountUntil, termDates } from '../../orders/terms.ts';
import { type OpenItem, openItemOf } from '../../receivables/open-item.ts';
import { referenceKey } from '../../receivables/reference.ts';
import { wakeWaiting } from '../../store/documents/document.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { expectationRows } from '../expect.ts';
import { processAgain, waitsForInvoice } from '../waiting.ts';
import type { Acting } from './act.ts';
import { answerWith, expectationSettings, orderEvent } from './order-flow.ts';

/** An invoice is made: it goes out, opens an item in the ledger, and wakes remittances that came before it. */
export async function bill(
  acting: Acting,
  { invoice, billed, state, warnings }: BilledInvoice,
  shipmentId: string | null,
  shippedOn: string | null,
): Promise<string> {
  const { context, known, tx, record, gathered, actor } = acting;
  const at = context.clock.now();
  const { item, currency } = itemOfBill(acting, invoice, shippedOn);
  const documentId = answerWith(context, known, record, 'invoice', invoice.number, invoice, gathered);
  const owned = { company_id: record.company_id, partner_id: record.partner_id, usage: record.usage };
  const invoiceId = context.newId();
  gathered.rows.invoice = [
    {
      id: invoiceId,
      ...owned,
      number: invoice.number,
      order_id: record.id,
      shipment_id: shipmentId,
      document_id: documentId,
      body: { billed },
      at,
    },
  ];
  gathered.rows.open_item = [
    {
      id: item.id,
      ...owned,
      kind: item.kind,
      invoice_id: invoiceId,
      ...itemColumns(item),
      remaining_minor: item.remaining,
      discount_taken_minor: 0n,
      at,
    },
  ];
  gathered.rows.expectation = [...(gathered.rows.expectation ?? []), ...paymentExpected(acting, invoiceId, item)];
  gathered.events.push(
    orderEvent(record, 'order/invoiced', at, actor, {
      data: {
        invoice: invoice.number,
        due: invoice.totals.due,
        currency,
        warnings: warnings.map(({ message }) => message),
      },
      objects: [
        { kind: 'invoice', id: invoiceId, qualifier: 'made' },
        { kind: 'document', id: documentId, qualifier: 'invoice' },
      ],
    }),
  );
  await updateOrder(tx, record.id, state);
  const woken = await wakeWaiting(tx, {
    company: record.company_id,
    usage: record.usage,
    waitsFor: [waitsForInvoice(invoice.number)],
  });
  gathered.work.push(...woken.map(processAgain));
  return invoiceId;
}

/** The open item of an invoice of this order, and the currency it is in. */
export function itemOfBill(
  { context, known, record }: Acting,
  invoice: Invoice,
  shippedOn: string | null,
): { readonly item: OpenItem; readonly currency: string } {
  const currency = invoice.currency ?? known.company(record.company_id).currency;
  const [term] = invoice.terms ?? [];
  const dates = termDates(
    term,
    { invoicedOn: invoice.issuedOn, ...(shippedOn === null ? {} : { shippedOn }) },
    defaultTermPolicy,
  );
  const item = openItemOf(invoice, {
    id: context.newId(),
    company: record.company_id,
    usage: record.usage,
    partner: record.partner_id,
    currency,
    dueOn: dates.dueOn,
    discountUntil: discountUntil(dates, defaultTermPolicy),
  });
  return { item, currency };
}

/** What of an open item follows from its invoice, as columns. */
export const itemColumns = (item: OpenItem) => ({
  number: item.number,
  number_key: referenceKey(item.number),
  currency: item.currency,
  amount_minor: item.amount,
  issued_on: item.issuedOn,
  due_on: item.dueOn,
  discount_minor: item.discount?.amount ?? 0n,
  discount_until: item.discount?.until ?? null,
  reference: item.references,
});

/** The money an invoice makes the partner owe. */
export const paymentExpected = ({ context, known, record }: Acting, invoiceId: string, item: OpenItem) =>
  expectationRows(
    expectedFrom(
      { kind: 'invoice-sent', minor: item.amount, currency: item.currency, lateAfter: item.dueOn },
      expectationSettings(known, record),
    ),
    {
      subjectKind: 'invoice',
      subjectId: invoiceId,
      company: record.company_id,
      partner: record.partner_id,
      usage: record.usage,
      zone: known.company(record.company_id).zone,
    },
    context.newId,
    context.clock.now(),
  );
