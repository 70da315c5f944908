import type { Verdict } from '../core/problem.ts';
import type { Work } from '../core/work.ts';
import { traceFromJson } from '../mappers/index.ts';
import type { Acknowledgment, SegmentNote, TransactionVerdict } from '../parsers/acknowledgment.ts';
import type { Tx } from '../store/database.ts';
import {
  acknowledgmentForUpdate,
  type StoredAcknowledgment,
  setAcknowledgmentState,
} from '../store/deliveries/acknowledgment.ts';
import {
  groupsOfSent,
  judgeSent,
  type SentInterchange,
  sentWithGroupNumber,
  sentWithInterchangeNumber,
} from '../store/deliveries/our-answers.ts';
import { finishWork } from '../store/work/finish-work.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { hasPendingWork } from '../store/work/pending-work.ts';
import { type NewEvent, writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';
import { meetExpectation } from './expect.ts';
import { acknowledgmentWaitMs, nextLookAt } from './waiting.ts';

/**
 * A partner's TA1, 997, 999 or CONTRL finds what it answers: the rung is met, or its errors are shown on our own document through the
 * trace. One for something we do not have (yet) waits until its deadline; then it is kept as unmatched, for a person to see.
 */
export async function reconcile(context: FlowContext, work: Work): Promise<void> {
  await context.database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const row = await acknowledgmentForUpdate(tx, work.subjectId);
    if (row === undefined || (row.state !== 'received' && row.state !== 'waiting')) return;
    const body = row.body as Acknowledgment;
    const scope = { company: row.company_id, partner: row.partner_id, usage: row.usage };
    if (body.interchange !== null) {
      const { syntax, controlNumber } = body.interchange;
      const sent = await sentWithInterchangeNumber(tx, scope, syntax, controlNumber);
      if (sent === undefined) return wait(context, tx, row, `interchange:${controlNumber}`);
      return body.kind === 'CONTRL'
        ? reconcileContrl(context, tx, row, body, sent)
        : reconcileTa1(context, tx, row, body, sent);
    }
    const { functionalId, controlNumber } = body.group ?? { functionalId: null, controlNumber: null };
    const sent = await sentWithGroupNumber(tx, scope, functionalId ?? '', controlNumber ?? '');
    return sent === undefined
      ? wait(context, tx, row, `group:${functionalId}:${controlNumber}`)
      : reconcileGroup(context, tx, row, body, sent);
  });
}

async function wait({ clock }: FlowContext, tx: Tx, row: StoredAcknowledgment, waitsFor: string): Promise<void> {
  const at = clock.now();
  const until = new Date(new Date(row.at).getTime() + acknowledgmentWaitMs);
  if (at >= until) {
    await setAcknowledgmentState(tx, row.id, 'unmatched');
    return writeRows(tx, {}, [eventOf(row, 'acknowledgment/unmatched', at, { waitsFor }, [])]);
  }
  await setAcknowledgmentState(tx, row.id, 'waiting', { for: waitsFor, until });
  if (await hasPendingWork(tx, 'reconcile', row.id)) return;
  const notBefore = nextLookAt(at, until, row.state === 'received');
  await insertWork(tx, [{ kind: 'reconcile', subjectId: row.id, fairnessKey: row.partner_id, notBefore }]);
}

async function reconcileTa1(
  { clock }: FlowContext,
  tx: Tx,
  row: StoredAcknowledgment,
  body: Acknowledgment,
  sent: SentInterchange,
): Promise<void> {
  const at = clock.now();
  const { verdict = 'accepted', code = '' } = body.interchange ?? {};
  // An interchange that is refused was not looked into: nothing of it has arrived, and no 997 will follow.
  if (verdict === 'rejected') await refuseWhole(tx, sent, at);
  await setAcknowledgmentState(tx, row.id, 'reconciled');
  await writeRows(tx, {}, [
    eventOf(row, `interchange/partner-${verdict}`, at, { kind: 'TA1', code }, [
      { kind: 'interchange', id: sent.interchange_id, qualifier: 'answered' },
      ...documentObjects(sent),
    ]),
  ]);
}

async function refuseWhole(tx: Tx, sent: SentInterchange, at: Date): Promise<void> {
  for (const { id } of await groupsOfSent(tx, sent.interchange_id)) await judgeSent(tx, id, null, 'rejected');
  await meetExpectation(tx, 'acknowledgment', 'interchange', sent.interchange_id, { by: 'once' }, at);
}

/**
 * A CONTRL answers the interchange whole: 4 refuses it, 7 accepts of it what is not named as refused, and 8 only says that it has come:
 * what becomes of it is still owed.
 */
