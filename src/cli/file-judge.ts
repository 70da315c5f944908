import type { Policy, Problem, Verdict } from '../core/problem.ts';
import { type GroupTally, groupVerdict, interchangeVerdict, newTally } from '../flows/split/verdicts.ts';
import type { Standards } from '../library/standards.ts';
import { isAcknowledging } from '../parsers/index.ts';
import type { Restrictions } from '../parsers/restrictions.ts';
import type {
  GroupHeader,
  InterchangeHeader,
  PlacedLoop,
  ReadEvent,
  Transaction,
  UnlistedCount,
} from '../parsers/transaction.ts';
import { validate, validateUnknown } from '../parsers/validate.ts';
import { isRejecting, isTolerated, weighTrailers } from '../parsers/weigh-trailers.ts';
import type { RejectedUnit, ValidationSettings } from '../partners/configuration.ts';
import { validationDefaults } from '../partners/defaults.ts';

type EventOf<Kind extends ReadEvent['kind']> = Extract<ReadEvent, { kind: Kind }>;

export interface TransactionJudgment {
  readonly problems: readonly Problem[];
  readonly verdict: Verdict;
  /** The tree, where tables for the message are held. */
  readonly root: PlacedLoop | null;
  /** How many more problems there are than a list holds; absent when none. */
  readonly unlisted?: UnlistedCount;
}

/** What was read, with what becomes of it: problems and verdicts as a gateway would give them. */
export type JudgedEvent =
  | (EventOf<'interchange'> & { readonly agreed: boolean })
  | EventOf<'ta1'>
  | EventOf<'group'>
  | (EventOf<'transaction'> & TransactionJudgment)
  | (EventOf<'group-end'> & { readonly verdict: Verdict; readonly tally: GroupTally })
  | (EventOf<'interchange-end'> & { readonly verdict: Verdict; readonly broken: boolean })
  | EventOf<'stray'>;

/** Who judges: without an agreement the defaults do, with one its policies, its guide and its map. */
export interface Judge {
  /** What falls with one bad transaction. */
  readonly rejects?: RejectedUnit;
  /** What trailers have wrong weighs so much; `reject` when absent. */
  readonly envelope?: Policy;
  /** What is wrong with the envelope beyond what any reader sees: who it is from and for. */
  interchange(header: InterchangeHeader): readonly Problem[];
  transaction(
    transaction: Transaction,
    header: InterchangeHeader,
    group: GroupHeader,
    acknowledges: boolean,
  ): TransactionJudgment;
}

/** Judges by the standard alone, with the policies every agreement begins with. */
export function standardJudge(
  standards: Standards,
  restrictions?: Restrictions,
  policies: ValidationSettings = validationDefaults,
): Judge {
  return {
    interchange: () => [],
    transaction(transaction) {
      const { syntax, version, message } = transaction;
      const table = standards.table(syntax, version, message);
      if (table === undefined) {
        const known = standards.version(syntax, version) !== undefined;
        return { ...validateUnknown(transaction, known), root: null };
      }
      return validate(transaction, table, {
        policies,
        implied: standards.implied(message),
        balances: standards.balances(message),
        ...(restrictions === undefined ? {} : { restrictions }),
      });
    },
  };
}

/**
 * Gives each event its problems and verdict. A group's and an interchange's are known at their ends: nothing is held but their tallies.
 * The same judgments as the gateway's, but for what only its database knows (control numbers used before).
 */
export function* judgedEvents(events: Iterable<ReadEvent>, judge: Judge): Generator<JudgedEvent> {
  let header: InterchangeHeader | null = null;
  let group: GroupHeader | null = null;
  let tally: GroupTally = newTally('');
  let groups: Verdict[] = [];
  let broken = false;
  let flawed = false;
  for (const event of events) {
    switch (event.kind) {
      case 'interchange': {
        header = event.header;
        const strangers = judge.interchange(event.header);
        const problems = [...event.problems, ...strangers];
        broken = problems.some(isRejecting);
        groups = [];
        flawed = false;
        yield { ...event, problems, agreed: strangers.length === 0 };
        break;
      }
      case 'group':
        group = event.header;
        tally = { ...newTally(''), broken: event.problems.some(isRejecting) };
        yield event;
        break;
      case 'transaction': {
        if (header === null || group === null) throw new Error('a transaction was read outside an interchange');
        const acknowledges = isAcknowledging(group.functionalId, event.transaction.message);
        const judgment = judge.transaction(event.transaction, header, group, acknowledges);
        tally.counted += 1;
        if (acknowledges) tally.acknowledging += 1;
        if (judgment.verdict !== 'rejected') tally.accepted += 1;
        if (judgment.verdict === 'accepted-with-errors') tally.withErrors += 1;
        yield { ...event, ...judgment };
        break;
      }
      case 'group-end': {
        const problems = weighTrailers(event.problems, judge.envelope ?? 'reject');
        tally.broken ||= problems.some(isRejecting);
        tally.flawed ||= problems.some(isTolerated);
        const verdict = groupVerdict(tally, judge.rejects);
        groups.push(verdict);
        yield { ...event, problems, verdict, tally };
        break;
      }
      case 'interchange-end': {
        const problems = weighTrailers(event.problems, judge.envelope ?? 'reject');
        broken ||= problems.some(isRejecting);
        flawed ||= problems.some(isTolerated);
        const falls = broken || (judge.rejects === 'interchange' && groups.includes('rejected'));
        yield { ...event, problems, broken, verdict: interchangeVerdict(falls, groups, flawed) };
        header = null;
        break;
      }
      case 'ta1':
      case 'stray':
        if (header !== null) {
          broken ||= event.problems.some(isRejecting);
          flawed ||= event.problems.some(isTolerated);
        }
        yield event;
        break;
    }
  }
}
