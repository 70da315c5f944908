import { localDateOf } from '../../core/local-date.ts';
import type { Order } from '../../documents/order.ts';
import { decideByRules } from '../../orders/decide.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import type { Outcome } from '../../orders/finding.ts';
import { indexItems, productKey } from '../../orders/items.ts';
import { toOrderResponse } from '../../orders/order-response.ts';
import { decideOrder, type OrderState } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { itemsForUpdate, reserve } from '../../store/orders/stock.ts';
import type { FlowContext } from '../context.ts';
import { expectationRows } from '../expect.ts';
import type { Gathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answerWith, expectationSettings, type OrderOwner, orderEvent } from './order-flow.ts';

/** The keys under which the items of orders are looked for. */
export const itemKeysOf = (orders: readonly Order[]): readonly string[] => [
  ...new Set(
    orders.flatMap(({ lines }) =>
      lines.flatMap((line) =>
        (line.products ?? []).flatMap(({ scheme, value }) => {
          const word = scheme?.code ?? scheme?.original;
          return word === undefined ? [] : [productKey(word, value)];
        }),
      ),
    ),
  ),
];

/** What the built-in rules say of an order, with the stock they looked at locked until the transaction ends. */
export async function decisionByRules(
  { clock }: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  owner: OrderOwner,
  order: Order,
): Promise<OrderDecision> {
  const { decision: policy, values } = known.agreement(owner.agreement_id);
  const company = known.company(owner.company_id);
  const items = await itemsForUpdate(tx, owner.company_id, owner.usage, itemKeysOf([order]));
  const currency = typeof values.currency === 'string' ? values.currency : company.currency;
  return decideByRules(order, indexItems(items), { ...policy, currency }, localDateOf(clock.now(), company.zone));
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
  return decided;
}
