import { localDateOf } from '../../core/local-date.ts';
import type { ChangePlan } from '../../orders/change.ts';
import { toUnknownOrderResponse } from '../../orders/change-response.ts';
import { changeOrder, decideChangeByRules } from '../../orders/decide-change.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import type { Outcome } from '../../orders/finding.ts';
import { indexItems } from '../../orders/items.ts';
import { mayBeDecided } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { setDocumentState } from '../../store/documents/document.ts';
import { cancelExpectations } from '../../store/expectations.ts';
import { orderByNumber } from '../../store/orders/orders.ts';
import { releaseReservations } from '../../store/orders/stock.ts';
import { refusable } from '../../store/refusable.ts';
import type { FlowContext } from '../context.ts';
import { type Gathered, gather } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { announcementRow } from './announce.ts';
import {
  answerChange,
  applyChange,
  type ChangeDocument,
  type Changing,
  changeEvent,
  changeNumber,
  formerOf,
  ownerOf,
  planOf,
  putVersion,
  refuseChange,
  reopenedOrGone,
  writeVersion,
} from './change-flow.ts';
import { answerWith } from './order-flow.ts';
import { settle } from './process-order.ts';
import { responseNumber } from './response-number.ts';
import { openShelves } from './shelves.ts';
import { waitForOrder } from './wait-for-order.ts';

/**
 * A buyer's change came. Of an order nobody has decided it becomes part; of a decided one rules decide it at once, or it is held until the
 * back office does. What is too late for it is refused at once, whoever decides.
 */
export async function processChange(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  document: ChangeDocument,
): Promise<Gathered> {
  const gathered = gather();
  const { orderNumber: number, release = '' } = document.body;
  const owner = { company: document.company_id, partner: document.partner_id, usage: document.usage };
  const record = await orderByNumber(tx, { ...owner, number, release });
  if (record === undefined) {
    if (await waitForOrder(context, tx, document, { number, release }, gathered)) return gathered;
    await refuseUnknown(context, known, tx, document, gathered);
    return gathered;
  }
  const changing = { context, known, tx, document, record, gathered, actor: `partner:${document.partner_id}` };
  const plan = planOf(changing);
  if (!plan.applies) await refuseChange(changing, plan);
  else if (mayBeDecided(record.state)) await takeIntoOrder(changing, plan);
  else if (known.agreement(record.agreement_id).decision.decideBy === 'rules') await decideAtOnce(changing, plan);
  else await offerChange(changing, plan);
  return gathered;
}

/** The order never came. Its buyer is told so: a 997 said only that the change could be read. */
async function refuseUnknown(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  document: ChangeDocument,
  gathered: Gathered,
): Promise<void> {
  const { company_id, partner_id, usage, agreement_id, body } = document;
  const reason = `Order ${body.orderNumber} is changed, but never came.`;
  await setDocumentState(tx, document.id, 'rejected', reason);
  const owner = { id: null, company_id, partner_id, usage, agreement_id, number: body.orderNumber };
  const company = known.company(company_id);
  const response = toUnknownOrderResponse(body, {
    respondedOn: localDateOf(context.clock.now(), company.zone),
    currency: company.currency,
    ...(await responseNumber(known, tx, owner)),
  });
  const id = answerWith(context, known, owner, 'order-response', owner.number, response, gathered);
  gathered.events.push({
    at: context.clock.now(),
    type: 'order/change-refused',
    actor: `partner:${partner_id}`,
    reason,
    company: company_id,
    usage,
    objects: [
      { kind: 'document', id: document.id, qualifier: 'change' },
      { kind: 'document', id, qualifier: 'response' },
    ],
  });
}

/** Nobody has decided the order yet: the change is part of it, and the answer to the order answers both. */
async function takeIntoOrder(changing: Changing, plan: ChangePlan): Promise<void> {
  const { context, known, tx, record, document, gathered } = changing;
  const changed = granted(changeOrder(record.state, plan, changeNumber(document.body), null));
  const documentId = await writeVersion(changing, plan);
  const response = await answerChange(changing, plan, null);
  await cancelExpectations(tx, 'order', record.id);
  const settled =
    changed.status === 'cancelled'
      ? { state: changed, decision: null }
      : await settle(context, known, tx, openShelves(tx), record, plan.order, gathered, {
          ...changed,
          status: 'received',
          holds: [],
        });
  await putVersion(changing, { documentId, response }, settled.state, settled.decision);
}

async function decideAtOnce(changing: Changing, plan: ChangePlan): Promise<void> {
  const { context, known, tx, record, document, gathered } = changing;
  let held = '';
  const result = await refusable(tx, async () => {
    await releaseReservations(tx, ownerOf(record), reopenedOrGone(record, plan));
    const decision = await decisionOf(changing, plan);
    held = decision.holds.map(({ message }) => message).join(' ');
    return applyChange(changing, plan, decision);
  });
  if (result.ok) return;
  await setDocumentState(tx, document.id, 'held', held);
  gathered.events.push(changeEvent(changing, 'order/change-held', { reason: held }));
  const announcement = announcementRow(context, known.agreement(record.agreement_id), record, plan.order, document.id);
  if (announcement !== null) announce(changing, announcement);
}

async function decisionOf({ context, known, tx, record }: Changing, plan: ChangePlan): Promise<OrderDecision> {
  const { decision: policy, values } = known.agreement(record.agreement_id);
  const company = known.company(record.company_id);
  const shelves = openShelves(tx);
  await shelves.load(record, [plan.order]);
  const items = indexItems(shelves.itemsOf(record));
  const currency = typeof values.currency === 'string' ? values.currency : company.currency;
  const today = localDateOf(context.clock.now(), company.zone);
  return decideChangeByRules(plan, record.state, formerOf(record), items, { ...policy, currency }, today);
}

/** A decided order, and a back office that decides: the change waits for it. Nothing of the order moves meanwhile. */
async function offerChange(changing: Changing, plan: ChangePlan): Promise<void> {
  const { context, known, tx, record, document, gathered } = changing;
  await setDocumentState(tx, document.id, 'held', `Order ${record.number} is to be changed: the back office decides.`);
  gathered.events.push(changeEvent(changing, 'order/change-offered', { data: { lines: plan.lines } }));
  const announcement = announcementRow(context, known.agreement(record.agreement_id), record, plan.order, document.id);
  if (announcement !== null) announce(changing, announcement);
}

function announce({ record, gathered }: Changing, announcement: NonNullable<ReturnType<typeof announcementRow>>): void {
  gathered.rows.announcement = [announcement];
  gathered.work.push({ kind: 'deliver', subjectId: announcement.id, fairnessKey: `back-office:${record.company_id}` });
}

/** A refusal here means that a rule and its own guard disagree: our mistake, not the partner's. */
function granted<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new RangeError(outcome.findings.map(({ message }) => message).join(' '));
}
