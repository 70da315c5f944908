import { amountOf } from '../core/money.ts';
import { type OrderState, openPromise, openToInvoice } from '../orders/order-state.ts';
import type { LadderOpenItem, LadderOwed, LadderPayment, LadderReceived, LadderSent } from '../store/views/ladder.ts';
import type { OrderView } from '../store/views/orders.ts';
import { deliveredRung, receiptedRung } from './ladder-receipts.ts';
import { bare, iso, type Ours, type Rung, type RungName, type Theirs } from './ladder-rung.ts';

const dueText = (due: Date | null): string => (due === null ? '' : `, due ${due.toISOString()}`);

/** What was late and then came is met, and still was late. */
const lateText = (at: Date | null, due: Date | null): string =>
  at !== null && due !== null && at > due ? `, late: due ${due.toISOString()}` : '';

/** A document of theirs, and our acknowledgment of it where one was made. */
export function receivedRungs(what: Theirs, received: LadderReceived): Rung[] {
  const subject = { kind: 'document', id: received.document_id };
  const rungs: Rung[] = [
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
    ...receiptedRung(what, received, subject),
  ];
  if (received.acknowledgment_kind === null) return rungs;
  const left = leftAt({
    state: received.acknowledgment_delivery_state,
    availableAt: received.acknowledgment_available_at,
    sentAt: received.acknowledgment_sent_at,
  });
  rungs.push({
    ...bare,
    rung: `${what}-acknowledged`,
    state: left !== null ? 'met' : received.acknowledgment_delivery_state === 'failed' ? 'failed' : 'open',
    at: iso(left),
    direction: 'out',
    message: received.acknowledgment_kind,
    interchangeControlNumber: received.acknowledgment_number,
    fileName: received.acknowledgment_file,
    detail: received.verdict,
    subject,
  });
  return rungs;
}

/** When something of ours left: when the partner had it, or when it lay ready for a partner who fetches. */
const leftAt = (delivery: { state: string | null; availableAt: Date | null; sentAt: Date | null }): Date | null =>
  delivery.sentAt ?? (delivery.state === 'available' ? delivery.availableAt : null);

const UNDECIDED: ReadonlySet<string> = new Set(['received', 'awaiting-decision', 'held']);

/** Whether and when the order was decided; a cancelled one that never was is settled by the cancellation. */
export function decidedRung(order: OrderView, at: { decided: Date | null; cancelled: Date | null }): Rung {
  const open = UNDECIDED.has(order.state);
  const held = order.body.holds.map(({ message }) => message).join(' ');
  return {
    ...bare,
    rung: 'order-decided',
    state: open ? 'open' : 'met',
    at: open ? null : iso(at.decided ?? at.cancelled ?? order.at),
    direction: 'none',
    detail: open
      ? `${order.state}${held === '' ? '' : `: ${held}`}`
      : at.decided === null || order.decision === null
        ? order.state
        : order.decision.verdict,
    subject: { kind: 'order', id: order.id },
  };
}

const SENT_NAMES: Readonly<Record<string, Ours>> = {
  'order-response': 'response',
  'ship-notice': 'ship-notice',
  invoice: 'invoice',
};

/** Goods that left, and what we sent about the order with the partner's answer. What this partner gets no document for has no rung of it. */
export function sentRungs(sent: LadderSent): Rung[] {
  const name = SENT_NAMES[sent.kind];
  const shipped: Rung[] =
    sent.kind === 'ship-notice'
      ? [
          {
            ...bare,
            rung: 'shipped',
            state: 'met',
            at: iso(sent.made_at),
            direction: 'none',
            detail: sent.number,
            subject: { kind: 'document', id: sent.document_id },
          },
        ]
      : [];
  if (name === undefined || sent.document_state === 'processed') return shipped;
  return [...shipped, ...messageRungs(name, sent, sent.number)];
}

