import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { type FailureError, failureOf } from '../core/failure.ts';
import { LANES, type Lane } from '../core/work.ts';
import type { Job, Queue } from '../queues/queue.ts';
import type { Database } from '../store/database.ts';
import { type ClaimedWork, claimWork } from '../store/work/claim-work.ts';
import { longQueued, requeueLost, returnWork } from '../store/work/requeue-lost.ts';
import { workChannel } from '../store/work/work-row.ts';

/*
 * The only way work enters the queue: claim ready rows, put their jobs in, some rows to a job. Any number of relays may run, on any machines.
 *
 *   woken by an announcement, or pollMs passed ──▶ claim ──▶ enqueue ──▶ again while a lane was full
 *                                                              └ refused: the claims are given back
 *   every lostCheckMs: rows queued for lostAfterMs whose job the queue does not have are made ready again
 */
export interface RelayParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly onFailure: (failure: FailureError) => void;
  readonly settings?: Partial<RelaySettings>;
}

export interface RelaySettings {
  readonly lanes: readonly Lane[];
  /** Enough that one busy partner keeps the workers busy between two passes; small enough that it is never far ahead of another. */
  readonly inFlightMaxPerKey: number;
  /** Rows of a lane claimed in one transaction. */
  readonly batchMax: number;
  /**
   * Pieces of work in one job. More than a few would be one machine's while another has nothing to do; on two cores jobs of one gave
   * 77 orders a second, of 8 90, of 16 no more.
   */
  readonly jobMax: number;
  /** Between two passes, so that a busy gateway claims work by the handful: 10 ms are 4 pieces at 100 orders a second. */
  readonly restMs: number;
  /** Announcements can be lost with a process, and retries fall due without one. */
  readonly pollMs: number;
  readonly lostCheckMs: number;
  /** Longer than a claim takes from its commit into the queue. */
  readonly lostAfterMs: number;
  /** Jobs of one piece of work lost in a row: it kills its workers. */
  readonly lostMax: number;
}

export interface Relay {
  /** Finishes the pass in hand and stops. */
  close(): Promise<void>;
}

const defaults: RelaySettings = {
  lanes: LANES,
  inFlightMaxPerKey: 32,
  batchMax: 200,
  jobMax: 8,
  restMs: 10,
  pollMs: 1_000,
  lostCheckMs: 15_000,
  lostAfterMs: 10_000,
  lostMax: 5,
};
/** Far more than can be in flight with a hundred busy partners; the longest queued are asked about first. */
const questionsMax = 10_000;

/** Starts moving work into the queue. Throws FailureError `config-invalid` when the database does not deliver notices. */
export async function startRelay(parts: RelayParts): Promise<Relay> {
  const settings = { ...defaults, ...parts.settings };
  const alarm = makeAlarm();
  const listening = await parts.database.listen(workChannel, alarm.ring);
  let closing = false;
  let nextLostCheck = performance.now() + settings.lostCheckMs;

  const pass = async (): Promise<boolean> => {
    if (performance.now() >= nextLostCheck) {
      nextLostCheck = performance.now() + settings.lostCheckMs;
      await findLost(parts, settings);
    }
    return moveReady(parts, settings);
  };

  const loop = async (): Promise<void> => {
    while (!closing) {
      try {
        const began = performance.now();
        if (await pass()) continue;
        // On a busy machine a pass takes longer, and then more is claimed at a time: never more than a third of the time goes into claiming.
        await sleep(Math.max(settings.restMs, 2 * (performance.now() - began)));
        await alarm.wait(settings.pollMs);
      } catch (error) {
        parts.onFailure(failureOf(error));
        alarm.reset(); // the trouble will not be over sooner for being asked in a hurry
        await alarm.wait(settings.pollMs);
      }
    }
  };

  const running = loop();
  return {
    async close() {
      closing = true;
      alarm.ring();
      await running;
      await listening.close();
    },
  };
}

/** One pass; true when a lane was full and there may be more. */
async function moveReady({ database, queue, clock }: RelayParts, settings: RelaySettings): Promise<boolean> {
  const { lanes, inFlightMaxPerKey, batchMax, jobMax } = settings;
  const claimed = await claimWork(database, lanes, { inFlightMaxPerKey, limit: batchMax, jobMax, now: clock.now() });
  if (claimed.length === 0) return false;
  try {
    await queue.enqueue(jobsOf(claimed));
  } catch (error) {
    await database.inTransaction((tx) => returnWork(tx, claimed));
    throw error;
  }
  return lanes.some((lane) => countOf(claimed, lane) >= batchMax);
}

/** What was claimed, by the jobs it was claimed for. */
function jobsOf(claimed: readonly ClaimedWork[]): readonly Job[] {
  const jobs = new Map<string, Job & { readonly attempts: ClaimedWork[] }>();
  for (const work of claimed) {
    const known = jobs.get(work.job);
    if (known === undefined) jobs.set(work.job, { name: work.job, lane: work.lane, attempts: [work] });
    else known.attempts.push(work);
  }
  return [...jobs.values()];
}

const countOf = (work: readonly ClaimedWork[], lane: Lane): number => work.filter((one) => one.lane === lane).length;

/** Makes ready again what the queue has forgotten. */
async function findLost({ database, queue }: RelayParts, { lostAfterMs, lostMax }: RelaySettings): Promise<void> {
  const queued = await longQueued(database, lostAfterMs, questionsMax);
  const carriers = new Map(queued.map(({ job, lane }) => [job, { name: job, lane }]));
  const gone = await queue.lostAmong([...carriers.values()]);
  const lost = queued.filter(({ job }) => gone.has(job));
  if (lost.length > 0) await database.inTransaction((tx) => requeueLost(tx, lost, lostMax));
}

/** A wait that ends early when it rings; a ring while nobody waits is kept for the next wait. */
function makeAlarm() {
  let rung = false;
  let wakeUp: (() => void) | undefined;
  return {
    ring(): void {
      rung = true;
      wakeUp?.();
    },
    reset(): void {
      rung = false;
    },
    async wait(ms: number): Promise<void> {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      wakeUp = undefined;
    },
  };
}
