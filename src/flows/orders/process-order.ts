import { FailureError } from '../../core/failure.ts';
import type { Order } from '../../documents/order.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import { furtherOrder } from '../../orders/duplicate.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import type { Outcome } from '../../orders/finding.ts';
import { awaitDecision, cancelOrder, type OrderState, receivedOrder, replaceOrder } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { type StoredDocument, setDocumentState, wakeWaiting } from '../../store/documents/document.ts';
import { cancelExpectations } from '../../store/expectations.ts';
import { type OrderRecord, orderByNumber, putInPlace, updateOrder } from '../../store/orders/orders.ts';
import { releaseReservations } from '../../store/orders/stock.ts';
import type { FlowContext } from '../context.ts';
import { expectationRows } from '../expect.ts';
import { type Gathered, gather } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { processAgain, waitsForOrder } from '../waiting.ts';
import { announcementRow } from './announce.ts';
import { applyDecision, decisionByRules } from './decide.ts';
import { expectationSettings, type OrderOwner, orderEvent } from './order-flow.ts';
import type { Shelves } from './shelves.ts';
import { waitForOrder } from './wait-for-order.ts';

type OrderDocument = Extract<StoredDocument, { kind: 'order' }>;

/** An order came into the business: a new one is decided or offered, a further one with a known number is what its purpose says. */
export async function processOrder(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  shelves: Shelves,
  document: OrderDocument,
): Promise<Gathered> {
  const order = document.body;
  const gathered = gather();
  const key = {
    company: document.company_id,
    partner: document.partner_id,
    usage: document.usage,
    number: order.number,
    release: order.release ?? '',
  };
  const first = await orderByNumber(tx, key);
  const refers = REFERRING.has(order.purpose.code ?? '');
  if (first === undefined && refers && (await waitForOrder(context, tx, document, key, gathered))) return gathered;
  const policy = known.agreement(document.agreement_id).duplicates;
  const further = furtherOrder(order, first?.state ?? null, policy);
  switch (further.act) {
    case 'new':
      await enterOrder(context, known, tx, shelves, document, gathered);
      break;
    case 'replace':
      if (first !== undefined) await replace(context, known, tx, shelves, document, first, gathered);
      break;
    case 'cancel':
      if (first !== undefined) await cancel(context, tx, document, first, gathered);
      break;
    case 'copy':
    case 'reject':
    case 'hold':
      await setDocumentState(
        tx,
        document.id,
        further.act === 'hold' ? 'held' : further.act === 'copy' ? 'processed' : 'rejected',
        further.message,
      );
      gathered.events.push(furtherEvent(context, document, first, further.act, further.message));
      break;
  }
  return gathered;
}

/** What takes an order back or takes its place says nothing by itself: it waits for the order it means. */
const REFERRING: ReadonlySet<string> = new Set(['cancel', 'replace']);

/** Whether an order takes back another or takes its place: it gives goods back, which the shelves of others do not show. */
export const refersToAnother = ({ purpose }: Order): boolean => REFERRING.has(purpose.code ?? '');

/** What a new order, or one that takes another's place, goes through. Gives its state and the decision when rules made one. */
export async function settle(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  shelves: Shelves,
  owner: OrderOwner,
  order: Order,
  gathered: Gathered,
  received: OrderState = receivedOrder(order),
): Promise<{ state: OrderState; decision: OrderDecision | null }> {
  const { clock, newId } = context;
  const at = clock.now();
  const agreement = known.agreement(owner.agreement_id);
  const { zone } = known.company(owner.company_id);
  gathered.rows.expectation = expectationRows(
    expectedFrom({ kind: 'order-received' }, expectationSettings(known, owner)),
    {
      subjectKind: 'order',
      subjectId: owner.id,
      company: owner.company_id,
      partner: owner.partner_id,
      usage: owner.usage,
      zone,
    },
    newId,
    at,
  );
  if (agreement.decision.decideBy === 'back-office') {
    const state = granted(awaitDecision(received));
    gathered.events.push(orderEvent(owner, 'order/awaiting-decision', at, 'gateway'));
    const announcement = announcementRow(context, agreement, owner, order);
    if (announcement !== null) {
      gathered.rows.announcement = [announcement];
      gathered.work.push({
        kind: 'deliver',
        subjectId: announcement.id,
        fairnessKey: `back-office:${owner.company_id}`,
      });
    }
    return { state, decision: null };
  }
  const decision = await decisionByRules(context, known, shelves, owner, order);
  return {
    state: granted(await applyDecision(context, known, tx, owner, order, received, decision, 'rules', gathered)),
    decision,
  };
}

