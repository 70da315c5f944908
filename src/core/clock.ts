/** The only source of time below the composition root; tests hand in their own. */
export interface Clock {
  /** Now, as an instant. */
  now(): Date;
}

/** The real clock: only `main.ts` names it. */
export const systemClock: Clock = { now: () => new Date() };
