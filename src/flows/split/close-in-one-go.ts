import type { NewWork, Work } from '../../core/work.ts';
import type { Tx } from '../../store/database.ts';
import { claimControlNumbers } from '../../store/envelope/claims.ts';
import type { AcknowledgmentRow, DocumentRow } from '../../store/rows/documents.ts';
import type { InterchangeRow } from '../../store/rows/envelope.ts';
import { claimContent, type RawFileToRead, setRawFileState } from '../../store/wire/raw-file.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { insertWork } from '../../store/work/insert-work.ts';
import { type NewEvent, writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answersTo } from './answers.ts';
import type { Batch } from './batch.ts';
import { claimsOf, judgeClaims } from './control-numbers.ts';
import { enterDuplicate } from './duplicate-file.ts';
import type { EndedInterchange, FileReading } from './reading.ts';
import { groupVerdict, interchangeVerdict } from './verdicts.ts';
import { answeringAgreement } from './whose.ts';

/**
 * Closes all interchanges of a small file in the transaction that writes them: the verdicts are put into the rows before they are written,
 * so nothing is ever provisional in the database.
 */
export async function closeInOneGo(
  context: FlowContext,
  known: KnownConfiguration,
  work: Work,
  file: RawFileToRead,
  reading: FileReading,
): Promise<void> {
  const batch = reading.batch();
  await context.database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const rows = structuredClone(batch); // a transaction that crosses another runs again, from the same rows
    if (rows.interchange.some(({ state }) => state === 'provisional')) {
      const holder = await claimContent(tx, file.sha256, file.id);
      if (holder !== file.id) return enterDuplicate(context, tx, file, holder);
    }
    const events: NewEvent[] = [];
    const newWork: NewWork[] = [];
    for (const interchange of rows.interchange) {
      const tallies = reading.ended.find(({ id }) => id === interchange.id);
      if (interchange.state === 'provisional' && tallies !== undefined) {
        await closeRows(context, known, tx, interchange, tallies, rows, newWork);
      }
      events.push(interchangeEvent(interchange, file));
    }
    const { endedGroups: _groups, endedInterchanges: _interchanges, ...tables } = rows;
    await writeRows(tx, tables, events);
    await setRawFileState(tx, file.id, rows.interchange.length === 0 ? 'not-edi' : 'read');
    await insertWork(
      tx,
      newWork.map((one) => ({ ...one, orderKey: one.orderKey ?? work.orderKey })),
    );
  });
}

async function closeRows(
  { newId, clock }: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  interchange: InterchangeRow,
  { broken, groups: tallies }: EndedInterchange,
  rows: Batch,
  newWork: NewWork[],
): Promise<void> {
  const { company_id, partner_id, usage, channel_id, id } = interchange;
  if (company_id === null || partner_id === null) return;
  const agreement = answeringAgreement(known, {
    company: company_id,
    partner: partner_id,
    usage,
    syntax: interchange.syntax,
  });
  const groups = rows.functional_group.filter(({ interchange_id }) => interchange_id === id);
  const used = broken ? new Map() : await claimControlNumbers(tx, claimsOf(interchange, groups, agreement));
  const judged = judgeClaims(interchange, groups, used, agreement);
  rows.problem.push(...judged.problems);
  if (judged.quarantine !== null) {
    interchange.state = 'quarantined';
    interchange.quarantine_reason = judged.quarantine;
    return;
  }
  const rejected = broken || judged.interchangeRejected;
  for (const group of groups) {
    const tally = tallies.find((one) => one.id === group.id);
    if (tally === undefined) continue;
    tally.broken ||= rejected || judged.rejectedGroups.has(group.id);
    group.verdict = groupVerdict(tally);
    if (group.verdict === 'rejected') group.accepted = 0;
  }
  interchange.verdict = interchangeVerdict(
    rejected,
    groups.map(({ verdict }) => verdict ?? 'rejected'),
  );
  interchange.state = 'closed';
  interchange.closed_at = clock.now();
  const groupOf = new Map(groups.map((group) => [group.id, group]));
  const entered = new Set<string>();
  for (const transaction of rows.transaction) {
    const group = groupOf.get(transaction.group_id);
    if (group === undefined || transaction.state !== 'provisional') continue;
    transaction.state = group.verdict === 'rejected' ? 'rejected' : 'entered';
    if (transaction.state === 'entered') entered.add(transaction.id);
    else transaction.verdict = 'rejected';
  }
  enter(rows, entered, id, rejected, newWork);
  const answers = answersTo(
    {
      id,
      company: company_id,
      partner: partner_id,
      usage,
      channelId: channel_id,
      header: interchange.header as Parameters<typeof answersTo>[0]['header'],
      broken: rejected,
      groups: groups.map((group) => ({
        id: group.id,
        functionalId: group.functional_id,
        verdict: group.verdict ?? 'rejected',
      })),
    },
    agreement,
    newId,
    clock.now(),
  );
  rows.acknowledgment.push(...answers);
  for (const answer of answers) {
    newWork.push({ kind: 'compose', subjectId: answer.id, fairnessKey: answer.channel_id });
  }
}

/** What was accepted becomes work; what was not stays as it is, for the record. */
function enter(
  rows: Batch,
  entered: ReadonlySet<string>,
  interchangeId: string,
  rejected: boolean,
  newWork: NewWork[],
): void {
  const belongs = (row: DocumentRow | AcknowledgmentRow) =>
    row.transaction_id !== null && entered.has(row.transaction_id);
  for (const document of rows.document) {
    if (!belongs(document)) continue;
    document.state = 'entered';
    newWork.push({
      kind: 'process',
      subjectId: document.id,
      fairnessKey: document.partner_id,
      orderKey: document.order_key,
    });
  }
  for (const acknowledgment of rows.acknowledgment) {
    const isTheirs = acknowledgment.direction === 'in' && acknowledgment.interchange_id === interchangeId;
    if (!isTheirs || rejected || !(acknowledgment.kind === 'TA1' || belongs(acknowledgment))) continue;
    newWork.push({ kind: 'reconcile', subjectId: acknowledgment.id, fairnessKey: acknowledgment.partner_id });
  }
}

/** One event an interchange: what it is, whose, and what became of it. */
export function interchangeEvent(interchange: InterchangeRow, file: { id: string; transmission_id: string }): NewEvent {
  return {
    at: interchange.closed_at ?? interchange.at,
    type:
      interchange.state === 'quarantined'
        ? 'interchange/quarantined'
        : `interchange/${interchange.verdict ?? 'unfinished'}`,
    actor: interchange.partner_id === null ? `channel:${interchange.channel_id}` : `partner:${interchange.partner_id}`,
    company: interchange.company_id,
    usage: interchange.usage,
    ...(interchange.quarantine_reason === null ? {} : { reason: interchange.quarantine_reason }),
    data: { controlNumber: interchange.control_number, transactions: interchange.transaction_count },
    objects: [
      { kind: 'interchange', id: interchange.id, qualifier: 'closed' },
      { kind: 'raw-file', id: file.id, qualifier: 'held' },
      { kind: 'transmission', id: file.transmission_id, qualifier: 'carried' },
    ],
  };
}
