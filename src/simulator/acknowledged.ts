import { type Desk, type Reporter, type SentFile, takeTransaction } from './desk.ts';
import { checkAccepting } from './x12/check-acknowledgment.ts';

/** Waits for the 997 of a file and reports the step when it accepts all of it. */
export async function acknowledged(desk: Desk, file: SentFile, report: Reporter, step: string): Promise<void> {
  const arrived = await takeTransaction(desk.mailroom, `997:${file.functionalId}:${file.groupNumber}`);
  const list = checkAccepting(arrived.transaction, file);
  list.same('usage', arrived.usage, file.usage);
  report.judged(step, list, arrived.wire);
}