/** One message of ours: that it left, that the partner has it, and what the partner said of it. `says`: what stands in it, in a word. */
export function messageRungs(name: Ours, sent: LadderSent, says: string): Rung[] {
  const subject = { kind: 'document', id: sent.document_id };
  // Over AS2 it left when the partner's server took it; that it arrived says the receipt, which is a rung of its own.
  const left =
    (sent.is_as2 === true ? sent.left_at : null) ??
    leftAt({ state: sent.delivery_state, availableAt: sent.available_at, sentAt: sent.sent_at });
  const isStuck = sent.is_parked === true || sent.delivery_state === 'failed';
  const rungs: Rung[] = [
    {
      rung: name === 'change-answer' ? 'change-answered' : `${name}-sent`,
      state: left !== null ? 'met' : isStuck ? 'failed' : 'open',
      at: iso(left),
      direction: 'out',
      message: sent.message,
      interchangeControlNumber: sent.interchange_control_number,
      groupControlNumber: sent.group_control_number,
      controlNumber: sent.control_number,
      fileName: sent.file_name,
      detail:
        left === null && sent.failure !== null ? `${says}: ${sent.failure}` : `${says}${lateText(left, sent.owed_by)}`,
      subject,
    },
  ];
  if (left !== null) rungs.push(...deliveredRung(name, sent, subject));
  const answered = acknowledgedRung(name, sent, subject);
  if (answered !== null) rungs.push(answered);
  return rungs;
}

/** What the partner said of it. No rung when nothing was said and nothing is expected. */
function acknowledgedRung(name: Ours, sent: LadderSent, subject: Rung['subject']): Rung | null {
  const answer = {
    ...bare,
    rung: `${name}-acknowledged` as const,
    direction: 'in' as const,
    message: sent.acknowledgment_kind,
    interchangeControlNumber: sent.acknowledgment_number,
    fileName: sent.acknowledgment_file,
    subject,
  };
  // Their application may refuse what their translator has accepted, and say so without any acknowledgment.
  const isRefused = sent.document_state === 'rejected';
  if (isRefused && sent.replaced_by !== null)
    return { ...answer, state: 'met', at: iso(sent.acknowledged_at), detail: 'rejected, corrected and sent again' };
  if (sent.acknowledged_at === null && isRefused) return { ...answer, state: 'failed', at: null, detail: 'rejected' };
  if (sent.acknowledged_at === null) {
    // Before it is composed nobody can tell whether an answer will be owed; most partners answer.
    const isComposed = sent.interchange_control_number !== null;
    if (isComposed && sent.awaited === null) return null;
    const state = sent.awaited === 'overdue' ? 'overdue' : 'open';
    return { ...answer, state, at: null, detail: `not answered${dueText(sent.due_at)}` };
  }
  const isRejected = isRefused || sent.verdict === 'rejected' || sent.acknowledgment_rejects === true;
  const said = isRejected ? 'rejected' : sent.verdict;
  const late = lateText(sent.acknowledged_at, sent.due_at);
  return {
    ...answer,
    state: isRejected ? 'failed' : 'met',
    at: iso(sent.acknowledged_at),
    detail: late === '' ? said : `${said ?? 'answered'}${late}`,
  };
}

const OWED: Readonly<Record<LadderOwed['kind'], RungName>> = {
  'order-response': 'response-sent',
  'ship-notice': 'ship-notice-sent',
  invoice: 'invoice-sent',
};

