import { type Problem, problemAsJson } from '../core/problem.ts';
import type { Standards } from '../library/standards.ts';
import { problemCountMax } from '../parsers/limits.ts';
import type { JudgedEvent } from './file-judge.ts';
import type { Output } from './file-output.ts';
import { shownSegments } from './show-transaction.ts';
import { elementsOf } from './show-values.ts';

const json = (value: unknown): string => JSON.stringify(value);
const listOf = (problems: readonly Problem[]): string => json(problems.map(problemAsJson));

type JudgedTransaction = Extract<JudgedEvent, { kind: 'transaction' }>;

/**
 * The file as one JSON object: interchanges, groups, transactions, and each segment with its name, its loops, its elements' names and
 * meanings, and its problems. Written while the file is read.
 */
export async function showAsJson(
  output: Output,
  path: string,
  events: Iterable<JudgedEvent>,
  standards: Standards,
): Promise<void> {
  const loose: Problem[] = [];
  let kept = loose;
  let ofGroup: readonly Problem[] = [];
  let comma = '';
  const open = async (head: object, children: string) => {
    await output.text(`${comma}${json(head).slice(0, -1)},"${children}":[`);
    comma = '';
  };
  const close = async (rest: object, problems: readonly Problem[]) => {
    await output.text(`],${json(rest).slice(1, -1)},"problems":${listOf(problems)}}`);
    comma = ',';
  };
  await output.text(`{"path":${json(path)},"interchanges":[`);
  for (const event of events) {
    switch (event.kind) {
      case 'interchange': {
        kept = [...event.problems];
        const { delimiters: _, ...header } = event.header;
        await open(header, 'groups');
        break;
      }
      case 'group':
        ofGroup = event.problems;
        await open(event.header, 'transactions');
        break;
      case 'transaction':
        await output.text(comma);
        await writeTransaction(output, event, standards);
        comma = ',';
        break;
      case 'group-end': {
        const { claimed, counted, verdict } = event;
        await close({ claimed, counted, verdict }, [...ofGroup, ...event.problems]);
        break;
      }
      case 'interchange-end': {
        const { claimed, counted, verdict } = event;
        await close({ claimed, counted, verdict }, [...kept, ...event.problems]);
        kept = loose;
        break;
      }
      case 'ta1':
      case 'stray':
        for (const problem of event.problems) if (kept.length < problemCountMax) kept.push(problem);
        break;
    }
  }
  await output.text(`],"problems":${listOf(loose)}}\n`);
}

/** Segment by segment: a transaction may hold a million, and their JSON a hundred times its bytes. */
async function writeTransaction(
  output: Output,
  { transaction, root, problems, verdict }: JudgedTransaction,
  standards: Standards,
): Promise<void> {
  const { syntax, version, message, association, controlNumber, byteOffset, byteLength } = transaction;
  const name = standards.table(syntax, version, message)?.name ?? null;
  const head = { message, name, version, association, controlNumber, byteOffset, byteLength, verdict };
  await output.text(`${json(head).slice(0, -1)},"segments":[`);
  const reading = { syntax, version, codeNames: standards.codeNames };
  const { segments, rest } = shownSegments(transaction, root, problems, standards);
  let comma = '';
  for (const { segment, definition, depth, opens, placed, before, problems: own } of segments) {
    const row = {
      number: segment.number,
      tag: segment.tag,
      name: definition?.name ?? null,
      byteOffset: segment.byteOffset,
      depth,
      placed,
      opens: opens.map(({ id, ordinal, about, level }) => ({ loop: id, ordinal, about, level })),
      elements: [...elementsOf(segment, definition, reading)],
      problems: [...before, ...own].map(problemAsJson),
    };
    await output.text(`${comma}${json(row)}`);
    comma = ',';
  }
  await output.text(`],"problems":${listOf(rest)}}`);
}
