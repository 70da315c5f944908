import { shippedLines } from '../../orders/ship.ts';
import type { Tx } from '../../store/database.ts';
import { markSent } from '../../store/deliveries/delivered-document.ts';
import type { StoredDelivery } from '../../store/deliveries/delivery.ts';
import { meetExpectation } from '../expect.ts';

/** A document of ours has arrived: what its partner expected of the order is met by so much. */
export async function delivered(tx: Tx, delivery: StoredDelivery, at: Date): Promise<void> {
  if (delivery.document_id === null) return;
  const document = await markSent(tx, delivery.document_id);
  if (document === undefined || document.order_id === null) return;
  const { kind, purpose, order_id, order_number, shipment_id, request, billed } = document;
  if (kind === 'order-response' && purpose !== 'change')
    await meetExpectation(tx, 'order-response', 'order', order_id, { by: 'once' }, at);
  if (kind === 'ship-notice' && request !== null) {
    const lines = shippedLines(request, order_number ?? '');
    await meetExpectation(tx, 'ship-notice', 'order', order_id, { by: 'quantity', lines }, at);
  }
  if (kind === 'invoice' && shipment_id !== null && billed !== null) {
    await meetExpectation(tx, 'invoice', 'shipment', shipment_id, { by: 'quantity', lines: billed }, at);
  }
}
