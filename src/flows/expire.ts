import type { Work } from '../core/work.ts';
import { markOverdue, pastDue } from '../store/expectations.ts';
import { finishWork } from '../store/work/finish-work.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';

/** So many expectations are called overdue in one pass; the next pass takes the rest. */
const passMax = 500;

/** Finds what is past due and makes work of it. Only what is overdue costs a job: most expectations are met in time. */
export async function findOverdue({ database, clock }: FlowContext): Promise<number> {
  const due = await pastDue(database, clock.now(), passMax);
  if (due.length > 0) {
    await database.inTransaction((tx) =>
      insertWork(
        tx,
        due.map((subjectId) => ({ kind: 'expire', subjectId, fairnessKey: 'deadlines' })),
      ),
    );
  }
  return due.length;
}

/** An expectation past due becomes overdue, once: what is late is told to whoever watches its subject. */
export async function expire({ database, clock }: FlowContext, work: Work): Promise<void> {
  await database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const at = clock.now();
    const overdue = await markOverdue(tx, work.subjectId, at);
    if (overdue === undefined) return;
    await writeRows(tx, {}, [
      {
        at,
        type: 'expectation/overdue',
        actor: 'gateway',
        company: overdue.company_id,
        usage: overdue.usage,
        data: { kind: overdue.kind, dueAt: overdue.due_at.toISOString() },
        objects: [
          { kind: 'expectation', id: work.subjectId, qualifier: 'subject' },
          { kind: overdue.subject_kind, id: overdue.subject_id, qualifier: 'owed-for' },
        ],
      },
    ]);
  });
}
