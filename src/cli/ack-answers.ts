import type { Problem, Verdict } from '../core/problem.ts';
import { envelopeOf } from '../flows/outbound/envelope.ts';
import { functionalAnswer, listedSetsMax } from '../flows/outbound/functional-answer.ts';
import { answersTo } from '../flows/split/answers.ts';
import type { GroupTally } from '../flows/split/verdicts.ts';
import type { Standards } from '../library/standards.ts';
import type { TransactionVerdict } from '../parsers/acknowledgment.ts';
import { isAcknowledgment } from '../parsers/index.ts';
import type { GroupHeader, InterchangeHeader } from '../parsers/transaction.ts';
import { writeTa1 } from '../parsers/x12/acknowledge.ts';
import { interchangeVerdict } from '../parsers/x12/verdicts.ts';
import type { Agreement } from '../partners/configuration.ts';
import type { TakeNumber } from './ack-terms.ts';
import type { Stretch, VerdictSpool } from './ack-verdicts.ts';

/** One interchange, read and judged to its end. */
export interface AnsweredInterchange {
  readonly header: InterchangeHeader;
  /** Whether sender and receiver are who they should be. */
  readonly agreed: boolean;
  /** The interchange itself is wrong: its groups are then not answered one by one. */
  readonly broken: boolean;
  readonly problems: readonly Problem[];
  readonly groups: readonly GroupToAnswer[];
}

export interface GroupToAnswer {
  readonly header: GroupHeader;
  readonly problems: readonly Problem[];
  /** Its transactions' verdicts, in the spool. */
  readonly stretch: Stretch;
  readonly claimed: number | null;
  readonly tally: GroupTally;
  readonly verdict: Verdict;
}

/** What an agreement says about answering. */
export type AnsweringTerms = Pick<Agreement, 'syntax' | 'ours' | 'theirs' | 'usage' | 'envelope' | 'acknowledgment'>;

/** Under which terms, when, and where the company's clocks stand; or why there is no answer. */
export type Replying = { readonly zone: string; readonly at: Date } & (
  | { readonly agreement: AnsweringTerms; readonly silence: null }
  | { readonly agreement: null; readonly silence: string }
);

export interface Answers {
  /** Each an interchange of its own, in the order in which they leave. */
  readonly answers: readonly Iterable<Uint8Array>[];
  /** Why there is none. */
  readonly silence: string | null;
}

/** The TA1 and 997s owed for an interchange, by the same rules and the same writers as the gateway's. */
export function answersOf(
  standards: Standards,
  interchange: AnsweredInterchange,
  spool: VerdictSpool,
  { agreement, zone, at, silence }: Replying,
  take: TakeNumber,
): Answers {
  if (agreement === null) return { answers: [], silence };
  const { header, groups, broken, problems } = interchange;
  const rows = answersTo(
    {
      id: '',
      company: '',
      partner: '',
      usage: header.usage,
      channelId: '',
      header,
      broken,
      groups: groups.map((group, index) => ({
        id: String(index),
        functionalId: group.header.functionalId,
        verdict: group.verdict,
      })),
    },
    agreement,
    () => '',
    at,
  );
  const answers = rows.map(({ kind, group_id }) => {
    const alone = kind === 'TA1';
    const interchangeNumber = take('interchange');
    const numbers = {
      interchange: interchangeNumber,
      group: alone ? '' : take('group'),
      transaction: alone ? '' : take('transaction'),
    };
    const envelopeFor = (version: string) =>
      envelopeOf(agreement, numbers, at, zone, { functionalId: alone ? null : 'FA', version, asks: false });
    const group = group_id === null ? undefined : groups[Number(group_id)];
    return group === undefined
      ? writeTa1(envelopeFor(''), interchangeVerdict(header, problems))
      : functionalAnswer(standards, answeredGroup(group), verdictsOf(group, spool), {
          envelopeFor,
          controlNumber: numbers.transaction,
          acceptedSets: agreement.acknowledgment.acceptedSets && group.tally.counted <= listedSetsMax,
        });
  });
  return { answers, silence: answers.length > 0 ? null : nothingOwed(interchange) };
}

/** A group that is rejected whole has accepted nothing. */
const answeredGroup = ({ header, claimed, tally, verdict, problems }: GroupToAnswer) => ({
  header,
  claimed,
  counted: tally.counted,
  accepted: verdict === 'rejected' ? 0 : tally.accepted,
  with_errors: tally.withErrors,
  problems,
});

function* verdictsOf({ verdict, stretch }: GroupToAnswer, spool: VerdictSpool): Generator<TransactionVerdict> {
  for (const one of spool.read(stretch)) yield verdict === 'rejected' ? { ...one, verdict } : one;
}

function nothingOwed({ groups, broken }: AnsweredInterchange): string {
  if (broken) return 'it is rejected whole, which only a TA1 could tell, and ISA14 or the agreement asks for none';
  if (groups.length === 0) return 'it holds nothing that is acknowledged';
  const all = groups.every(({ header }) => isAcknowledgment(header.functionalId));
  return all ? 'acknowledgments are never acknowledged' : 'the agreement wants no acknowledgments';
}
