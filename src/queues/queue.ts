import type { FailureError } from '../core/failure.ts';
import type { Lane, Work } from '../core/work.ts';

/*
 * Queue    hands jobs to workers, on any machine. It owns nothing: a queue that was emptied is filled again from the work table.
 * Job      one attempt at one piece of work; its name is `<workId>-<attempt>`.
 * Workers  this process's share of it: so many jobs of a lane at a time.
 */
export type Job = Pick<Work, 'id' | 'attempts' | 'lane'>;

export interface Queue {
  /** Puts the jobs in, all or with a failure. Putting the same job in twice is putting it in once. Throws FailureError `queue-unreachable`. */
  enqueue(jobs: readonly Job[]): Promise<void>;
  /** Those the queue does not have: neither waiting nor with a worker. Throws FailureError `queue-unreachable`. */
  lostAmong(jobs: readonly Job[]): Promise<readonly Job[]>;
  /** Runs `run` for each job of these lanes. What it throws goes to `onFailure`, and the job is gone: the work row decides what follows. */
  startWorkers(options: WorkersOptions): Promise<Workers>;
  /** Closes the connections. Workers first. */
  close(): Promise<void>;
}

export interface WorkersOptions {
  /** How many jobs of each lane this process runs at a time; a lane that is absent is not served here. */
  readonly lanes: Partial<Record<Lane, number>>;
  readonly run: (job: Pick<Job, 'id' | 'attempts'>) => Promise<void>;
  readonly onFailure: (failure: FailureError) => void;
  /** A worker that does not say for so long that it is alive has died, and its jobs go to another. */
  readonly leaseMs?: number;
}

export interface Workers {
  /** Takes no more jobs and waits for those in hand. */
  close(): Promise<void>;
}

/** Renewed at half its time. A job that keeps the processor busy for longer without a pause would run twice, which finishing once makes harmless. */
export const leaseMsDefault = 30_000;
