import { forgetAnswers } from '../store/idempotency.ts';
import type { FlowContext } from './context.ts';

/**
 * 30 days: a back office that was down over the longest holidays repeats what it did not hear of. Later the same key is a new request,
 * which the order's own state then refuses or not.
 */
export const answerKeptMs = 30 * 24 * 60 * 60_000;
/** Dropped in one statement; the next sweep takes the rest. */
const forgottenMax = 10_000;

/** Answers kept for repeated requests are dropped when their time is over. */
export const forgetOldAnswers = ({ database, clock }: FlowContext): Promise<number> =>
  forgetAnswers(database, new Date(clock.now().getTime() - answerKeptMs), forgottenMax);
