import type { Order } from '../../documents/order.ts';
import type { LineQuantity } from '../../orders/order-state.ts';
import { toWarehouseOrder } from '../../orders/warehouse.ts';
import type { Agreement, WarehouseSettings } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import { takeNumbers } from '../../store/orders/number-series.ts';
import type { FlowContext } from '../context.ts';
import type { Gathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { type OrderOwner, orderEvent, sendKeyOf } from './order-flow.ts';

/** The agreement by which a third-party warehouse ships this partner's orders; undefined: we ship them ourselves. */
export const warehouseOf = (
  known: KnownConfiguration,
  { company_id, partner_id, usage }: Pick<OrderOwner, 'company_id' | 'partner_id' | 'usage'>,
): (Agreement & { readonly warehouse: WarehouseSettings }) | undefined => {
  const [only, other] = known.agreements.flatMap((agreement) => {
    const { direction, company, warehouse } = agreement;
    const ships = direction === 'out' && company === company_id && agreement.usage === usage;
    // An agreement that was stored before there were warehouses has no such field at all.
    return ships && warehouse?.shipsFor.includes(partner_id) ? [{ ...agreement, warehouse }] : [];
  });
  return other === undefined ? only : undefined;
};

/** Tells the warehouse what it shall ship of an order (940): the document, and the work to send it. The lines are picked by that already. */
export async function releaseToWarehouse(
  { clock, newId }: FlowContext,
  tx: Tx,
  owner: OrderOwner,
  order: Order,
  lines: readonly LineQuantity[],
  agreement: Agreement,
  gathered: Gathered,
): Promise<void> {
  const at = clock.now();
  const serial = await takeNumbers(tx, owner.company_id, owner.usage, 'warehouse-order');
  const number = `${owner.usage === 'test' ? 'T' : ''}WO${serial.toString().padStart(7, '0')}`;
  const id = newId();
  const orderKey = sendKeyOf(owner);
  gathered.rows.document = [
    ...(gathered.rows.document ?? []),
    {
      id,
      kind: 'warehouse-order',
      direction: 'out',
      company_id: owner.company_id,
      partner_id: agreement.partner,
      usage: owner.usage,
      agreement_id: agreement.id,
      transaction_id: null,
      number,
      map_name: null,
      map_hash: null,
      body: toWarehouseOrder(order, { number, lines }),
      trace: null,
      unmapped: null,
      unwritten: null,
      state: 'entered',
      state_reason: null,
      waits_for: null,
      deadline: null,
      order_key: orderKey,
      order_id: owner.id,
      at,
    },
  ];
  gathered.work.push({ kind: 'compose', subjectId: id, fairnessKey: agreement.channel ?? agreement.partner, orderKey });
  gathered.events.push(
    orderEvent(owner, 'order/released-to-warehouse', at, 'gateway', {
      data: { warehouse: agreement.partner, warehouseOrder: number },
      objects: [{ kind: 'document', id, qualifier: 'warehouse-order' }],
    }),
  );
}
