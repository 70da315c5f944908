import type { ContrlPart } from '../../parsers/edifact/acknowledge.ts';
import { bareVerdict, contrlSyntaxOf, messageGroupVerdict, messageVerdict } from '../../parsers/edifact/verdicts.ts';
import type { Agreement } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import {
  type AnsweredInterchange,
  type AnsweredMessageGroup,
  type AnsweredTransaction,
  answeredGroups,
  answeredTransactions,
} from '../../store/deliveries/acknowledgment.ts';
import { listedSetsMax } from './functional-answer.ts';
import { interchangeAnswer } from './interchange-answer.ts';
import { detailBudget, partBytesMin, writtenFromPages } from './verdict-feed.ts';

/** Messages with all their problems, which may be a thousand each; groups with theirs. */
const pageSize = 100;

/** The CONTRL that answers a stored interchange, however many messages it holds. */
export function contrlBytes(
  tx: Tx,
  interchangeId: string,
  interchange: AnsweredInterchange,
  { acknowledgment }: Pick<Agreement, 'acknowledgment'>,
  how: Pick<Parameters<typeof interchangeAnswer>[3], 'envelope' | 'controlNumber'>,
): AsyncIterable<Uint8Array> {
  const told = partsOf(tx, interchangeId, interchange, acknowledgment.acceptedSets);
  const nextPage = async (): Promise<readonly ContrlPart[]> => {
    for (;;) {
      const { done, value } = await told.next();
      if (done === true) return [];
      if (value.length > 0) return value;
    }
  };
  return writtenFromPages(nextPage, partBytesMin, (parts) =>
    // Which accepted messages are told has been decided where they were fetched.
    interchangeAnswer(interchange, parts, acknowledgment, { ...how, acceptedMessages: true }),
  );
}

/** A CONTRL's parts in wire order, by the page: what is told of a message is told, so the writer need not leave any out. */
async function* partsOf(
  tx: Tx,
  interchangeId: string,
  { header, problems }: AnsweredInterchange,
  acceptedToo: boolean,
): AsyncGenerator<readonly ContrlPart[]> {
  // One that is rejected for itself was not looked into, and one that is only received is not spoken of.
  const broken = problems.some(({ severity }) => severity === 'error');
  if (broken || header.acknowledgmentRequested === '2') return;
  const syntax = contrlSyntaxOf(header);
  const cut = detailBudget();
  for (let afterGroup = 0; ; ) {
    const groups = await answeredGroups(tx, interchangeId, afterGroup, pageSize);
    for (const group of groups) {
      afterGroup = group.ordinal;
      let pending = groupPart(group, syntax);
      const isWrong = pending !== null && pending.group.codes.length > 0;
      const bare = pending === null;
      const isTold = pending !== null && (group.verdict === 'rejected' || acceptedToo);
      if (pending !== null && isTold) yield [pending];
      if (isTold) pending = null;
      const accepted = acceptedToo && group.counted <= listedSetsMax;
      for (let after = 0; !isWrong; ) {
        const page = await answeredTransactions(tx, group.id, after, pageSize, accepted ? 'all' : 'rejected');
        const [last] = page.slice(-1);
        if (last === undefined) break;
        after = last.ordinal;
        const named = page.filter((one) => isBroken(group) || fellByItself(one));
        const parts = named.map(({ control_number: controlNumber, message, reference, problems: found, verdict }) => {
          const judged = messageVerdict({ message, controlNumber, reference }, found, verdict, syntax);
          return {
            kind: 'message' as const,
            message: cut(bare ? bareVerdict(judged, group.problems, syntax) : judged),
          };
        });
        yield pending === null ? parts : [pending, ...parts];
        pending = null;
      }
    }
    if (groups.length < pageSize) return;
  }
}

/** Bare messages beside groups: nothing above them could tell. */
const isBroken = ({ header, problems }: AnsweredMessageGroup): boolean =>
  header.controlNumber === null && problems.some(({ severity }) => severity === 'error');

/** What was only taken along by others is not named: what took it along is, one level up. */
const fellByItself = ({ verdict, problems }: AnsweredTransaction): boolean =>
  verdict !== 'rejected' || problems.length > 0;

/** The part of a group that has a UNG of its own; null of messages that stand in none. */
function groupPart(
  { header, claimed, counted, accepted, problems, verdict }: AnsweredMessageGroup,
  syntax: '3' | '4',
): Extract<ContrlPart, { kind: 'group' }> | null {
  if (header.controlNumber === null) return null;
  const tally = { claimed, counted, accepted };
  return { kind: 'group', group: messageGroupVerdict(header, tally, problems, verdict ?? 'rejected', syntax) };
}
