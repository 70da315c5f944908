import type { NewWork, Work } from '../core/work.ts';
import type { Tx } from '../store/database.ts';
import {
  closeInterchange,
  closeTransactions,
  enteredAcknowledgments,
  quarantineInterchange,
} from '../store/envelope/close-interchange.ts';
import { groupsToClose, type InterchangeToClose, interchangeToClose } from '../store/envelope/interchange-to-close.ts';
import { claimContent, releaseContent } from '../store/wire/raw-file.ts';
import { finishWork } from '../store/work/finish-work.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';
import type { KnownConfiguration } from './known-configuration.ts';
import { interchangeEvent } from './split/interchange-event.ts';
import { judgeInterchange } from './split/judge-interchange.ts';

const pageSize = 1_000;

/** Closes an interchange that was too large for one batch: the same judgments as for a small one, over rows instead of values. */
export async function close(context: FlowContext, work: Work): Promise<void> {
  const known = await context.configuration();
  await context.database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const interchange = await interchangeToClose(tx, work.subjectId);
    if (interchange === undefined) return;
    const { state, transmission_id } = interchange;
    if (state === 'provisional') return closeStored(context, known, tx, interchange, false);
    // Its sender or receiver is not known: it was held as soon as its header was read, and is told of now that it has ended.
    if (state === 'quarantined')
      await writeRows(tx, {}, [interchangeEvent(interchange, transmission_id, context.clock.now())]);
  });
}

/**
 * Gives an interchange its verdict and lets what it holds into the business. `accepted`: an operator has said that its control
 * numbers and bytes are fine though they were used before.
 */
export async function closeStored(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  interchange: InterchangeToClose,
  accepted: boolean,
): Promise<void> {
  const { company_id, partner_id, id, sha256, raw_file_id, transmission_id } = interchange;
  if (company_id === null || partner_id === null) return;
  const at = context.clock.now();
  const quarantine = async (reason: string): Promise<void> => {
    await quarantineInterchange(tx, id, reason);
    const held = { ...interchange, state: 'quarantined' as const, quarantine_reason: reason };
    await writeRows(tx, {}, [interchangeEvent(held, transmission_id, at)]);
    await releaseContent(tx, sha256, raw_file_id);
  };
  const holder = await claimContent(tx, sha256, raw_file_id);
  if (holder !== raw_file_id && !accepted) return quarantine('content-used');
  const groups = await groupsToClose(tx, id);
  const judged = await judgeInterchange(
    context,
    known,
    tx,
    {
      ...interchange,
      company_id,
      partner_id,
      byte_offset: Number(interchange.byte_offset),
      holdsTa1: interchange.holds_ta1,
    },
    groups.map((group) => ({
      ...group,
      tally: { ...group, withErrors: group.with_errors, acknowledging: group.acknowledges ? group.counted : 0 },
    })),
    accepted,
  );
  await writeRows(tx, { problem: [...judged.problems] });
  if (judged.quarantine !== null) return quarantine(judged.quarantine);
  const { verdict, answers } = judged;
  await closeInterchange(tx, id, verdict, judged.groups, at);
  await enter(tx, interchange, !judged.refused);
  await writeRows(tx, { acknowledgment: [...answers] }, [
    interchangeEvent({ ...interchange, state: 'closed', verdict, quarantine_reason: null }, transmission_id, at),
  ]);
  await insertWork(
    tx,
    answers.map((answer) => ({ kind: 'compose', subjectId: answer.id, fairnessKey: answer.channel_id })),
  );
  if (verdict === 'rejected') await releaseContent(tx, sha256, raw_file_id);
}

/** Its transactions follow their groups' verdicts, and what was entered becomes work, in wire order, a page at a time. */
async function enter(tx: Tx, { id }: InterchangeToClose, acknowledgmentsToo: boolean): Promise<void> {
  for (let after = 0; ; ) {
    const page = await closeTransactions(tx, id, after, pageSize);
    await insertWork(
      tx,
      page.flatMap(({ document_id, partner_id, order_key }): NewWork[] =>
        document_id === null || partner_id === null
          ? []
          : [{ kind: 'process', subjectId: document_id, fairnessKey: partner_id, orderKey: order_key }],
      ),
    );
    after = page.at(-1)?.ordinal ?? after;
    if (page.length < pageSize) break;
  }
  if (!acknowledgmentsToo) return;
  const acknowledgments = await enteredAcknowledgments(tx, id);
  await insertWork(
    tx,
    acknowledgments.map(({ id: subjectId, partner_id }) => ({
      kind: 'reconcile',
      subjectId,
      fairnessKey: partner_id,
    })),
  );
}
