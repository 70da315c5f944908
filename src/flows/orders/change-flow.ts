import { localDateOf } from '../../core/local-date.ts';
import type { OrderChange } from '../../documents/order-change.ts';
import { type ChangePlan, planChange } from '../../orders/change.ts';
import { toChangeResponse } from '../../orders/change-response.ts';
import { changeOrder } from '../../orders/decide-change.ts';
import type { OrderDecision } from '../../orders/decision.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import { type Outcome, refused } from '../../orders/finding.ts';
import type { OrderState } from '../../orders/order-state.ts';
import type { Tx } from '../../store/database.ts';
import { type StoredDocument, setDocumentState } from '../../store/documents/document.ts';
import { cancelExpectations } from '../../store/expectations.ts';
import { type OrderRecord, putInPlace } from '../../store/orders/orders.ts';
import { reserve } from '../../store/orders/stock.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { expectationRows } from '../expect.ts';
import type { Gathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answerWith, expectationSettings, type OrderOwner, orderEvent } from './order-flow.ts';
import { responseNumber } from './response-number.ts';

export type ChangeDocument = Extract<StoredDocument, { kind: 'order-change' }>;

/** Everything one change is handled with. */
export interface Changing {
  readonly context: FlowContext;
  readonly known: KnownConfiguration;
  readonly tx: Tx;
  readonly document: ChangeDocument;
  readonly record: OrderRecord;
  readonly gathered: Gathered;
  readonly actor: string;
}

export const planOf = ({ known, document, record }: Changing): ChangePlan =>
  planChange(record.order, record.state, document.body, known.agreement(document.agreement_id).changes);

export const messagesOf = (plan: ChangePlan): string => plan.findings.map(({ message }) => message).join(' ');

export const changeEvent = (
  { record, document, context, actor }: Changing,
  type: string,
  { response, ...more }: { reason?: string; data?: unknown; response?: string },
) =>
  orderEvent(record, type, context.clock.now(), actor, {
    ...more,
    objects: [
      { kind: 'document', id: document.id, qualifier: 'change' },
      // The ladder finds by this which answer is that of which change.
      ...(response === undefined ? [] : [{ kind: 'document', id: response, qualifier: 'response' }]),
    ],
  });

/** What the answer to a change travels under: the change's own agreement says whom and how. */
const answerer = ({ record, document }: Changing): OrderOwner => ({ ...record, agreement_id: document.agreement_id });

/** Answers a change; gives the id of the answer's document. */
export async function answerChange(
  changing: Changing,
  plan: ChangePlan,
  decision: OrderDecision | null,
): Promise<string> {
  const { context, known, tx, record, document, gathered } = changing;
  const company = known.company(record.company_id);
  const response = toChangeResponse(record.order, document.body, plan, decision, {
    respondedOn: localDateOf(context.clock.now(), company.zone),
    currency: company.currency,
    ...(await responseNumber(known, tx, answerer(changing))),
  });
  return answerWith(context, known, answerer(changing), 'order-response', record.number, response, gathered);
}

export async function refuseChange(changing: Changing, plan: ChangePlan): Promise<void> {
  const reason = messagesOf(plan);
  await setDocumentState(changing.tx, changing.document.id, 'processed', reason);
  const response = await answerChange(changing, plan, null);
  changing.gathered.events.push(
    changeEvent(changing, 'order/change-refused', { reason, data: { lines: plan.lines }, response }),
  );
}

export const formerOf = ({ decision }: OrderRecord): OrderDecision =>
  decision ?? { verdict: 'accepted', lines: [], holds: [], reservations: [], findings: [] };

export const ownerOf = (record: OrderRecord) => ({
  companyId: record.company_id,
  usage: record.usage,
  orderId: record.id,
});

/** Lines whose goods go back on the shelf: what is promised anew, and what the next version has no more. */
export const reopenedOrGone = ({ state }: OrderRecord, plan: ChangePlan): readonly string[] => {
  const gone = plan.lines.filter(({ action, outcome }) => action === 'delete' && outcome === 'applied');
  const lines = new Set([...plan.reopened, ...gone.flatMap(({ line }) => line ?? [])]);
  return state.lines.map(({ line }) => line).filter((line) => lines.has(line));
};

/** The change counts: the next version takes the order's place, goods are reserved, its answer and what is now owed are gathered. */
export async function applyChange(
  changing: Changing,
  plan: ChangePlan,
  decision: OrderDecision,
): Promise<Outcome<OrderState>> {
  const { context, known, tx, record, document, gathered } = changing;
  const changed = changeOrder(record.state, plan, changeNumber(document.body), decision);
  if (!changed.ok) return refused(...changed.findings);
  const documentId = await writeVersion(changing, plan);
  await reserve(tx, ownerOf(record), decision.reservations);
  const response = await answerChange(changing, plan, decision);
  await putVersion(changing, { documentId, response }, changed.value, decision);
  await cancelExpectations(tx, 'order', record.id, 'ship-notice');
  const at = context.clock.now();
  gathered.rows.expectation = [
    ...(gathered.rows.expectation ?? []),
    ...expectationRows(
      expectedFrom({ kind: 'order-decided', state: changed.value }, expectationSettings(known, record)),
      {
        subjectKind: 'order',
        subjectId: record.id,
        company: record.company_id,
        partner: record.partner_id,
        usage: record.usage,
        zone: known.company(record.company_id).zone,
      },
      context.newId,
      at,
    ),
  ];
  return changed;
}

export const changeNumber = ({ number, request }: OrderChange): string | null => number ?? request ?? null;

/** The next version as a document of its own, written at once: the order's row refers to it. */
export async function writeVersion({ context, tx, record, document }: Changing, plan: ChangePlan): Promise<string> {
  const id = context.newId();
  const { transaction_id, company_id, partner_id, usage, order_key } = document;
  const made = { map_name: null, map_hash: null, trace: null, unmapped: null, unwritten: null };
  const settled = { state: 'processed', state_reason: null, waits_for: null, deadline: null } as const;
  await writeRows(tx, {
    document: [
      {
        id,
        kind: 'order',
        direction: 'in',
        company_id,
        partner_id,
        usage,
        agreement_id: record.agreement_id,
        transaction_id,
        number: record.number,
        ...made,
        body: plan.order,
        ...settled,
        order_key,
        order_id: record.id,
        at: context.clock.now(),
      },
    ],
  });
  return id;
}

export async function putVersion(
  changing: Changing,
  { documentId, response }: { readonly documentId: string; readonly response: string },
  state: OrderState,
  decision: OrderDecision | null,
): Promise<void> {
  const { tx, record, document, gathered } = changing;
  await putInPlace(tx, record.id, { documentId, agreementId: record.agreement_id, state, decision });
  await setDocumentState(tx, document.id, 'processed');
  const { version, change, status } = state;
  const event = status === 'cancelled' ? 'order/cancelled' : 'order/changed';
  gathered.events.push(changeEvent(changing, event, { data: { version, change, status }, response }));
}
