import { type Static, Type } from 'typebox';
import { isDecimal, isNegativeDecimal, sameDecimal } from '../core/decimal.ts';
import { isLocalDate } from '../core/local-date.ts';
import type { Order } from '../documents/order.ts';
import { Charge, DecimalText, LocalDateText, object, PaymentTerm, Price, Tax, Text } from '../documents/parts.ts';
import type { Rounding } from '../documents/totals.ts';
import { isHoldable } from './check-order.ts';
import { type Finding, finding, type Outcome, refused } from './finding.ts';
import { type BilledInvoice, billable, type InvoiceContext, type ShippedGoods, toInvoice } from './invoice.ts';
import type { LineQuantity, OrderState } from './order-state.ts';
import { perOf } from './price.ts';

/** What a back office that bills itself posts to `/orders/:id/invoices`. */
export const InvoiceRequest = object({
  /** Its number of the invoice: ours carries it, and the same one again is the same invoice. */
  number: Text,
  issuedOn: Type.Optional(LocalDateText),
  /** The shipments it bills, by their own numbers; absent: everything shipped and not billed. */
  shipments: Type.Optional(Type.Array(Text, { minItems: 1 })),
  /** Less than has left may be billed; a price given here must be the acknowledged one. */
  lines: Type.Optional(
    Type.Array(object({ line: Text, quantity: DecimalText, price: Type.Optional(Price) }), { minItems: 1 }),
  ),
  charges: Type.Optional(Type.Array(Charge)),
  taxes: Type.Optional(Type.Array(Tax)),
  terms: Type.Optional(Type.Array(PaymentTerm)),
});
export type InvoiceRequest = Static<typeof InvoiceRequest>;

/**
 * What a person posts to `/invoices/:id/corrections`: what the corrected invoice says otherwise. What is left out is billed as before; the number too,
 * unless the partner wants a new one.
 */
export const InvoiceCorrection = object({
  number: Type.Optional(InvoiceRequest.properties.number),
  issuedOn: InvoiceRequest.properties.issuedOn,
  lines: InvoiceRequest.properties.lines,
  charges: InvoiceRequest.properties.charges,
  taxes: InvoiceRequest.properties.taxes,
  terms: InvoiceRequest.properties.terms,
  /** Why, for whoever reads the timeline. */
  reason: Text,
  by: Type.Optional(Text),
});
export type InvoiceCorrection = Static<typeof InvoiceCorrection>;

/**
 * The invoice a back office asks for. Takes the order, its state, all shipments of the order, the checked body and what flows know (the number
 * and, when given, the day and terms are the body's); gives what `toInvoice` gives, or every reason against it: unknown shipments,
 * numbers that are none, another price than acknowledged, goods that have not left.
 */
export function invoiceFromRequest(
  order: Order,
  state: OrderState,
  shipments: readonly ShippedGoods[],
  request: InvoiceRequest,
  context: Omit<InvoiceContext, 'number'> & { readonly rounding: Rounding },
): Outcome<BilledInvoice> {
  const findings = checkRequest(state, shipments, request);
  if (findings.length > 0) return refused(...findings);
  const chosen = shipments.filter(({ shipment }) => request.shipments?.includes(shipment) ?? true);
  const { lines } = request;
  const [first] = chosen;
  // Lines asked for replace what the shipments hold; the state still refuses what has not left.
  const goods = lines === undefined ? openOf(state, chosen) : quantitiesOver(chosen, lines);
  if (first === undefined) {
    return refused(finding('invoice/nothing-to-bill', 'shipments', `Nothing of order ${order.number} has left.`));
  }
  // The order's terms bind, unless whoever bills names others.
  const termed = request.terms === undefined ? order : { ...order, terms: request.terms };
  return toInvoice(termed, state, goods, {
    ...context,
    number: request.number,
    ...(request.issuedOn !== undefined && { issuedOn: request.issuedOn }),
    ...(request.charges !== undefined && { charges: request.charges }),
    ...(request.taxes !== undefined && { taxes: request.taxes }),
  });
}

/** The shipments with the asked-for quantities in place of their own, told with the first of them. */
const quantitiesOver = (shipments: readonly ShippedGoods[], lines: readonly LineQuantity[]): readonly ShippedGoods[] =>
  shipments.map((shipment, index) => ({
    ...shipment,
    quantities: index === 0 ? lines.map(({ line, quantity }) => ({ line, quantity })) : [],
  }));

/** The shipments, or, when all are meant, what of them is not billed yet. */
function openOf(state: OrderState, shipments: readonly ShippedGoods[]): readonly ShippedGoods[] {
  const all = shipments.flatMap(({ quantities }) => quantities);
  return quantitiesOver(shipments, billable(state, all));
}

function checkRequest(
  state: OrderState,
  shipments: readonly ShippedGoods[],
  request: InvoiceRequest,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, wanted] of (request.shipments ?? []).entries()) {
    if (shipments.some(({ shipment }) => shipment === wanted)) continue;
    const message = `Order ${state.number} has no shipment ${wanted}.`;
    findings.push(finding('invoice/nothing-to-bill', `shipments[${index}]`, message, { found: wanted }));
  }
  if (request.issuedOn !== undefined && !isLocalDate(request.issuedOn)) {
    const message = `The day ${request.issuedOn} does not exist.`;
    findings.push(finding('invoice/amount-malformed', 'issuedOn', message, { found: request.issuedOn }));
  }
  for (const [index, { line, quantity, price }] of (request.lines ?? []).entries()) {
    const path = `lines[${index}]`;
    if (!isHoldable(quantity) || isNegativeDecimal(quantity)) {
      const message = `Line ${line} bills ${quantity}, which is no quantity.`;
      findings.push(finding('invoice/quantity-malformed', `${path}.quantity`, message, { found: quantity }));
    }
    const agreed = state.lines.find((one) => one.line === line)?.price ?? null;
    if (price === undefined || agreed === null) continue;
    if (sameDecimal(price.amount, agreed.amount) && sameDecimal(perOf(price), perOf(agreed))) continue;
    const message = `Line ${line} bills at ${price.amount}; ${agreed.amount} was acknowledged.`;
    const differs = { found: price.amount, expected: agreed.amount };
    findings.push(finding('invoice/price-differs', `${path}.price`, message, differs));
  }
  for (const [index, charge] of (request.charges ?? []).entries()) {
    const wrong = [charge.amount, charge.percent, charge.rate].find(
      (one) => one !== undefined && (!isDecimal(one) || isNegativeDecimal(one)),
    );
    if (wrong === undefined) continue;
    const message = `The charge ${wrong} is no amount; its kind says whether it is taken off.`;
    findings.push(finding('invoice/amount-malformed', `charges[${index}]`, message, { found: wrong }));
  }
  return findings;
}
