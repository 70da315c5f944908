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
 * A partner's TA1 or 997 finds what it answers: the rung is met, or its errors are shown on our own document through the trace.
 * One for something we do not have (yet) waits until its deadline; then it is kept as unmatched, for a person to see.
 */
export async function reconcile(context: FlowContext, work: Work): Promise<void> {
  await context.database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const row = await acknowledgmentForUpdate(tx, work.subjectId);
    if (row === undefined || (row.state !== 'received' && row.state !== 'waiting')) return;
    const body = row.body as Acknowledgment;
    const scope = { company: row.company_id, partner: row.partner_id, usage: row.usage };
    if (body.kind === 'TA1') {
      const number = body.interchange?.controlNumber ?? '';
      const sent = await sentWithInterchangeNumber(tx, scope, number);
      return sent === undefined
        ? wait(context, tx, row, `interchange:${number}`)
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
  if (verdict === 'rejected') {
    for (const groupId of await groupsOfSent(tx, sent.interchange_id)) await judgeSent(tx, groupId, null, verdict);
    await meetExpectation(tx, 'acknowledgment', 'interchange', sent.interchange_id, { by: 'once' }, at);
  }
  await setAcknowledgmentState(tx, row.id, 'reconciled');
  await writeRows(tx, {}, [
    eventOf(row, `interchange/partner-${verdict}`, at, { kind: 'TA1', code }, [
      { kind: 'interchange', id: sent.interchange_id, qualifier: 'answered' },
      ...documentObjects(sent),
    ]),
  ]);
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
  const events: NewEvent[] = [];
  for (const verdict of body.transactions) {
    for (const judged of await judgeSent(tx, sent.group_id, verdict.controlNumber, verdict.verdict)) {
      const errors = errorsOnDocument(verdict, judged.trace);
      events.push(
        eventOf(
          row,
          `transaction/partner-${verdict.verdict}`,
          at,
          { controlNumber: verdict.controlNumber, codes: verdict.codes, errors },
          [
            { kind: 'transaction', id: judged.transaction_id, qualifier: 'answered' },
            ...(judged.document_id === null
              ? []
              : [{ kind: 'document', id: judged.document_id, qualifier: 'answered' }]),
          ],
        ),
      );
    }
  }
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
