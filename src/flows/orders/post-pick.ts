import { compareDecimals } from '../../core/decimal.ts';
import { finding, refused } from '../../orders/finding.ts';
import { type OrderState, pickOrder } from '../../orders/order-state.ts';
import type { PickRequest } from '../../orders/pick-request.ts';
import type { Tx } from '../../store/database.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import type { FlowContext } from '../context.ts';
import { type ActResult, actOnOrder } from './act.ts';
import { orderEvent } from './order-flow.ts';
import { releaseToWarehouse, warehouseOf } from './release-to-warehouse.ts';

/** The warehouse gets goods ready: what it picks is out of reach of the buyer's changes. One of others is told by a 940. */
export const postPick = (
  context: FlowContext,
  tx: Tx,
  orderId: string,
  { lines }: PickRequest,
  actor: string,
): Promise<ActResult<OrderState>> =>
  actOnOrder(context, tx, orderId, actor, async ({ known, record, gathered }) => {
    const malformed = lines.flatMap(({ line, quantity }, index) =>
      compareDecimals(quantity, '0') > 0
        ? []
        : [
            finding('shipment/quantity-malformed', `lines[${index}].quantity`, `Line ${line} picks ${quantity}.`, {
              found: quantity,
              expected: 'more than zero',
            }),
          ],
    );
    if (malformed.length > 0) return refused(...malformed);
    const picked = pickOrder(record.state, lines);
    if (!picked.ok) return picked;
    await updateOrder(tx, record.id, picked.value);
    gathered.events.push(orderEvent(record, 'order/picked', context.clock.now(), actor, { data: { lines } }));
    const warehouse = warehouseOf(known, record);
    if (warehouse !== undefined)
      await releaseToWarehouse(context, tx, record, record.order, lines, warehouse, gathered);
    return picked;
  });
