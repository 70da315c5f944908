import type { FailureError } from '../../core/failure.ts';
import type { TransactionRow } from '../../store/rows/envelope.ts';
import type { NewEvent } from '../../store/write-rows.ts';

/** A transaction could not be mapped, by a fault of ours: it is accepted, and waits for a person to mend the map and release it. */
export const parkedEvent = (
  { id, interchange_id, company_id, usage, message, control_number }: TransactionRow,
  failure: FailureError,
  at: Date,
): NewEvent => ({
  at,
  type: 'transaction/parked',
  actor: 'gateway',
  reason: failure.message,
  company: company_id,
  usage,
  data: { failure: failure.kind, message, controlNumber: control_number },
  objects: [
    { kind: 'transaction', id, qualifier: 'subject' },
    { kind: 'interchange', id: interchange_id, qualifier: 'held' },
  ],
});
