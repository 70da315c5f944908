/*
 * Work  one row of work to do, owned by PostgreSQL. A queue job carries only ids and attempts, of one or some pieces of work.
 *
 *   ready ──relay──▶ queued ──worker──▶ done
 *     ▲                │ └─ failed for now: ready again at `notBefore`, attempts + 1
 *     └── operator ────┴─── failed for good: parked
 *
 * Lanes are the queues; a fairness key (partner or channel) bounds how much of a lane one partner may fill;
 * work with one order key runs one at a time, in the order it arrived. Parked work, and work that waits to be tried again, keeps its
 * turn: what came after it waits, until an operator releases or cancels it.
 */
export const LANES = ['inbound', 'business', 'outbound'] as const;
export type Lane = (typeof LANES)[number];

export const WORK_KINDS = ['split', 'close', 'process', 'compose', 'deliver', 'reconcile', 'expire'] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

export type WorkState = 'ready' | 'queued' | 'done' | 'parked';

/** Which queue does which work. */
export const LANE_OF: Record<WorkKind, Lane> = {
  split: 'inbound',
  close: 'inbound',
  reconcile: 'inbound',
  process: 'business',
  expire: 'business',
  compose: 'outbound',
  deliver: 'outbound',
};

export interface Work {
  readonly id: string;
  readonly kind: WorkKind;
  /** The row the work is about: a RawFile, an Interchange, a Document, a Delivery… by kind. */
  readonly subjectId: string;
  readonly lane: Lane;
  readonly fairnessKey: string;
  readonly orderKey: string | null;
  /** How often it was handed to the queue. */
  readonly attempts: number;
  /** How often it failed since it was written or last released: decides the pause before the next try, and when to park. */
  readonly failures: number;
  /** How far an interruptible piece of work has come; moved by compare-and-set. */
  readonly cursor: unknown;
}

/** Work to be written with the state it follows from. */
export interface NewWork {
  readonly kind: WorkKind;
  readonly subjectId: string;
  readonly fairnessKey: string;
  readonly orderKey?: string | null;
  /** Not before this instant; absent means now. */
  readonly notBefore?: Date;
}

/** One try at one piece of work: what a job carries. */
export type Attempt = Pick<Work, 'id' | 'attempts'>;
