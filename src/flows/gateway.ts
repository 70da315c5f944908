import { type FailureError, failureOf } from '../core/failure.ts';
import type { Work } from '../core/work.ts';
import type { Queue, Workers } from '../queues/queue.ts';
import { returnWork } from '../store/work/requeue-lost.ts';
import type { RemoteParts } from '../transports/remote/parts.ts';
import { tellExpiring } from './as2/expiring.ts';
import type { FlowContext } from './context.ts';
import { findOverdue } from './expire.ts';
import { forgetOldAnswers } from './forget-answers.ts';
import { handlersOf } from './handlers.ts';
import { startInboxes } from './inboxes.ts';
import type { TransportTable } from './outbound/transport-table.ts';
import { type Relay, startRelay } from './relay.ts';
import type { Role } from './roles.ts';
import { runWork } from './run-work.ts';

/**
 * Jobs at a time: reading and writing EDI is one thread's work, and each job waits for the database more than it computes. Where jobs go in
 * convoy, more of them at a time share a transaction: with 16 and 24 in place of 8 the log is flushed 1.7 times an order, not 2.7.
 */
export const jobsPerLane = { inbound: 8, business: 16, outbound: 24 } as const;
/** Deadlines are minutes and hours; a minute late to notice is not late. */
const overdueSweepMs = 15_000;
const forgetSweepMs = 10 * 60_000;

export interface GatewayParts {
  readonly context: FlowContext;
  readonly queue: Queue;
  readonly transports: TransportTable;
  /** For channels to partners' own servers; null: there are none. */
  readonly remote?: RemoteParts | null;
  readonly roles: ReadonlySet<Role>;
  readonly report: (what: string, failure: FailureError, work?: Work) => void;
}

export interface RunningFlows {
  close(): Promise<void>;
}

/** Starts what moves work: workers, the relay, and the sweep for what is overdue. */
export async function startFlows({
  context,
  queue,
  transports,
  remote = null,
  roles,
  report,
}: GatewayParts): Promise<RunningFlows> {
  const { database, clock } = context;
  let workers: Workers | undefined;
  let relay: Relay | undefined;
  let sweep: NodeJS.Timeout | undefined;
  let forgetting: NodeJS.Timeout | undefined;
  if (roles.has('worker')) {
    const run = runWork({
      database,
      clock,
      handlers: handlersOf(context, transports),
      onFailure: (work, failure, next) =>
        report(next === 'park' ? 'work parked' : 'work will be tried again', failure, work),
    });
    workers = await queue.startWorkers({
      lanes: jobsPerLane,
      run,
      giveBack: async (attempts) => void (await database.inTransaction((tx) => returnWork(tx, attempts))),
      onFailure: (failure) => report('job lost', failure),
    });
  }
  if (roles.has('relay')) {
    relay = await startRelay({ database, queue, clock, onFailure: (failure) => report('relay', failure) });
    sweep = setInterval(() => {
      findOverdue(context).catch((thrown: unknown) => report('deadlines', failureOf(thrown)));
    }, overdueSweepMs);
    const lookForExpiring = () => {
      tellExpiring(context).catch((thrown: unknown) => report('certificates', failureOf(thrown)));
    };
    lookForExpiring();
    forgetting = setInterval(() => {
      lookForExpiring();
      forgetOldAnswers(context).catch((thrown: unknown) => report('old answers', failureOf(thrown)));
    }, forgetSweepMs);
  }
  const inboxes = roles.has('poll') ? startInboxes(context, report, remote) : undefined;
  return {
    async close() {
      await inboxes?.close();
      clearInterval(sweep);
      clearInterval(forgetting);
      await relay?.close();
      await workers?.close();
      await remote?.connections.close();
    },
  };
}
