import { type BackOfficeDecision, decisionFrom } from '../../orders/decision.ts';
import type { OrderState } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { updateOrder } from '../../store/orders/orders.ts';
import type { FlowContext } from '../context.ts';
import { type ActResult, actOnOrder } from './act.ts';
import { applyDecision } from './decide.ts';

/** A back office, or a person for a held order, decides. Gives the order's state afterwards, or why the decision cannot count. */
export const postDecision = (
  context: FlowContext,
  tx: Tx,
  orderId: string,
  posted: BackOfficeDecision,
  actor: string,
): Promise<ActResult<OrderState>> =>
  actOnOrder(context, tx, orderId, actor, async ({ known, record, gathered }) => {
    const decision = decisionFrom(record.order, posted);
    if (!decision.ok) return decision;
    const applied = await applyDecision(
      context,
      known,
      tx,
      record,
      record.order,
      record.state,
      decision.value,
      actor,
      gathered,
    );
    if (!applied.ok) return applied;
    await updateOrder(tx, record.id, applied.value, decision.value);
    return applied;
  });
