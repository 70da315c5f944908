import { FailureError } from '../core/failure.ts';
import { forgiveProblems } from '../store/envelope/close-interchange.ts';
import { quarantineReason } from '../store/envelope/enter-again.ts';
import { interchangeToClose } from '../store/envelope/interchange-to-close.ts';
import { writeRows } from '../store/write-rows.ts';
import { closeStored } from './close.ts';
import type { FlowContext } from './context.ts';
import { enterAgain } from './enter-again.ts';

/** Quarantines an operator may lift: whose numbers or bytes were used before. */
const LIFTED: ReadonlySet<string> = new Set(['control-number-used', 'content-used']);

/** Those a configuration lifts: nothing of them was read yet. */
const STRANGERS: ReadonlySet<string> = new Set(['sender-unknown', 'sender-not-allowed', 'receiver-unknown']);

/** An operator says that a quarantined interchange is to be entered after all; who and why is an Event. */
export async function acceptInterchange(
  context: FlowContext,
  id: string,
  actor: string,
  reason: string,
): Promise<void> {
  const known = await context.configuration();
  if (STRANGERS.has((await quarantineReason(context.database, id)) ?? ''))
    return enterAgain(context, id, actor, reason);
  await context.database.inTransaction(async (tx) => {
    await forgiveProblems(tx, id, ['interchange/control-number-used']);
    const interchange = await interchangeToClose(tx, id);
    if (interchange === undefined) throw new FailureError('not-found', `There is no interchange ${id}.`);
    if (interchange.state !== 'quarantined' || !LIFTED.has(interchange.quarantine_reason ?? '')) {
      throw new FailureError(
        'usage-wrong',
        `The interchange is ${interchange.state} (${interchange.quarantine_reason ?? 'no reason'}): it cannot be accepted.`,
      );
    }
    await writeRows(tx, {}, [
      {
        at: context.clock.now(),
        type: 'interchange/accepted-by-operator',
        actor,
        reason,
        company: interchange.company_id,
        usage: interchange.usage,
        objects: [{ kind: 'interchange', id, qualifier: 'accepted' }],
      },
    ]);
    await closeStored(context, known, tx, interchange, true);
  });
}
