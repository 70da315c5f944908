import { isZeroDecimal } from '../../core/decimal.ts';
import { localDateOf } from '../../core/local-date.ts';
import type { Order } from '../../documents/order.ts';
import { decideByRules } from '../../orders/decide.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import type { Outcome } from '../../orders/finding.ts';
import { indexItems } from '../../orders/items.ts';
import { toOrderResponse } from '../../orders/order-response.ts';
import { decideOrder, type OrderState, pickOrder } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { reserve } from '../../store/orders/stock.ts';
import type { FlowContext } from '../context.ts';
import { expectationRows } from '../expect.ts';
import type { Gathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answerWith, expectationSettings, type OrderOwner, orderEvent } from './order-flow.ts';
import { releaseToWarehouse, warehouseOf } from './release-to-warehouse.ts';
import { responseNumber } from './response-number.ts';
import type { Shelves } from './shelves.ts';

/** What the built-in rules say of an order, with the stock they looked at locked until the transaction ends and taken from the shelves. */
export async function decisionByRules(
  { clock }: FlowContext,
  known: KnownConfiguration,
  shelves: Shelves,
  owner: OrderOwner,
  order: Order,
): Promise<OrderDecision> {
  const { decision: policy, values } = known.agreement(owner.agreement_id);
  const company = known.company(owner.company_id);
  await shelves.load(owner, [order]);
  const currency = typeof values.currency === 'string' ? values.currency : company.currency;
  const today = localDateOf(clock.now(), company.zone);
  // From here to what was taken nothing may be awaited: other orders of this transaction look at the same shelves.
  const decision = decideByRules(order, indexItems(shelves.itemsOf(owner)), { ...policy, currency }, today);
  shelves.took(owner, decision.reservations);
  return decision;
}

/**
 * Lets a decision count: the order moves on, goods are reserved, our answer and what follows are gathered. The caller writes the order's row.
 * A refusal tells why the order cannot be decided this way now.
 */
export async function applyDecision(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  owner: OrderOwner,
  order: Order,
  state: OrderState,
  decision: OrderDecision,
  actor: string,
  gathered: Gathered,
): Promise<Outcome<OrderState>> {
  const decided = decideOrder(state, decision);
  if (!decided.ok) return decided;
  const { clock, newId } = context;
  const at = clock.now();
  const company = known.company(owner.company_id);
  if (decided.value.status === 'held') {
    const reason = decision.holds.map(({ message }) => message).join(' ');
    gathered.events.push(orderEvent(owner, 'order/held', at, actor, { reason, data: { holds: decision.holds } }));
    return decided;
  }
  await reserve(tx, { companyId: owner.company_id, usage: owner.usage, orderId: owner.id }, decision.reservations);
  const response = toOrderResponse(order, decision, {
    respondedOn: localDateOf(at, company.zone),
    currency: company.currency,
    ...(await responseNumber(known, tx, owner)),
  });
  const documentId = answerWith(context, known, owner, 'order-response', owner.number, response, gathered);
  gathered.rows.expectation = [
    ...(gathered.rows.expectation ?? []),
    ...expectationRows(
      expectedFrom({ kind: 'order-decided', state: decided.value }, expectationSettings(known, owner)),
      {
        subjectKind: 'order',
        subjectId: owner.id,
        company: owner.company_id,
        partner: owner.partner_id,
        usage: owner.usage,
        zone: company.zone,
      },
      newId,
      at,
    ),
  ];
  gathered.events.push(
    orderEvent(owner, 'order/decided', at, actor, {
      data: { verdict: decision.verdict },
      objects: [{ kind: 'document', id: documentId, qualifier: 'answer' }],
    }),
  );
  const warehouse = warehouseOf(known, owner);
  if (warehouse?.warehouse.releaseWhen !== 'decided') return decided;
  const lines = decided.value.lines
    .filter(({ promised }) => !isZeroDecimal(promised))
    .map(({ line, promised }) => ({ line, quantity: promised }));
  if (lines.length === 0) return decided;
  // What a warehouse was told it gets ready: from now no change takes it back in silence.
  const picked = pickOrder(decided.value, lines);
  if (picked.ok) await releaseToWarehouse(context, tx, owner, order, lines, warehouse, gathered);
  return picked;
}
