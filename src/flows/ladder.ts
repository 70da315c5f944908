import { amountOf } from '../core/money.ts';
import type { Queryable } from '../store/database.ts';
import {
  type LadderReceived,
  type LadderSent,
  openAmountForOrder,
  paymentsForOrder,
  receivedDocument,
  sentForOrder,
} from '../store/views/ladder.ts';
import { orderView } from '../store/views/orders.ts';

/*
 * The ladder  what one order has climbed, rung by rung, from wire to cash: what came, what we answered, what was answered to that.
 */
export type RungName =
  | 'order-received'
  | 'order-acknowledged'
  | 'order-decided'
  | 'response-sent'
  | 'response-acknowledged'
  | 'shipped'
  | 'ship-notice-sent'
  | 'ship-notice-acknowledged'
  | 'invoice-sent'
  | 'invoice-acknowledged'
  | 'remittance-received'
  | 'remittance-acknowledged'
  | 'cash-applied';

export interface Rung {
  readonly rung: RungName;
  readonly state: 'met' | 'open' | 'failed';
  readonly at: string | null;
  readonly direction: 'in' | 'out' | 'none';
  readonly message: string | null;
  readonly interchangeControlNumber: string | null;
  readonly groupControlNumber: string | null;
  readonly controlNumber: string | null;
  readonly fileName: string | null;
  readonly detail: string | null;
  readonly subject: { readonly kind: string; readonly id: string };
}

export interface Ladder {
  readonly order: {
    readonly id: string;
    readonly number: string;
    readonly partner: string;
    readonly usage: string;
    readonly state: string;
  };
  readonly rungs: readonly Rung[];
}

const bare = {
  interchangeControlNumber: null,
  groupControlNumber: null,
  controlNumber: null,
  fileName: null,
  message: null,
};
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** The ladder of one order; undefined when there is no such order. */
export async function ladderOf(client: Queryable, orderId: string): Promise<Ladder | undefined> {
  const order = await orderView(client, orderId);
  if (order === undefined) return undefined;
  const received = await receivedDocument(client, order.document_id);
  const sent = await sentForOrder(client, orderId);
  const subject = { kind: 'order', id: orderId };
  const rungs: Rung[] = [];
  if (received !== undefined)
    rungs.push(...receivedRungs('order', received, { kind: 'document', id: order.document_id }));
  const decided = !['received', 'awaiting-decision', 'held'].includes(order.state);
  const response = sent.find(({ kind }) => kind === 'order-response');
  rungs.push({
    ...bare,
    rung: 'order-decided',
    state: decided ? 'met' : 'open',
    at: decided ? iso(response?.made_at ?? order.at) : null,
    direction: 'none',
    detail: order.decision?.verdict ?? order.state,
    subject,
  });
  for (const document of sent) {
    if (document.kind === 'ship-notice') {
      rungs.push({
        ...bare,
        rung: 'shipped',
        state: 'met',
        at: iso(document.made_at),
        direction: 'none',
        detail: document.number,
        subject: { kind: 'document', id: document.document_id },
      });
    }
    rungs.push(...sentRungs(document));
  }
  for (const payment of await paymentsForOrder(client, orderId)) {
    const advice = await receivedDocument(client, payment.document_id);
    if (advice !== undefined)
      rungs.push(...receivedRungs('remittance', advice, { kind: 'document', id: payment.document_id }));
    const { currency, cash_minor, remaining_minor, invoice_number } = payment;
    rungs.push({
      ...bare,
      rung: 'cash-applied',
      state: 'met',
      at: iso(payment.at),
      direction: 'none',
      detail: `${amountOf({ minor: cash_minor, currency })} ${currency} on ${invoice_number}, ${amountOf({ minor: remaining_minor, currency })} open`,
      subject: { kind: 'remittance', id: payment.remittance_id },
    });
  }
  for (const { number, currency, remaining_minor } of await openAmountForOrder(client, orderId)) {
    if (remaining_minor === 0n) continue;
    rungs.push({
      ...bare,
      rung: 'cash-applied',
      state: 'open',
      at: null,
      direction: 'none',
      detail: `${amountOf({ minor: remaining_minor, currency })} ${currency} open on ${number}`,
      subject,
    });
  }
  const { id, number, partner_id, usage, state } = order;
  return { order: { id, number, partner: partner_id, usage, state }, rungs };
}

function receivedRungs(what: 'order' | 'remittance', received: LadderReceived, subject: Rung['subject']): Rung[] {
  const acknowledged = received.acknowledgment_sent_at !== null;
  return [
    {
      rung: `${what}-received`,
      state: 'met',
      at: iso(received.at),
      direction: 'in',
      message: received.message,
      interchangeControlNumber: received.interchange_control_number,
      groupControlNumber: received.group_control_number,
      controlNumber: received.control_number,
      fileName: received.file_name,
      detail: received.verdict,
      subject,
    },
    ...(received.acknowledgment_kind === null
      ? []
      : [
          {
            ...bare,
            rung: `${what}-acknowledged` as const,
            state: acknowledged ? ('met' as const) : ('open' as const),
            at: iso(received.acknowledgment_sent_at),
            direction: 'out' as const,
            message: received.acknowledgment_kind,
            interchangeControlNumber: received.acknowledgment_number,
            fileName: received.acknowledgment_file,
            detail: received.verdict,
            subject,
          },
        ]),
  ];
}

function sentRungs(sent: LadderSent): Rung[] {
  const name =
    sent.kind === 'order-response'
      ? 'response'
      : sent.kind === 'ship-notice'
        ? 'ship-notice'
        : sent.kind === 'invoice'
          ? 'invoice'
          : null;
  if (name === null || sent.document_state === 'processed') return [];
  const subject = { kind: 'document', id: sent.document_id };
  const arrived = sent.sent_at !== null || sent.delivery_state === 'available';
  const rejected = sent.verdict === 'rejected';
  return [
    {
      rung: `${name}-sent`,
      state: sent.delivery_state === 'failed' ? 'failed' : arrived ? 'met' : 'open',
      at: iso(sent.sent_at),
      direction: 'out',
      message: sent.message,
      interchangeControlNumber: sent.interchange_control_number,
      groupControlNumber: sent.group_control_number,
      controlNumber: sent.control_number,
      fileName: sent.file_name,
      detail: sent.number,
      subject,
    },
    {
      ...bare,
      rung: `${name}-acknowledged`,
      state: rejected ? 'failed' : sent.acknowledged_at === null ? 'open' : 'met',
      at: iso(sent.acknowledged_at),
      direction: 'in',
      message: '997',
      interchangeControlNumber: sent.acknowledgment_number,
      fileName: sent.acknowledgment_file,
      detail: sent.verdict,
      subject,
    },
  ];
}
