import type { FailureError } from '../core/failure.ts';
import type { Attempt, Lane } from '../core/work.ts';

/*
 * Queue    hands jobs to workers, on any machine. It owns nothing: a queue that was emptied is filled again from the work table.
 * Job      attempts at some pieces of work of one lane; its name is that of the first, `<workId>-<attempt>`. Carried by the handful they
 *          cost the queue as much as one: alone, four jobs an order were a third of the database's time.
 * Workers  this process's share of it: so many pieces of work of a lane at a time, in whichever job they came.
 */
export interface JobName {
  /** BullMQ refuses ':' and all-digit names, and a stored one blocks itself: hence the attempt in it. */
  readonly name: string;
  readonly lane: Lane;
}

export interface Job extends JobName {
  readonly attempts: readonly Attempt[];
}

export interface Queue {
  /** Puts the jobs in, all or with a failure. Putting the same job in twice is putting it in once. Throws FailureError `queue-unreachable`. */
  enqueue(jobs: readonly Job[]): Promise<void>;
  /** The names of those the queue does not have: neither waiting nor with a worker. Throws FailureError `queue-unreachable`. */
  lostAmong(jobs: readonly JobName[]): Promise<ReadonlySet<string>>;
  /** Runs `run` for each attempt in the jobs of these lanes. What it throws goes to `onFailure`, and is gone: the work row decides what follows. */
  startWorkers(options: WorkersOptions): Promise<Workers>;
  /** Closes the connections. Workers first. */
  close(): Promise<void>;
}

export interface WorkersOptions {
  /** How many pieces of work of each lane this process does at a time; a lane that is absent is not served here. */
  readonly lanes: Partial<Record<Lane, number>>;
  readonly run: (attempt: Attempt) => Promise<void>;
  /** Told of what came in a job and was not begun when the workers were closed. */
  readonly giveBack: (attempts: readonly Attempt[]) => Promise<void>;
  readonly onFailure: (failure: FailureError) => void;
  /** A worker that does not say for so long that it is alive has died, and its jobs go to another. */
  readonly leaseMs?: number;
}

export interface Workers {
  /** Begins nothing more, waits for what is in hand and gives back the rest. */
  close(): Promise<void>;
}

/** Renewed at half its time. A job that keeps the processor busy for longer without a pause would run twice, which finishing once makes harmless. */
export const leaseMsDefault = 30_000;
