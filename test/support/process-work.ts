import type { FailureError } from '../../src/core/failure.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { jobsPerLane } from '../../src/flows/gateway.ts';
import { startRelay } from '../../src/flows/relay.ts';
import { runWork, type WorkHandlers } from '../../src/flows/run-work.ts';
import { openQueue } from '../../src/queues/open-queue.ts';
import { returnWork } from '../../src/store/work/requeue-lost.ts';
import type { GatewayPlace } from './process-gateway.ts';

/** Relay, workers and queue of a process that is to be killed, on the test's database, quick to notice that another died. */
export async function startWork(
  { databaseUrl }: GatewayPlace,
  { database, clock }: FlowContext,
  handlers: WorkHandlers,
  report: (what: string) => (failure: FailureError) => void,
): Promise<void> {
  const queue = await openQueue({ kind: 'postgres', pool: { connectionString: databaseUrl } });
  const run = runWork({
    database,
    clock,
    handlers,
    onFailure: (work, failure) => report(work.kind)(failure),
  });
  await queue.startWorkers({
    lanes: jobsPerLane,
    run,
    giveBack: async (attempts) => void (await database.inTransaction((tx) => returnWork(tx, attempts))),
    onFailure: report('job'),
    leaseMs: 1_500,
  });
  await startRelay({
    database,
    queue,
    clock,
    onFailure: report('relay'),
    settings: { pollMs: 200, lostCheckMs: 500, lostAfterMs: 1_000, lostMax: 50 },
  });
}
