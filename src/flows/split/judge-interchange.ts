import type { Verdict } from '../../core/problem.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Tx } from '../../store/database.ts';
import { claimControlNumbers, releaseControlNumbers } from '../../store/envelope/claims.ts';
import type { AcknowledgmentRow } from '../../store/rows/documents.ts';
import type { ProblemRow } from '../../store/rows/envelope.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answersTo } from './answers.ts';
import {
  type ClaimingGroup,
  type ClaimingInterchange,
  groupClaim,
  interchangeClaim,
  usedProblem,
} from './control-numbers.ts';
import { type GroupTally, groupVerdicts, interchangeVerdict } from './verdicts.ts';
import { answeringAgreement } from './whose.ts';

export interface ClosingInterchange extends ClaimingInterchange {
  readonly company_id: string;
  readonly partner_id: string;
  readonly channel_id: string;
  readonly header: InterchangeHeader;
  /** The interchange itself is wrong: nothing of it is entered. */
  readonly broken: boolean;
  /** So it is, and the agreement takes it with errors. */
  readonly flawed: boolean;
  readonly holdsTa1: boolean;
}

/** What is known of a group when its interchange is closed. */
export interface ClosingGroup extends ClaimingGroup {
  readonly tally: Omit<GroupTally, 'id'>;
}

/** What became of an interchange: held for an operator, or judged with all its groups, in order, and the answers that are due. */
export type Judgment =
  | { readonly quarantine: string; readonly problems: readonly ProblemRow[] }
  | {
      readonly quarantine: null;
      readonly problems: readonly ProblemRow[];
      readonly verdict: Verdict;
      /** Refused for itself, not for what it holds. */
      readonly refused: boolean;
      readonly groups: readonly { readonly id: string; readonly verdict: Verdict }[];
      readonly answers: readonly AcknowledgmentRow[];
    };

/**
 * Judges an interchange that was read to its end. Its control numbers are claimed unless nothing of it would be entered: a first try that
 * failed must not block the next. What used numbers mean is the agreement's to say: held, or refused with TA1 025 and AK905 19.
 * `accepted`: an operator has said that its numbers are fine though they were used before.
 */
export async function judgeInterchange(
  { newId, clock }: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  interchange: ClosingInterchange,
  groups: readonly ClosingGroup[],
  accepted: boolean,
): Promise<Judgment> {
  const { company_id, partner_id, usage, syntax, header } = interchange;
  const agreement = answeringAgreement(known.between(company_id, partner_id), {
    company: company_id,
    partner: partner_id,
    usage,
    syntax,
    ours: { ...header.receiver, syntax: header.syntax },
    theirs: { ...header.sender, syntax: header.syntax },
  });
  const problems: ProblemRow[] = [];
  const byThemselves = groupVerdicts(
    groups.map(({ tally }) => tally),
    agreement?.acknowledgment.rejects ?? 'transaction',
  );
  const enters = !interchange.broken && interchangeVerdict(false, byThemselves) !== 'rejected';
  let rejected = interchange.broken;
  let usedGroups: ReadonlyMap<string, string> = new Map();
  if (enters) {
    const earlier = accepted ? undefined : await claimInterchange(tx, interchange);
    if (earlier !== undefined) {
      problems.push(usedProblem(interchange, null, earlier));
      if (agreement?.duplicates.controlNumber !== 'reject') return { quarantine: 'control-number-used', problems };
      rejected = true;
    } else if (agreement?.duplicates.groupControlNumber === 'reject') {
      const entering = groups.filter((_, index) => byThemselves[index] !== 'rejected');
      const used = await claimGroups(tx, interchange, entering);
      if (!accepted) usedGroups = used;
    }
  }
  const judged = groups.map((group, index) => {
    const earlier = usedGroups.get(group.id);
    if (earlier !== undefined) problems.push(usedProblem(interchange, group, earlier));
    const verdict = rejected || earlier !== undefined ? 'rejected' : (byThemselves[index] ?? 'rejected');
    const { counted, acknowledging } = group.tally;
    return {
      id: group.id,
      functionalId: group.functional_id,
      controlNumber: group.control_number,
      verdict,
      counted,
      acknowledging,
    };
  });
  const verdict = interchangeVerdict(
    rejected,
    judged.map((group) => group.verdict),
    interchange.flawed,
  );
  // By its groups' numbers alone nothing is left of it: its own is free again.
  if (enters && !rejected && verdict === 'rejected') await releaseControlNumbers(tx, [interchangeClaim(interchange)]);
  const answers = answersTo(
    {
      id: interchange.id,
      company: company_id,
      partner: partner_id,
      usage,
      channelId: interchange.channel_id,
      header,
      broken: rejected,
      holdsTa1: interchange.holdsTa1,
      groups: judged,
    },
    agreement,
    newId,
    clock.now(),
  );
  return { quarantine: null, problems, verdict, refused: rejected, groups: judged, answers };
}

/** The interchange that used the number before, if any. */
async function claimInterchange(tx: Tx, interchange: ClosingInterchange): Promise<string | undefined> {
  const [earlier] = (await claimControlNumbers(tx, [interchangeClaim(interchange)])).values();
  return earlier;
}

/** By group: the interchange that used its number before. */
async function claimGroups(
  tx: Tx,
  interchange: ClosingInterchange,
  groups: readonly ClosingGroup[],
): Promise<ReadonlyMap<string, string>> {
  const groupOf = new Map(
    groups.flatMap((group) => {
      const claim = groupClaim(interchange, group);
      return claim === undefined ? [] : [[claim, group.id] as const];
    }),
  );
  const used = await claimControlNumbers(tx, [...groupOf.keys()]);
  return new Map([...used].map(([claim, earlier]) => [groupOf.get(claim) ?? '', earlier]));
}
