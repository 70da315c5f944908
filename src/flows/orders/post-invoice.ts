import { localDateOf } from '../../core/local-date.ts';
import { roundingOf } from '../../documents/totals.ts';
import { finding } from '../../orders/finding.ts';
import { type InvoiceRequest, invoiceFromRequest } from '../../orders/invoice-request.ts';
import type { OrderState } from '../../orders/order-state.ts';
import { shippedLines } from '../../orders/ship.ts';
import type { Tx } from '../../store/database.ts';
import { invoiceNumberTaken, shipmentsOf } from '../../store/orders/shipments.ts';
import type { FlowContext } from '../context.ts';
import { type ActResult, actOnOrder } from './act.ts';
import { bill } from './bill.ts';

export interface InvoicePosted {
  readonly invoiceId: string;
  readonly number: string;
  readonly due: string;
  readonly state: OrderState;
}

/** A back office that bills itself names the invoice; we write it, send it and keep its open item. */
export const postInvoice = (
  context: FlowContext,
  tx: Tx,
  orderId: string,
  request: InvoiceRequest,
  actor: string,
): Promise<ActResult<InvoicePosted>> =>
  actOnOrder(context, tx, orderId, actor, async (acting) => {
    const { known, record } = acting;
    const company = known.company(record.company_id);
    if (await invoiceNumberTaken(tx, record.company_id, record.usage, request.number)) {
      const message = `An invoice ${request.number} was made before.`;
      return { ok: false, findings: [finding('invoice/number-taken', 'number', message, { found: request.number })] };
    }
    const shipments = await shipmentsOf(tx, record.id);
    const goods = shipments.map(({ number, request: shipped, shipped_on, change }) => ({
      shipment: number,
      shippedOn: shipped_on,
      change,
      quantities: shippedLines(shipped, record.number),
      ...(shipped.carrier === undefined ? {} : { carrier: shipped.carrier }),
      ...(shipped.references === undefined ? {} : { references: shipped.references }),
    }));
    const billed = invoiceFromRequest(record.order, record.state, goods, request, {
      issuedOn: localDateOf(context.clock.now(), company.zone),
      rounding: roundingOf(record.order.currency ?? company.currency),
      currency: company.currency,
    });
    if (!billed.ok) return billed;
    const only = shipments.length === 1 ? shipments[0] : undefined;
    const invoiceId = await bill(acting, billed.value, only?.id ?? null, only?.shipped_on ?? null);
    return {
      ok: true,
      value: { invoiceId, number: request.number, due: billed.value.invoice.totals.due, state: billed.value.state },
    };
  });
