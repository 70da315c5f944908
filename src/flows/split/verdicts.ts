import type { Verdict } from '../../core/problem.ts';
import { verdictOfTally } from '../../parsers/x12/verdicts.ts';

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

/** A group that is wrong itself is rejected whole; else its transactions decide. */
export const groupVerdict = (tally: Omit<GroupTally, 'id'>): Verdict =>
  tally.broken ? 'rejected' : verdictOfTally(tally);

/** An interchange is rejected as a whole only for itself; what its groups hold decides between the others. */
export function interchangeVerdict(broken: boolean, groups: readonly Verdict[]): Verdict {
  if (broken) return 'rejected';
  if (groups.every((verdict) => verdict === 'accepted')) return 'accepted';
  if (groups.every((verdict) => verdict === 'rejected')) return 'rejected';
  return groups.some((verdict) => verdict === 'rejected' || verdict === 'partially-accepted')
    ? 'partially-accepted'
    : 'accepted-with-errors';
}
