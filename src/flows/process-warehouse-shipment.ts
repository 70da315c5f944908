import { beyondRelease, releaseMeant, shipmentOfWarehouse } from '../orders/warehouse.ts';
import type { Tx } from '../store/database.ts';
import { type StoredDocument, setDocumentState } from '../store/documents/document.ts';
import { orderForUpdate } from '../store/orders/orders.ts';
import { ordersSentTo } from '../store/orders/orders-sent-to.ts';
import { shippedOfRelease } from '../store/orders/shipped-of-release.ts';
import type { FlowContext } from './context.ts';
import { type Gathered, gather } from './gathered.ts';
import { postShipment } from './orders/post-shipment.ts';

type WarehouseDocument = Extract<StoredDocument, { kind: 'warehouse-shipment' }>;

/**
 * A third-party warehouse shipped (945): the order we told it of is shipped, and the ship notice leaves. It ships what we sent it a 940 for, and
 * nothing else, whatever it names. What cannot count is held with the reason. `orderId`: the order that a person says is meant.
 */
export async function processWarehouseShipment(
  context: FlowContext,
  tx: Tx,
  document: WarehouseDocument,
  orderId?: string,
): Promise<Gathered> {
  const gathered = gather();
  const why = await shipOrWhyNot(context, tx, document, orderId);
  await setDocumentState(tx, document.id, why === null ? 'processed' : 'held', why);
  gathered.events.push({
    at: context.clock.now(),
    type: why === null ? 'warehouse-shipment/taken' : 'warehouse-shipment/held',
    actor: `partner:${document.partner_id}`,
    ...(why === null ? {} : { reason: why }),
    company: document.company_id,
    usage: document.usage,
    objects: [{ kind: 'document', id: document.id, qualifier: 'source' }],
  });
  return gathered;
}

async function shipOrWhyNot(
  context: FlowContext,
  tx: Tx,
  document: WarehouseDocument,
  orderId: string | undefined,
): Promise<string | null> {
  const { body, company_id, usage, partner_id } = document;
  const numbers = [body.orderNumber, body.buyerOrder].filter((one) => one !== undefined);
  const told = { company: company_id, usage, warehouse: partner_id };
  // A person who says which order is meant knows more than the numbers.
  const meant = orderId === undefined ? releaseMeant(await ordersSentTo(tx, told, numbers), body) : null;
  if (meant?.ok === false) return meant.message;
  const id = orderId ?? meant?.release.orderId ?? '';
  const record = await orderForUpdate(tx, id);
  if (record === undefined || record.company_id !== company_id || record.usage !== usage)
    return `There is no order ${id} that ${numbers.join(' or ')} could be.`;
  const shipment = shipmentOfWarehouse(record.order, body);
  if (!shipment.ok) return shipment.message;
  if (meant !== null && body.orderNumber !== undefined) {
    const earlier = await shippedOfRelease(tx, told, body.orderNumber);
    const beyond = beyondRelease(meant.release.body, earlier, body);
    if (beyond !== null) return beyond;
  }
  const posted = await postShipment(context, tx, id, shipment.request, `partner:${partner_id}`);
  return posted.ok ? null : posted.findings.map(({ message }) => message).join(' ');
}
