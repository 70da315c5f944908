import { FailureError } from '../../core/failure.ts';
import { localDateOf } from '../../core/local-date.ts';
import { amountOf } from '../../core/money.ts';
import { roundingOf } from '../../documents/totals.ts';
import { finding, refused } from '../../orders/finding.ts';
import { type InvoiceCorrection, invoiceFromRequest } from '../../orders/invoice-request.ts';
import { unbill } from '../../orders/order-state.ts';
import { shippedLines } from '../../orders/ship.ts';
import type { Tx } from '../../store/database.ts';
import { wakeWaiting } from '../../store/documents/document.ts';
import { cancelExpectations } from '../../store/expectations.ts';
import { type BilledDocument, billedForUpdate, orderOfInvoice, putCorrection } from '../../store/orders/corrections.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import { invoiceNumberTaken, shipmentsOf } from '../../store/orders/shipments.ts';
import type { FlowContext } from '../context.ts';
import { processAgain, waitsForInvoice } from '../waiting.ts';
import { type Acting, type ActResult, actOnOrder } from './act.ts';
import { itemColumns, itemOfBill, paymentExpected } from './bill.ts';
import { answerWith, orderEvent } from './order-flow.ts';
import type { InvoicePosted } from './post-invoice.ts';

/**
 * An invoice the partner has refused is put right by a person and sent again, as a document of its own in an interchange of its own. The invoice
 * stays one: its open item takes the corrected amount. Refused: one that was not rejected, and one on which money lies. Throws FailureError
 * `usage-wrong` with the invoice as it stands when it was corrected already and nobody has refused it since: the same request a second time.
 */
export async function correctInvoice(
  context: FlowContext,
  tx: Tx,
  invoiceId: string,
  correction: InvoiceCorrection,
  actor: string,
): Promise<ActResult<InvoicePosted>> {
  const orderId = await orderOfInvoice(tx, invoiceId);
  if (orderId === undefined || orderId === null)
    throw new FailureError('not-found', `There is no invoice ${invoiceId} of an order.`);
  return actOnOrder(context, tx, orderId, actor, (acting) => correct(acting, invoiceId, correction));
}

function correctedBefore({
  id,
  number,
  document_id,
  document_state,
  amount_minor,
  currency,
}: BilledDocument): FailureError {
  const due = amountOf({ minor: amount_minor, currency });
  const message = `Invoice ${number} was corrected already: it stands at ${due} ${currency}, ${document_state}, and was not refused since.`;
  return new FailureError('usage-wrong', message, {
    present: { invoice: { id, number, document: document_id, state: document_state, due, currency } },
  });
}

async function correct(
  acting: Acting,
  invoiceId: string,
  { by: _by, reason, ...asked }: InvoiceCorrection,
): Promise<ActResult<InvoicePosted>> {
  const { context, known, tx, record, gathered, actor } = acting;
  const former = await billedForUpdate(tx, invoiceId);
  if (former === undefined) throw new FailureError('not-found', `There is no invoice ${invoiceId}.`);
  if (former.document_state !== 'rejected' && former.is_corrected) throw correctedBefore(former);
  if (former.document_state !== 'rejected')
    return refused(finding('invoice/not-rejected', '', `Invoice ${former.number} was not rejected by the partner.`));
  if (!former.untouched)
    return refused(finding('invoice/paid', '', `Money lies on invoice ${former.number}: credit it instead.`));
  const number = asked.number ?? former.number;
  if (number !== former.number && (await invoiceNumberTaken(tx, record.company_id, record.usage, number))) {
    const message = `An invoice ${number} was made before.`;
    return refused(finding('invoice/number-taken', 'number', message, { found: number }));
  }
  const company = known.company(record.company_id);
  const was = former.billed ?? [];
  const shipments = (await shipmentsOf(tx, record.id)).filter(
    ({ id }) => former.shipment_id === null || id === former.shipment_id,
  );
  const goods = shipments.map(({ number: shipment, request, shipped_on, change }) => ({
    shipment,
    shippedOn: shipped_on,
    change,
    quantities: shippedLines(request, record.number),
    ...(request.carrier === undefined ? {} : { carrier: request.carrier }),
    ...(request.references === undefined ? {} : { references: request.references }),
  }));
  const made = invoiceFromRequest(
    record.order,
    unbill(record.state, was),
    goods,
    { lines: was.map(({ line, quantity }) => ({ line, quantity })), ...asked, number },
    {
      issuedOn: localDateOf(context.clock.now(), company.zone),
      rounding: roundingOf(record.order.currency ?? company.currency),
      currency: company.currency,
    },
  );
  if (!made.ok) return made;
  const { invoice, billed, state } = made.value;
  const documentId = answerWith(context, known, record, 'invoice', number, invoice, gathered);
  const { item, currency } = itemOfBill(acting, invoice, former.shipped_on);
  await putCorrection(tx, former, { documentId, number, billed }, itemColumns(item));
  await cancelExpectations(tx, 'invoice', invoiceId);
  gathered.rows.expectation = [...(gathered.rows.expectation ?? []), ...paymentExpected(acting, invoiceId, item)];
  gathered.events.push(
    orderEvent(record, 'order/invoice-corrected', context.clock.now(), actor, {
      reason,
      data: {
        invoice: number,
        ...(number === former.number ? {} : { was: former.number }),
        due: invoice.totals.due,
        currency,
      },
      objects: [
        { kind: 'invoice', id: invoiceId, qualifier: 'corrected' },
        { kind: 'document', id: former.document_id, qualifier: 'replaced' },
        { kind: 'document', id: documentId, qualifier: 'invoice' },
      ],
    }),
  );
  await updateOrder(tx, record.id, state);
  const woken = await wakeWaiting(tx, {
    company: record.company_id,
    usage: record.usage,
    waitsFor: [waitsForInvoice(number)],
  });
  gathered.work.push(...woken.map(processAgain));
  return { ok: true, value: { invoiceId, number, due: invoice.totals.due, state } };
}
