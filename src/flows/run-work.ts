import type { Clock } from '../core/clock.ts';
import { FailureError, failureOf, nextStepAfter } from '../core/failure.ts';
import type { Work, WorkKind } from '../core/work.ts';
import type { Database } from '../store/database.ts';
import { worksInHand } from '../store/work/find-work.ts';
import { parkWork, retryLater } from '../store/work/retry-later.ts';
import { openConvoy } from './convoy.ts';

/*
 * From a job to a handler, and from a failure to what follows. Handlers are given a piece of work; the transaction of their last effect
 * calls `finishWork` and writes nothing when that says no. They throw FailureErrors and never retry by themselves.
 */
export type WorkHandler = (work: Work) => Promise<void>;
export type WorkHandlers = Readonly<Record<WorkKind, WorkHandler>>;

export interface RunWorkParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly handlers: WorkHandlers;
  /** Told of every failure, with what was decided. */
  readonly onFailure?: (work: Work, failure: FailureError, next: 'retry' | 'park') => void;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The pause after the first, second… failure; the last one from then on. A partner's restart takes seconds, its bad night hours. */
export const retryPausesMs = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs, hourMs] as const;
/** Then a person must look: about three days, a long weekend. */
export const failuresMax = 75;

type Job = Pick<Work, 'id' | 'attempts'>;

/** What runs a job. Throws only when what became of it could not be written: the job is then lost, which the relay finds out. */
export function runWork({ database, clock, handlers, onFailure }: RunWorkParts): (job: Job) => Promise<void> {
  // Jobs ask for their rows together: a look before and one after each were 8 of an order's 60 statements.
  const looks = openConvoy((jobs: readonly Job[]) => worksInHand(database, jobs), { membersMax: 64 });
  return async ({ id, attempts }) => {
    const work = await looks.join('all', { id, attempts });
    if (work === undefined) return; // done before, or taken over: a job may come twice
    try {
      await handlers[work.kind](work);
      if ((await looks.join('all', { id, attempts })) === undefined) return;
      throw new FailureError('bug', `the handler of ${work.kind} ended without finishing its work`);
    } catch (thrown) {
      const failure = failureOf(thrown);
      const failureCount = work.failures + 1;
      const next = failureCount >= failuresMax ? 'park' : nextStepAfter(failure.kind);
      await database.inTransaction((tx) =>
        next === 'park'
          ? parkWork(tx, id, attempts, failure)
          : retryLater(tx, id, attempts, nextTry(clock.now(), failureCount, failure), failure),
      );
      onFailure?.(work, failure, next);
    }
  };
}

/** After its pause, or by when the failure wants it; the shortest pause is kept in any case. */
function nextTry(now: Date, failureCount: number, { tryAgainBy }: FailureError): Date {
  const pause = now.getTime() + pauseMs(failureCount);
  if (tryAgainBy === null) return new Date(pause);
  return new Date(Math.min(pause, Math.max(tryAgainBy.getTime(), now.getTime() + retryPausesMs[0])));
}

const pauseMs = (failureCount: number): number => retryPausesMs[failureCount - 1] ?? hourMs;