async function reconcileContrl(
  { clock }: FlowContext,
  tx: Tx,
  row: StoredAcknowledgment,
  body: Acknowledgment,
  sent: SentInterchange,
): Promise<void> {
  const at = clock.now();
  const { verdict = 'accepted', code = '', service = null } = body.interchange ?? {};
  const answered = [{ kind: 'interchange', id: sent.interchange_id, qualifier: 'answered' }, ...documentObjects(sent)];
  const events: NewEvent[] = [];
  let outcome: string = verdict;
  if (body.receiptOnly === true) outcome = 'received';
  else if (verdict === 'rejected') {
    // What it names below says why: it is shown before all is refused.
    events.push(...(await judgeMessages(tx, row, body, sent, at)));
    await refuseWhole(tx, sent, at);
  } else {
    events.push(...(await judgeMessages(tx, row, body, sent, at)));
    for (const { id } of await groupsOfSent(tx, sent.interchange_id)) await judgeSent(tx, id, null, 'accepted');
    await meetExpectation(tx, 'acknowledgment', 'interchange', sent.interchange_id, { by: 'once' }, at);
    const named = [...body.transactions, ...(body.groups ?? []).flatMap(({ transactions }) => transactions)];
    if (named.some((one) => one.verdict === 'rejected')) outcome = 'partially-accepted';
  }
  await setAcknowledgmentState(tx, row.id, 'reconciled');
  events.push(eventOf(row, `interchange/partner-${outcome}`, at, { kind: 'CONTRL', code, service }, answered));
  await writeRows(tx, {}, events);
}

/** The messages a CONTRL names, in and outside of groups; a group that is refused takes its own along. */
async function judgeMessages(
  tx: Tx,
  row: StoredAcknowledgment,
  { transactions, groups = [] }: Acknowledgment,
  sent: SentInterchange,
  at: Date,
): Promise<NewEvent[]> {
  const ours = await groupsOfSent(tx, sent.interchange_id);
  const events: NewEvent[] = [];
  for (const { id, control_number } of ours) {
    const answers = groups.filter(({ group }) => group.controlNumber === control_number);
    const named = [...transactions, ...answers.flatMap((answer) => answer.transactions)];
    events.push(...(await judgeTransactions(tx, row, id, named, at)));
    if (answers.some(({ group }) => group.verdict === 'rejected')) await judgeSent(tx, id, null, 'rejected');
  }
  return events;
}

/** Puts their verdicts on transactions of one group of ours, and their errors on our documents. */
async function judgeTransactions(
  tx: Tx,
  row: StoredAcknowledgment,
  groupId: string,
  verdicts: readonly TransactionVerdict[],
  at: Date,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const verdict of verdicts) {
    const { controlNumber, codes, service } = verdict;
    for (const judged of await judgeSent(tx, groupId, controlNumber, verdict.verdict)) {
      const errors = errorsOnDocument(verdict, judged.trace);
      const data = { controlNumber, codes, ...(service === undefined ? {} : { service }), errors };
      events.push(
        eventOf(row, `transaction/partner-${verdict.verdict}`, at, data, [
          { kind: 'transaction', id: judged.transaction_id, qualifier: 'answered' },
          ...(judged.document_id === null ? [] : [{ kind: 'document', id: judged.document_id, qualifier: 'answered' }]),
        ]),
      );
    }
  }
  return events;
}

async function reconcileGroup(
  { clock }: FlowContext,
  tx: Tx,
  row: StoredAcknowledgment,
  body: Acknowledgment,
  sent: SentInterchange & { readonly group_id: string },
): Promise<void> {
  const at = clock.now();
  const groupVerdict: Verdict = body.group?.verdict ?? 'rejected';
  const events = await judgeTransactions(tx, row, sent.group_id, body.transactions, at);
  // Sets that a 997 leaves out follow their group: accepted, or rejected with it. In a partial one every rejected set is named.
  await judgeSent(tx, sent.group_id, null, groupVerdict === 'rejected' ? 'rejected' : 'accepted');
  const met = await meetExpectation(tx, 'acknowledgment', 'interchange', sent.interchange_id, { by: 'once' }, at);
  await setAcknowledgmentState(tx, row.id, 'reconciled');
  events.push(
    eventOf(
      row,
      `group/partner-${groupVerdict}`,
      at,
      { kind: body.kind, controlNumber: body.group?.controlNumber, first: met },
      [{ kind: 'interchange', id: sent.interchange_id, qualifier: 'answered' }, ...documentObjects(sent)],
    ),
  );
  await writeRows(tx, {}, events);
}

/** Their notes as our document knows them: "N104 of segment 8" becomes "parties[0].ids[0].value". */
function errorsOnDocument(verdict: TransactionVerdict, stored: unknown) {
  const trace = stored === null ? null : traceFromJson(stored);
  const paths = (segment: SegmentNote, element: number | null, component: number | null) =>
    trace === null ? [] : [...trace.pathsAt(segment.segmentNumber, element, component)];
  return verdict.segments.flatMap((segment) =>
    segment.elements.length === 0
      ? [{ segment: segment.segmentNumber, tag: segment.tag, codes: segment.codes, paths: paths(segment, null, null) }]
      : segment.elements.map(({ element, component, code, found }) => ({
          segment: segment.segmentNumber,
          tag: segment.tag,
          element,
          component,
          codes: [code],
          found,
          paths: paths(segment, element, component),
        })),
  );
}

const documentObjects = ({ document_id, order_id }: SentInterchange) => [
  ...(document_id === null ? [] : [{ kind: 'document', id: document_id, qualifier: 'answered' }]),
  ...(order_id === null ? [] : [{ kind: 'order', id: order_id, qualifier: 'concerned' }]),
];

const eventOf = (
  row: StoredAcknowledgment,
  type: string,
  at: Date,
  data: unknown,
  objects: NewEvent['objects'],
): NewEvent => ({
  at,
  type,
  actor: `partner:${row.partner_id}`,
  company: row.company_id,
  usage: row.usage,
  data,
  objects: [{ kind: 'acknowledgment', id: row.id, qualifier: 'subject' }, ...objects],
});
