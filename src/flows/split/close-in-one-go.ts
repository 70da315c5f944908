import type { NewWork, Work } from '../../core/work.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Tx } from '../../store/database.ts';
import type { AcknowledgmentRow, DocumentRow } from '../../store/rows/documents.ts';
import type { InterchangeRow } from '../../store/rows/envelope.ts';
import { claimContent, type RawFileToRead, releaseContent, setRawFileState } from '../../store/wire/raw-file.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { insertWork } from '../../store/work/insert-work.ts';
import { type NewEvent, writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { openConvoy } from '../convoy.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Batch, EndedInterchange } from './batch.ts';
import { enterDuplicate } from './duplicate-file.ts';
import { interchangeEvent } from './interchange-event.ts';
import { judgeInterchange } from './judge-interchange.ts';

/** A small file, read whole. */
export interface ReadFile {
  readonly work: Work;
  readonly file: RawFileToRead;
  readonly batch: Batch;
}

/** A file of more rows than an order or two make closes alone: its transaction is long enough. */
const rowsTogetherMax = 50;

/**
 * What closes all interchanges of a small file in the transaction that writes them: the verdicts are put into the rows before they are
 * written, so nothing is ever provisional in the database. The smallest are closed in convoy, but never two of the same bytes: whether the
 * second is a duplicate hangs on what becomes of the first.
 */
export function openCloser(context: FlowContext): (read: ReadFile) => Promise<void> {
  const together = async (files: readonly ReadFile[]): Promise<readonly undefined[]> => {
    const known = await context.configuration();
    await context.database.inTransaction((tx) =>
      sideBySide(files.map((read) => closeInOneGo(context, known, tx, read))),
    );
    return files.map(() => undefined);
  };
  const convoy = openConvoy(together, { subjectOf: ({ file }) => file.sha256.toString('hex') });
  return async (read) => {
    const rowCount = Object.values(read.batch.rows).reduce((sum, rows) => sum + rows.length, 0);
    if (rowCount <= rowsTogetherMax) await convoy.join('all', read);
    else await together([read]);
  };
}

async function closeInOneGo(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  { work, file, batch }: ReadFile,
): Promise<void> {
  const at = context.clock.now();
  if (!(await finishWork(tx, work.id, work.attempts))) return;
  const { rows, ended, events } = structuredClone(batch); // a transaction that crosses another runs again, from the same rows
  const claims = rows.interchange.some(({ state }) => state === 'provisional');
  if (claims) {
    const holder = await claimContent(tx, file.sha256, file.id);
    if (holder !== file.id) return enterDuplicate(context, tx, file, holder);
  }
  const newWork: NewWork[] = [];
  for (const interchange of rows.interchange) {
    const end = ended.find(({ id }) => id === interchange.id);
    if (interchange.state === 'provisional' && end !== undefined) {
      await closeRows(context, known, tx, interchange, end, rows, newWork);
    }
    events.push(interchangeEvent(interchange, file.transmission_id, at));
  }
  if (rows.interchange.length === 0) events.push(refusedEvent(rows.problem, file, at));
  await writeRows(tx, rows, events);
  const entered = rows.interchange.some(({ state, verdict }) => state === 'closed' && verdict !== 'rejected');
  if (claims && !entered) await releaseContent(tx, file.sha256, file.id);
  await setRawFileState(tx, file.id, rows.interchange.length === 0 ? 'not-edi' : 'read');
  await insertWork(tx, newWork);
}

/** A file in which no interchange was found: stored, named, and nobody is answered, for there is nobody to answer. */
function refusedEvent(problems: Batch['rows']['problem'], file: RawFileToRead, at: Date): NewEvent {
  const body = problems[0]?.body;
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
  return {
    at,
    type: 'raw-file/refused',
    actor: 'gateway',
    data: { code, name: file.name },
    objects: [
      { kind: 'raw-file', id: file.id, qualifier: 'refused' },
      { kind: 'transmission', id: file.transmission_id, qualifier: 'carried' },
    ],
  };
}

async function closeRows(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  interchange: InterchangeRow,
  { broken, flawed, holdsTa1, groups: tallies }: EndedInterchange,
  rows: Batch['rows'],
  newWork: NewWork[],
): Promise<void> {
  const { company_id, partner_id, id } = interchange;
  if (company_id === null || partner_id === null) return;
  const groups = rows.functional_group.filter(({ interchange_id }) => interchange_id === id);
  const tallyOf = new Map(tallies.map((tally) => [tally.id, tally]));
  const judged = await judgeInterchange(
    context,
    known,
    tx,
    {
      ...interchange,
      company_id,
      partner_id,
      header: interchange.header as InterchangeHeader,
      broken,
      flawed,
      holdsTa1,
    },
    groups.flatMap((group) => {
      const tally = tallyOf.get(group.id);
      return tally === undefined ? [] : [{ ...group, tally }];
    }),
    false,
  );
  rows.problem.push(...judged.problems);
  if (judged.quarantine !== null) {
    interchange.state = 'quarantined';
    interchange.quarantine_reason = judged.quarantine;
    return;
  }
  interchange.state = 'closed';
  interchange.verdict = judged.verdict;
  interchange.closed_at = context.clock.now();
  const verdictOf = new Map(judged.groups.map((group) => [group.id, group.verdict]));
  for (const group of groups) {
    group.verdict = verdictOf.get(group.id) ?? 'rejected';
    if (group.verdict === 'rejected') group.accepted = 0;
  }
  const entered = new Set<string>();
  for (const transaction of rows.transaction) {
    if (transaction.interchange_id !== id) continue;
    if (verdictOf.get(transaction.group_id) === 'rejected') {
      transaction.state = 'rejected';
      transaction.verdict = 'rejected';
    } else if (transaction.state === 'provisional') {
      transaction.state = 'entered';
      entered.add(transaction.id);
    }
  }
  if (!judged.refused) enter(rows, entered, id, newWork);
  rows.acknowledgment.push(...judged.answers);
  for (const answer of judged.answers) {
    newWork.push({ kind: 'compose', subjectId: answer.id, fairnessKey: answer.channel_id });
  }
}

/** What was accepted becomes work; what was not stays as it is, for the record. */
function enter(rows: Batch['rows'], entered: ReadonlySet<string>, interchangeId: string, newWork: NewWork[]): void {
  const belongs = (row: DocumentRow | AcknowledgmentRow) =>
    row.transaction_id !== null && entered.has(row.transaction_id);
  for (const document of rows.document) {
    if (!belongs(document)) continue;
    document.state = 'entered';
    const { id: subjectId, partner_id: fairnessKey, order_key: orderKey } = document;
    newWork.push({ kind: 'process', subjectId, fairnessKey, orderKey });
  }
  for (const acknowledgment of rows.acknowledgment) {
    const isTheirs = acknowledgment.direction === 'in' && acknowledgment.interchange_id === interchangeId;
    if (!isTheirs || !(acknowledgment.kind === 'TA1' || belongs(acknowledgment))) continue;
    newWork.push({ kind: 'reconcile', subjectId: acknowledgment.id, fairnessKey: acknowledgment.partner_id });
  }
}
