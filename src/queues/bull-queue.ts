import { type BackendFactory, type Queue as BullQueue, type IQueueBackend, withBackend } from 'bullmq';
import { FailureError, failureOf } from '../core/failure.ts';
import { jobIdOf, LANES, type Lane } from '../core/work.ts';
import { type Job, leaseMsDefault, type Queue, type Workers, type WorkersOptions } from './queue.ts';

/*
 * BullMQ as a Queue, whichever store it stands on. It only dispatches: one attempt, nothing kept of what ended; retries, order
 * and fairness are the work table's.
 */
export interface Backend<Store extends IQueueBackend, Connection> {
  readonly factory: BackendFactory<Store, Connection>;
  /** Fails soon when the store is away. */
  readonly producer: Connection;
  /** Waits for the store to come back. */
  readonly consumer: Connection;
  /** Set before a lane's name in every key, where keys are shared. */
  readonly prefixOf?: (lane: Lane) => string;
  close(): Promise<void>;
}

interface JobData {
  readonly id: string;
  readonly attempts: number;
}

type OneQueue = Pick<BullQueue<JobData>, 'add' | 'addBulk' | 'getJobState' | 'close'>;

const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;
/** On PostgreSQL one at a time costs 0.17 ms each; all at once makes two temporary tables, 2.7 ms however few they are. */
const oneByOneMax = 16;
/** How many jobs are asked about at a time. */
const questionsMax = 50;

export function bullQueue<Store extends IQueueBackend, Connection>(backend: Backend<Store, Connection>): Queue {
  const { Queue: LaneQueue } = withBackend(backend.factory);
  const prefixed = (lane: Lane) => (backend.prefixOf === undefined ? {} : { prefix: backend.prefixOf(lane) });
  const queues = new Map<Lane, OneQueue>();
  for (const lane of LANES) {
    const options = { connection: backend.producer, ...prefixed(lane) };
    const queue = new LaneQueue<JobData, void>(lane, options);
    queue.on('error', () => {}); // the call that met it throws as well
    queues.set(lane, queue);
  }
  const queueOf = (lane: Lane): OneQueue => {
    const queue = queues.get(lane);
    if (queue === undefined) throw new FailureError('bug', `no queue for lane ${lane}`);
    return queue;
  };

  return {
    async enqueue(jobs) {
      for (const [lane, queue] of queues) {
        const ofLane = jobs.filter((job) => job.lane === lane);
        if (ofLane.length === 0) continue;
        const added = ofLane.map((job) => ({
          name: 'work',
          data: { id: job.id, attempts: job.attempts },
          opts: { ...jobOptions, jobId: jobIdOf(job) },
        }));
        if (added.length <= oneByOneMax)
          await Promise.all(added.map(({ name, data, opts }) => queue.add(name, data, opts))).catch(throwUnreachable);
        else await queue.addBulk(added).catch(throwUnreachable);
      }
    },
    async lostAmong(jobs) {
      const lost: Job[] = [];
      for (let start = 0; start < jobs.length; start += questionsMax) {
        const some = jobs.slice(start, start + questionsMax);
        const states = await Promise.all(some.map((job) => queueOf(job.lane).getJobState(jobIdOf(job)))).catch(
          throwUnreachable,
        );
        lost.push(...some.filter((_, index) => !isUnderWay(states[index] ?? 'unknown')));
      }
      return lost;
    },
    startWorkers: (options) => startWorkers(backend, prefixed, options),
    async close() {
      for (const queue of queues.values()) await queue.close();
      await backend.close();
    },
  };
}

async function startWorkers<Store extends IQueueBackend, Connection>(
  backend: Backend<Store, Connection>,
  prefixed: (lane: Lane) => { prefix?: string },
  { lanes, run, onFailure, leaseMs = leaseMsDefault }: WorkersOptions,
): Promise<Workers> {
  const { Worker } = withBackend(backend.factory);
  const workers = LANES.filter((lane) => (lanes[lane] ?? 0) > 0).map((lane) => {
    const worker = new Worker<JobData, void>(
      lane,
      async ({ data }) => {
        try {
          await run(data);
        } catch (error) {
          onFailure(failureOf(error)); // not thrown on: BullMQ would keep a stack trace, and has nothing to decide
        }
      },
      {
        connection: backend.consumer,
        ...prefixed(lane),
        concurrency: lanes[lane] ?? 1,
        lockDuration: leaseMs,
        stalledInterval: leaseMs / 2,
        maxStalledCount: 1, // lost a second time, it is gone, and the work table counts it
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    worker.on('error', (error) => onFailure(unreachable(error)));
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady())).catch(throwUnreachable);
  return {
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

const isUnderWay = (state: string): boolean => state !== 'unknown' && state !== 'completed' && state !== 'failed';

const unreachable = (cause: unknown): FailureError =>
  new FailureError('queue-unreachable', `The queue says: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

export const throwUnreachable = (cause: unknown): never => {
  throw cause instanceof FailureError ? cause : unreachable(cause);
};
