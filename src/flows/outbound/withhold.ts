import { positionAt } from '../../core/position.ts';
import { problem, problemAsJson } from '../../core/problem.ts';
import type { Work } from '../../core/work.ts';
import {
  acknowledgmentForUpdate,
  answeredInterchange,
  setAcknowledgmentState,
} from '../../store/deliveries/acknowledgment.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';

/**
 * Sends no answer where none could name what is wrong. The interchange is told of it and the work is done: parked, it would wait for an
 * operator who can do nothing for it, and a partner could send as many as it likes.
 */
export async function withhold(context: FlowContext, work: Work, reason: string): Promise<void> {
  await context.database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    const owed = await acknowledgmentForUpdate(tx, work.subjectId);
    if (owed?.state !== 'ready' || owed.interchange_id === null) return;
    const answered = await answeredInterchange(tx, owed.interchange_id);
    if (answered === undefined) return;
    await setAcknowledgmentState(tx, owed.id, 'withheld');
    const at = positionAt(answered.header.byteOffset, { tag: 'UNB' });
    // Of what is wrong itself the partner's message has a problem already.
    const told = problem('interchange/unanswered', at, { message: reason, severity: 'warning' });
    const row = {
      raw_file_id: answered.raw_file_id,
      interchange_id: owed.interchange_id,
      group_id: null,
      transaction_id: null,
      body: problemAsJson(told),
    };
    await writeRows(tx, { problem: [row] }, [
      {
        at: context.clock.now(),
        type: 'acknowledgment/withheld',
        actor: 'gateway',
        reason,
        company: owed.company_id,
        usage: owed.usage,
        objects: [
          { kind: 'acknowledgment', id: owed.id, qualifier: 'subject' },
          { kind: 'interchange', id: owed.interchange_id, qualifier: 'unanswered' },
        ],
      },
    ]);
  });
}
