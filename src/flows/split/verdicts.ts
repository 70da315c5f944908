import type { Verdict } from '../../core/problem.ts';
import { verdictOfTally } from '../../parsers/x12/verdicts.ts';
import type { RejectedUnit } from '../../partners/configuration.ts';

/** What closing a group needs to know of it: small, so an interchange of 99,999 groups is closed in little memory. */
export interface GroupTally {
  readonly id: string;
  counted: number;
  accepted: number;
  /** Accepted ones that have problems of severity error. */
  withErrors: number;
  /** Acknowledgments among them: a group of nothing else is never answered. */
  acknowledging: number;
  /** The group itself is wrong: its trailer, its counts, its number. */
  broken: boolean;
  /** So it is, and the agreement takes it with errors. */
  flawed: boolean;
}

export const newTally = (id: string): GroupTally => ({
  id,
  counted: 0,
  accepted: 0,
  withErrors: 0,
  acknowledging: 0,
  broken: false,
  flawed: false,
});

type Judged = Omit<GroupTally, 'id' | 'acknowledging'>;

/** A group that is wrong itself is rejected whole; else its transactions decide. One bad transaction may take its group along, by agreement. */
export const groupVerdict = (tally: Judged, rejects: RejectedUnit = 'transaction'): Verdict =>
  tally.broken || (rejects !== 'transaction' && tally.accepted < tally.counted)
    ? 'rejected'
    : withFlaw(verdictOfTally(tally), tally.flawed);

const withFlaw = (verdict: Verdict, flawed: boolean): Verdict =>
  flawed && verdict === 'accepted' ? 'accepted-with-errors' : verdict;

/** The groups' verdicts by agreement: where all that came together falls together, one bad group takes the others along. */
export function groupVerdicts(tallies: readonly Judged[], rejects: RejectedUnit): readonly Verdict[] {
  const verdicts = tallies.map((tally) => groupVerdict(tally, rejects));
  const falls = rejects === 'interchange' && verdicts.includes('rejected');
  return falls ? verdicts.map(() => 'rejected') : verdicts;
}

/** An interchange is rejected as a whole only for itself; what its groups hold decides between the others. */
export function interchangeVerdict(broken: boolean, groups: readonly Verdict[], flawed = false): Verdict {
  if (broken) return 'rejected';
  if (groups.every((verdict) => verdict === 'accepted')) return withFlaw('accepted', flawed);
  if (groups.every((verdict) => verdict === 'rejected')) return 'rejected';
  return groups.some((verdict) => verdict === 'rejected' || verdict === 'partially-accepted')
    ? 'partially-accepted'
    : 'accepted-with-errors';
}