/** Rungs that are made and late are called so; what is not made yet gets a rung of its own. */
export function owedRungs(order: OrderView, sent: readonly Rung[], owed: readonly LadderOwed[]): Rung[] {
  const lateNames = new Set(owed.filter(({ state }) => state === 'overdue').map(({ kind }) => OWED[kind]));
  const rungs = sent.map((rung) =>
    rung.state === 'open' && lateNames.has(rung.rung) ? { ...rung, state: 'overdue' as const } : rung,
  );
  const subject = { kind: 'order', id: order.id };
  const toCome = (rung: RungName, kind: LadderOwed['kind'], direction: Rung['direction'], what: string): Rung => {
    const first = owed.find((one) => one.kind === kind);
    const detail = `${what}${dueText(first?.due_at ?? null)}`;
    return { ...bare, rung, state: first?.state ?? 'open', at: null, direction, detail, subject };
  };
  const isOwed = (kind: LadderOwed['kind']): boolean => owed.some((one) => one.kind === kind);
  const isUnderWay = (rung: RungName): boolean => rungs.some((one) => one.rung === rung && one.state !== 'met');
  if (isOwed('order-response') && !isUnderWay('response-sent'))
    rungs.push(toCome('response-sent', 'order-response', 'out', 'not answered yet'));
  const toShip = quantities(order.body, openPromise);
  if (toShip !== null) rungs.push(toCome('shipped', 'ship-notice', 'none', `${toShip} to ship`));
  const toBill = quantities(order.body, openToInvoice);
  if (toBill !== null) rungs.push(toCome('invoice-sent', 'invoice', 'out', `${toBill} to bill`));
  return rungs;
}

/** "6 of line 1, 4 of line 2"; null when nothing is open. */
function quantities(state: OrderState, open: typeof openPromise): string | null {
  const lines = state.lines.map((line) => ({ line: line.line, quantity: open(line) }));
  const some = lines.filter(({ quantity }) => !quantity.startsWith('-') && /[1-9]/.test(quantity));
  if (some.length === 0) return null;
  const told = some.slice(0, 5).map(({ line, quantity }) => `${quantity} of line ${line}`);
  return `${told.join(', ')}${some.length > 5 ? ` and ${some.length - 5} more lines` : ''}`;
}

/** One remittance, received once however many invoices of the order it pays, and what became of its money. */
export function paymentRungs(
  payments: readonly LadderPayment[],
  received: ReadonlyMap<string, LadderReceived>,
): Rung[] {
  const told = new Set<string>();
  return payments.flatMap((payment): Rung[] => {
    const { remittance_id, document_id, cash_minor } = payment;
    const advice = told.has(remittance_id) ? undefined : received.get(document_id);
    told.add(remittance_id);
    return [
      ...(advice === undefined ? [] : receivedRungs('remittance', advice)),
      {
        ...bare,
        rung: 'cash-applied',
        state: cash_minor === null ? 'open' : 'met',
        at: cash_minor === null ? null : iso(payment.at),
        direction: 'none',
        detail: appliedText(payment),
        subject: { kind: 'remittance', id: remittance_id },
      },
    ];
  });
}

/** "100.00 USD on INV1, 25.00 open"; of what a person gave up "25.00 USD given up (damaged) on INV1, 0.00 open". */
function appliedText(payment: LadderPayment): string {
  const { currency, cash_minor, deduction_minor, deduction_code, remaining_minor, invoice_number } = payment;
  if (cash_minor === null) return `${payment.state}: ${payment.message}`;
  const say = (minor: bigint) => amountOf({ minor, currency });
  const parts = [
    ...(cash_minor === 0n && deduction_minor > 0n ? [] : [`${say(cash_minor)} ${currency}`]),
    ...(deduction_minor > 0n ? [`${say(deduction_minor)} ${currency} given up (${deduction_code ?? ''})`] : []),
  ];
  return `${parts.join(' and ')} on ${invoice_number}, ${say(remaining_minor)} open`;
}

/** What is still to be paid. */
export const openItemRungs = (items: readonly LadderOpenItem[]): Rung[] =>
  items.map(({ invoice_id, number, currency, remaining_minor, overdue }) => ({
    ...bare,
    rung: 'cash-applied',
    state: overdue ? 'overdue' : 'open',
    at: null,
    direction: 'none',
    detail: `${amountOf({ minor: remaining_minor, currency })} ${currency} open on ${number}`,
    subject: { kind: 'invoice', id: invoice_id },
  }));
