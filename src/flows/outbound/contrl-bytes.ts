import { type ContrlPart, unnamedPart } from '../../parsers/edifact/acknowledge.ts';
import { contrlSyntaxOf, messageGroupVerdict, messageVerdict } from '../../parsers/edifact/verdicts.ts';
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
export async function* contrlBytes(
  tx: Tx,
  interchangeId: string,
  interchange: AnsweredInterchange,
  { acknowledgment }: Pick<Agreement, 'acknowledgment'>,
  how: Pick<Parameters<typeof interchangeAnswer>[3], 'envelope' | 'controlNumber'>,
): AsyncGenerator<Uint8Array> {
  const parts = () => partsOf(tx, interchangeId, interchange, acknowledgment.acceptedSets);
  const asWhole =
    interchange.verdict === 'rejected' && (await holdsUnnamed(parts(), contrlSyntaxOf(interchange.header)));
  const told = parts();
  const nextPage = async (): Promise<readonly ContrlPart[]> => {
    for (;;) {
      const { done, value } = await told.next();
      if (done === true) return [];
      if (value.length > 0) return value;
    }
  };
  yield* writtenFromPages(asWhole ? async () => [] : nextPage, partBytesMin, (each) =>
    // Which accepted messages are told has been decided where they were fetched.
    interchangeAnswer(interchange, each, acknowledgment, { ...how, acceptedMessages: true, asWhole }),
  );
}

async function holdsUnnamed(told: AsyncIterable<readonly ContrlPart[]>, syntax: '3' | '4'): Promise<boolean> {
  for await (const page of told) if (unnamedPart(page, syntax, true) !== null) return true;
  return false;
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
  // A CONTRL tells of messages outside of groups before it tells of groups (SG1, SG3).
  for (const numbered of [false, true]) {
    for (let after = 0; ; ) {
      const groups = await answeredGroups(tx, interchangeId, numbered, after, pageSize);
      for (const group of groups) yield* partsOfGroup(tx, group, acceptedToo, syntax, cut);
      after = groups.at(-1)?.ordinal ?? after;
      if (groups.length < pageSize) break;
    }
  }
}

async function* partsOfGroup(
  tx: Tx,
  group: AnsweredMessageGroup,
  acceptedToo: boolean,
  syntax: '3' | '4',
  cut: ReturnType<typeof detailBudget>,
): AsyncGenerator<readonly ContrlPart[]> {
  const own = groupPart(group, syntax);
  const isTold = own !== null && (group.verdict === 'rejected' || acceptedToo);
  if (own !== null && isTold) yield [own];
  // A group that is wrong itself is rejected with all below it.
  if (own !== null && own.group.codes.length > 0) return;
  let pending = isTold ? null : own;
  const told = acceptedToo && group.counted <= listedSetsMax ? 'all' : 'rejected';
  for (let after = 0; ; ) {
    const page = await answeredTransactions(tx, group.id, after, pageSize, told);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.ordinal;
    const named = page.filter(fellByItself);
    const parts = named.map(({ control_number: controlNumber, message, reference, problems, verdict }) => {
      const judged = messageVerdict({ message, controlNumber, reference }, problems, verdict, syntax);
      return { kind: 'message' as const, message: cut(judged) };
    });
    yield pending === null || parts.length === 0 ? parts : [pending, ...parts];
    if (parts.length > 0) pending = null;
  }
}

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
