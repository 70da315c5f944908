import type { ChangePlan } from '../../orders/change.ts';
import type { BackOfficeChangeDecision } from '../../orders/change-decision.ts';
import { offeredPart, wholeDecision } from '../../orders/decide-change.ts';
import { type BackOfficeDecision, decisionFrom } from '../../orders/decision.ts';
import { finding, given, refused } from '../../orders/finding.ts';
import type { OrderState } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { documentForUpdate } from '../../store/documents/document.ts';
import { releaseReservations } from '../../store/orders/stock.ts';
import type { FlowContext } from '../context.ts';
import { type ActResult, actOnOrder } from './act.ts';
import { applyChange, formerOf, ownerOf, planOf, refuseChange, reopenedOrGone } from './change-flow.ts';

/**
 * A back office, or a person for a held change, decides a buyer's change. It is planned anew against the order as it stands now: what has
 * left since it was offered is too late, whatever was decided. Gives the order's state afterwards, or why the decision cannot count.
 */
export const postChangeDecision = (
  context: FlowContext,
  tx: Tx,
  orderId: string,
  { change, decision: posted }: BackOfficeChangeDecision,
  actor: string,
): Promise<ActResult<OrderState>> =>
  actOnOrder(context, tx, orderId, actor, async ({ known, record, gathered }) => {
    const document = await documentForUpdate(tx, change);
    const isOfOrder =
      document?.kind === 'order-change' &&
      document.state === 'held' &&
      document.partner_id === record.partner_id &&
      document.company_id === record.company_id &&
      document.usage === record.usage &&
      document.body.orderNumber === record.number &&
      (document.body.release ?? '') === record.release;
    if (!isOfOrder) {
      const message = `No change ${change} of order ${record.number} waits for a decision.`;
      return refused(finding('change/unknown', 'change', message, { found: change }));
    }
    const changing = { context, known, tx, document, record, gathered, actor };
    const plan = planOf(changing);
    if (posted.decision === 'reject' || !plan.applies) {
      await refuseChange(changing, plan.applies ? rejectedPlan(plan, record.order, posted) : plan);
      return given(record.state);
    }
    const decided = decisionFrom(offeredPart(plan, record.state, record.order), posted);
    if (!decided.ok) return decided;
    await releaseReservations(tx, ownerOf(record), reopenedOrGone(record, plan));
    return applyChange(changing, plan, wholeDecision(plan, record.state, formerOf(record), decided.value));
  });

/** The back office wants none of it: every line stays as it is. */
function rejectedPlan(plan: ChangePlan, order: ChangePlan['order'], posted: BackOfficeDecision): ChangePlan {
  const message = (posted.decision === 'reject' ? posted.reason : undefined) ?? 'The change is not accepted.';
  const lines = plan.lines.map((line) => ({ ...line, outcome: 'refused' as const, message }));
  return { order, applies: false, lines, reopened: new Set(), findings: [finding('change/line-invalid', '', message)] };
}
