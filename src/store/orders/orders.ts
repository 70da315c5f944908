import type { Usage } from '../../core/usage.ts';
import type { Order } from '../../documents/order.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import type { OrderState } from '../../orders/order-state.ts';
import type { Queryable } from '../database.ts';

export interface OrderRecord {
  readonly id: string;
  readonly company_id: string;
  readonly partner_id: string;
  readonly usage: Usage;
  readonly number: string;
  readonly release: string;
  readonly document_id: string;
  readonly agreement_id: string;
  readonly state: OrderState;
  readonly decision: OrderDecision | null;
  readonly order: Order;
  readonly at: Date;
}

const SELECT = `select o.id, o.company_id, o.partner_id, o.usage, o.number, o.release, o.document_id, o.agreement_id, o.body as state, o.decision,
    d.body as "order", o.at
  from purchase_order o join document d on d.id = o.document_id`;

/** An order with its document, locked until the transaction ends: what happens to one order happens one after the other. */
export async function orderForUpdate(tx: Queryable, id: string): Promise<OrderRecord | undefined> {
  const { rows } = await tx.query<OrderRecord & Record<string, unknown>>(`${SELECT} where o.id = $1 for update of o`, [
    id,
  ]);
  return rows[0];
}

/** The order a partner knows by this number, locked. */
export async function orderByNumber(
  tx: Queryable,
  key: { company: string; partner: string; usage: Usage; number: string; release: string },
): Promise<OrderRecord | undefined> {
  const { rows } = await tx.query<OrderRecord & Record<string, unknown>>(
    `${SELECT} where o.company_id = $1 and o.partner_id = $2 and o.usage = $3 and o.number = $4 and o.release = $5 for update of o`,
    [key.company, key.partner, key.usage, key.number, key.release],
  );
  return rows[0];
}

/** Moves an order on; `decision` and `documentId` stay as they are when they are not given. */
export async function updateOrder(
  tx: Queryable,
  id: string,
  state: OrderState,
  more: { decision?: OrderDecision; documentId?: string } = {},
): Promise<void> {
  await tx.query(
    'update purchase_order set state = $2, body = $3, decision = coalesce($4, decision), document_id = coalesce($5, document_id) where id = $1',
    [
      id,
      state.status,
      JSON.stringify(state),
      more.decision === undefined ? null : JSON.stringify(more.decision),
      more.documentId ?? null,
    ],
  );
}
