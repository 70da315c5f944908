import type { Document, DocumentKind } from '../documents/index.ts';

/** The number people know a document by: of the order it is or answers, of the shipment, the invoice, the payment. */
export function numberOf(kind: DocumentKind, document: Document): string {
  if ('payment' in document) return document.payment.trace ?? '';
  if ('orderNumber' in document && (kind === 'order-response' || kind === 'order-change'))
    return document.orderNumber ?? '';
  // What a warehouse shipped goes by its number of the shipment, else by what it shipped.
  if (kind === 'warehouse-shipment' && 'report' in document)
    return document.shipment ?? document.number ?? document.orderNumber ?? document.buyerOrder ?? '';
  return 'number' in document ? (document.number ?? '') : '';
}

/** Work with one order key runs one at a time, in arrival order: all that concerns one order of one partner, or one payment. */
export const orderKeyOf = (partner: string, usage: string, kind: DocumentKind, number: string): string | null =>
  number === ''
    ? null
    : `${partner}:${usage}:${kind === 'remittance' ? 'payment' : 'order'}:${number.replaceAll('\0', '\ufffd')}`;
