import type { Lane, Work, WorkKind } from '../../core/work.ts';

/** Announced after every commit that may have given the relay something to do. */
export const workChannel = 'tallyport_work';

export interface WorkRow {
  readonly id: string;
  readonly kind: WorkKind;
  readonly subject_id: string;
  readonly lane: Lane;
  readonly fairness_key: string;
  readonly order_key: string | null;
  readonly attempts: number;
  readonly failures: number;
  readonly cursor: unknown;
}

export const workColumns = 'id, kind, subject_id, lane, fairness_key, order_key, attempts, failures, cursor';

export const workOf = (row: WorkRow): Work => ({
  id: row.id,
  kind: row.kind,
  subjectId: row.subject_id,
  lane: row.lane,
  fairnessKey: row.fairness_key,
  orderKey: row.order_key,
  attempts: row.attempts,
  failures: row.failures,
  cursor: row.cursor,
});