async function enterOrder(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  shelves: Shelves,
  document: OrderDocument,
  gathered: Gathered,
): Promise<void> {
  const order = document.body;
  const owner: OrderOwner = {
    id: context.newId(),
    company_id: document.company_id,
    partner_id: document.partner_id,
    usage: document.usage,
    number: order.number,
    agreement_id: document.agreement_id,
  };
  const at = context.clock.now();
  gathered.events.push(
    orderEvent(owner, 'order/received', at, `partner:${owner.partner_id}`, {
      objects: [{ kind: 'document', id: document.id, qualifier: 'source' }],
    }),
  );
  const { state, decision } = await settle(context, known, tx, shelves, owner, order, gathered);
  gathered.rows.purchase_order = [
    {
      ...owner,
      release: order.release ?? '',
      document_id: document.id,
      state: state.status,
      body: state,
      decision,
      at,
    },
  ];
  await setDocumentState(tx, document.id, 'processed');
  const woken = await wakeWaiting(tx, {
    company: owner.company_id,
    usage: owner.usage,
    waitsFor: [waitsForOrder(owner.partner_id, order.number, order.release ?? '')],
  });
  gathered.work.push(...woken.map(processAgain));
}

async function replace(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  shelves: Shelves,
  document: OrderDocument,
  first: OrderRecord,
  gathered: Gathered,
): Promise<void> {
  const replaced = granted(replaceOrder(first.state, document.body));
  await releaseReservations(tx, { companyId: first.company_id, usage: first.usage, orderId: first.id });
  await cancelExpectations(tx, 'order', first.id);
  const owner: OrderOwner = { ...first, agreement_id: document.agreement_id };
  gathered.events.push(furtherEvent(context, document, first, 'replace', `Order ${first.number} was replaced.`));
  const { state, decision } = await settle(context, known, tx, shelves, owner, document.body, gathered, replaced);
  await putInPlace(tx, first.id, {
    documentId: document.id,
    agreementId: document.agreement_id,
    state,
    decision,
  });
  await setDocumentState(tx, document.id, 'processed');
}

async function cancel(
  context: FlowContext,
  tx: Tx,
  document: OrderDocument,
  first: OrderRecord,
  gathered: Gathered,
): Promise<void> {
  const state = granted(cancelOrder(first.state));
  await releaseReservations(tx, { companyId: first.company_id, usage: first.usage, orderId: first.id });
  await cancelExpectations(tx, 'order', first.id);
  await updateOrder(tx, first.id, state);
  await setDocumentState(tx, document.id, 'processed');
  gathered.events.push(
    furtherEvent(context, document, first, 'cancel', `Order ${first.number} was cancelled by the buyer.`),
  );
}

const furtherEvent = (
  context: FlowContext,
  document: OrderDocument,
  first: OrderRecord | undefined,
  act: string,
  reason: string,
) => ({
  at: context.clock.now(),
  type: `order/${act === 'cancel' ? 'cancelled' : act === 'replace' ? 'replaced' : act === 'hold' ? 'duplicate-held' : act === 'reject' ? 'duplicate-rejected' : 'copied'}`,
  actor: `partner:${document.partner_id}`,
  reason,
  company: document.company_id,
  usage: document.usage,
  objects: [
    { kind: 'document', id: document.id, qualifier: 'further' },
    ...(first === undefined ? [] : [{ kind: 'order', id: first.id, qualifier: 'first' }]),
  ],
});

/** A refusal here means that a rule and its own guard disagree: our mistake, not the partner's. */
function granted<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new FailureError('bug', outcome.findings.map(({ message }) => message).join(' '));
}
