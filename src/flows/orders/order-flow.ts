import type { Document, DocumentKind } from '../../documents/index.ts';
import type { ExpectationSettings } from '../../orders/expectations.ts';
import type { Agreement } from '../../partners/configuration.ts';
import { selectAnswer } from '../../partners/select-agreement.ts';
import type { OrderRecord } from '../../store/orders/orders.ts';
import type { DocumentRow } from '../../store/rows/documents.ts';
import type { NewEvent } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { orderKeyOf } from '../document-number.ts';
import type { Gathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';

/** Who an order belongs to: what every row that follows from it carries. */
export type OrderOwner = Pick<OrderRecord, 'id' | 'company_id' | 'partner_id' | 'usage' | 'number' | 'agreement_id'>;

/** Our answer under which agreement; undefined when this partner gets none of that kind. */
export const answerAgreement = (
  known: KnownConfiguration,
  owner: Omit<OrderOwner, 'id'>,
  kind: DocumentKind,
): Agreement | undefined =>
  selectAnswer(known.between(owner.company_id, owner.partner_id).agreements, known.agreement(owner.agreement_id), kind);

/** Whom an answer is for; an order that never came has no id. */
export type AnswerOwner = Omit<OrderOwner, 'id'> & { readonly id: string | null };

/**
 * A document of ours about an order, and the work to send it. Everything of one order leaves in the order in which it was made:
 * an invoice never before its ship notice. Gives the document's id; null when the partner gets no such document.
 */
export function answerWith(
  { newId, clock }: FlowContext,
  known: KnownConfiguration,
  owner: AnswerOwner,
  kind: DocumentKind,
  number: string,
  body: Document,
  gathered: Gathered,
): string {
  const agreement = answerAgreement(known, owner, kind);
  const id = newId();
  const row: DocumentRow = {
    id,
    kind,
    direction: 'out',
    company_id: owner.company_id,
    partner_id: owner.partner_id,
    usage: owner.usage,
    agreement_id: agreement?.id ?? owner.agreement_id,
    transaction_id: null,
    number,
    map_name: null,
    map_hash: null,
    body,
    trace: null,
    unmapped: null,
    unwritten: null,
    state: agreement === undefined ? 'processed' : 'entered',
    state_reason: agreement === undefined ? 'no-agreement-to-send' : null,
    waits_for: null,
    deadline: null,
    order_key: sendKeyOf(owner),
    order_id: owner.id,
    at: clock.now(),
  };
  gathered.rows.document = [...(gathered.rows.document ?? []), row];
  if (agreement !== undefined) {
    gathered.work.push({
      kind: 'compose',
      subjectId: id,
      fairnessKey: agreement.channel ?? owner.partner_id,
      orderKey: sendKeyOf(owner),
    });
  }
  return id;
}

/** What we send about an order has a key of its own: a partner that is down must not keep us from reading what it sends. */
export const sendKeyOf = (owner: Omit<OrderOwner, 'id'>): string | null => {
  const key = orderKeyOf(owner.partner_id, owner.usage, 'order', owner.number);
  return key === null ? null : `${key}:out`;
};

/** Minutes and days until each answer is late, from both sides' agreements. */
export function expectationSettings(known: KnownConfiguration, owner: OrderOwner): ExpectationSettings {
  const inbound = known.agreement(owner.agreement_id);
  const sends = (kind: DocumentKind): boolean => answerAgreement(known, owner, kind) !== undefined;
  const { responseMinutes, shipNoticeMinutes, invoiceMinutes, acknowledgmentMinutes } = inbound.deadlines;
  return {
    responseMinutes: sends('order-response') ? responseMinutes : null,
    shipNoticeMinutes: sends('ship-notice') ? shipNoticeMinutes : null,
    invoiceMinutes: sends('invoice') ? invoiceMinutes : null,
    acknowledgmentMinutes,
    receiptMinutes: null,
    remittance: true,
  };
}

export const orderEvent = (
  owner: OrderOwner,
  type: string,
  at: Date,
  actor: string,
  more: { reason?: string; data?: unknown; objects?: NewEvent['objects'] } = {},
): NewEvent => ({
  at,
  type,
  actor,
  company: owner.company_id,
  usage: owner.usage,
  ...(more.reason === undefined ? {} : { reason: more.reason }),
  data: { number: owner.number, ...(typeof more.data === 'object' ? more.data : {}) },
  objects: [{ kind: 'order', id: owner.id, qualifier: 'subject' }, ...(more.objects ?? [])],
});
