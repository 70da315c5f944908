import { type BackendFactory, type Queue as BullQueue, type IQueueBackend, withBackend } from 'bullmq';
import pLimit from 'p-limit';
import { FailureError, failureOf } from '../core/failure.ts';
import { type Attempt, LANES, type Lane } from '../core/work.ts';
import { leaseMsDefault, type Queue, type Workers, type WorkersOptions } from './queue.ts';

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
  readonly attempts: readonly Attempt[];
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
      const perLane = [...queues].map(async ([lane, queue]) => {
        const added = jobs
          .filter((job) => job.lane === lane)
          .map(({ name, attempts }) => ({
            name: 'work',
            data: { attempts: attempts.map(({ id, attempts: attempt }) => ({ id, attempts: attempt })) },
            opts: { ...jobOptions, jobId: name },
          }));
        if (added.length <= oneByOneMax)
          await Promise.all(added.map(({ name, data, opts }) => queue.add(name, data, opts)));
        else await queue.addBulk(added);
      });
      await Promise.all(perLane).catch(throwUnreachable);
    },
    async lostAmong(jobs) {
      const lost = new Set<string>();
      for (let start = 0; start < jobs.length; start += questionsMax) {
        const some = jobs.slice(start, start + questionsMax);
        const states = await Promise.all(some.map(({ lane, name }) => queueOf(lane).getJobState(name))).catch(
          throwUnreachable,
        );
        some.forEach(({ name }, index) => {
          if (!isUnderWay(states[index] ?? 'unknown')) lost.add(name);
        });
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
  { lanes, run, giveBack, onFailure, leaseMs = leaseMsDefault }: WorkersOptions,
): Promise<Workers> {
  const { Worker } = withBackend(backend.factory);
  let closing = false;
  const tell = (error: unknown): void => onFailure(failureOf(error));
  const workers = LANES.flatMap((lane) => {
    const places = lanes[lane] ?? 0;
    if (places === 0) return [];
    const atATime = pLimit(places);
    const worker = new Worker<JobData, void>(
      lane,
      async ({ data }) => {
        const left: Attempt[] = [];
        // Nothing is thrown on: BullMQ would keep a stack trace, and has nothing to decide.
        await Promise.all(
          data.attempts.map((attempt) =>
            atATime(async () => {
              if (closing) left.push(attempt);
              else await run(attempt).catch(tell);
            }),
          ),
        );
        if (left.length > 0) await giveBack(left).catch(tell);
      },
      {
        connection: backend.consumer,
        ...prefixed(lane),
        concurrency: places,
        lockDuration: leaseMs,
        stalledInterval: leaseMs / 2,
        maxStalledCount: 1, // lost a second time, it is gone, and the work table counts it
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    worker.on('error', (error) => onFailure(unreachable(error)));
    return [worker];
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady())).catch(throwUnreachable);
  return {
    async close() {
      closing = true;
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
