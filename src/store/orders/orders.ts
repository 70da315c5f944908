import type { Usage } from '../../core/usage.ts';
import type { Order } from '../../documents/order.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import type { OrderState } from '../../orders/order-state.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement } from '../in-one-statement.ts';
import { jsonText } from '../json-text.ts';

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

// The order is locked before its document is looked up: it may be another one once a replacement lets go of the lock.
const selectLocked = (where: string, wanted = ''): string =>
  `select o.id, o.company_id, o.partner_id, o.usage, o.number, o.release, o.document_id, o.agreement_id, o.body as state, o.decision,
     d.body as "order", o.at
   from (select p.* from ${wanted} purchase_order p where ${where} order by p.id for update of p) o join document d on d.id = o.document_id`;

/** An order with its document, locked until the transaction ends: what happens to one order happens one after the other. */
export async function orderForUpdate(tx: Queryable, id: string): Promise<OrderRecord | undefined> {
  const { rows } = await tx.query<OrderRecord & Record<string, unknown>>(selectLocked('id = $1'), [id]);
  return rows[0];
}

/** The order a partner knows by this number, locked. */
export const orderByNumber: (tx: Queryable, key: OrderKey) => Promise<OrderRecord | undefined> = inOneStatement(
  async (tx, keys) => {
    const { rows } = await tx.query<OrderRecord & Record<string, unknown>>(ORDERS_BY_NUMBER, [
      keys.map(({ company }) => company),
      keys.map(({ partner }) => partner),
      keys.map(({ usage }) => usage),
      keys.map(({ number }) => number),
      keys.map(({ release }) => release),
    ]);
    return keys.map((key) => rows.find((row) => isOrderOf(row, key)));
  },
);

export interface OrderKey {
  readonly company: string;
  readonly partner: string;
  readonly usage: Usage;
  readonly number: string;
  readonly release: string;
}

const ORDERS_BY_NUMBER = selectLocked(
  `p.company_id = r.company_id and p.partner_id = r.partner_id and p.usage = r.usage and p.number = r.number and p.release = r.release`,
  'unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as r (company_id, partner_id, usage, number, release),',
);

const isOrderOf = (row: OrderRecord, { company, partner, usage, number, release }: OrderKey): boolean =>
  row.number === number &&
  row.release === release &&
  row.partner_id === partner &&
  row.company_id === company &&
  row.usage === usage;

/** Moves an order on. The decision stays as it is when none is given. */
export async function updateOrder(
  tx: Queryable,
  id: string,
  state: OrderState,
  decision: OrderDecision | null = null,
): Promise<void> {
  await tx.tell(
    'update purchase_order set state = $2, body = $3, decision = coalesce($4::jsonb, decision) where id = $1',
    [id, state.status, jsonText(state), decision === null ? null : jsonText(decision)],
  );
}

/** Another document takes an order's place: it is decided anew, under that document's agreement. */
export async function putInPlace(
  tx: Queryable,
  id: string,
  by: {
    readonly documentId: string;
    readonly agreementId: string;
    readonly state: OrderState;
    readonly decision: OrderDecision | null;
  },
): Promise<void> {
  await tx.tell(
    'update purchase_order set document_id = $2, agreement_id = $3, state = $4, body = $5, decision = $6 where id = $1',
    [
      id,
      by.documentId,
      by.agreementId,
      by.state.status,
      jsonText(by.state),
      by.decision === null ? null : jsonText(by.decision),
    ],
  );
}
