import type { Verdict } from '../../core/problem.ts';

/** What closing a group needs to know of it: small, so an interchange of 99,999 groups is closed in little memory. */
export interface GroupTally {
  readonly id: string;
  counted: number;
  accepted: number;
  /** Accepted ones that have problems of severity error. */
  withErrors: number;
  /** The group itself is wrong: its trailer, its counts, its number. */
  broken: boolean;
}

/** Rejection at the smallest unit: P only if some but not all sets were rejected (trap 36). */
export function groupVerdict({ counted, accepted, withErrors, broken }: GroupTally): Verdict {
  if (broken || (counted > 0 && accepted === 0)) return 'rejected';
  if (accepted < counted) return 'partially-accepted';
  return withErrors > 0 ? 'accepted-with-errors' : 'accepted';
}

/** An interchange is rejected as a whole only for itself; what its groups hold decides between the others. */
export function interchangeVerdict(broken: boolean, groups: readonly Verdict[]): Verdict {
  if (broken) return 'rejected';
  if (groups.every((verdict) => verdict === 'accepted')) return 'accepted';
  if (groups.length > 0 && groups.every((verdict) => verdict === 'rejected')) return 'rejected';
  return groups.some((verdict) => verdict === 'rejected' || verdict === 'partially-accepted')
    ? 'partially-accepted'
    : 'accepted-with-errors';
}
