import { type Problem, problemAsJson } from '../core/problem.ts';
import type { Standards } from '../library/standards.ts';
import { problemCountMax } from '../parsers/problem-list.ts';
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
        await output.text(`${comma}${json(transactionAsJson(event, standards))}`);
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

function transactionAsJson({ transaction, root, problems, verdict }: JudgedTransaction, standards: Standards): object {
  const { syntax, version, message, association, controlNumber, byteOffset, byteLength } = transaction;
  const { segments, rest } = shownSegments(transaction, root, problems, standards);
  const reading = { syntax, version, codeNames: standards.codeNames };
  return {
    message,
    name: standards.table(syntax, version, message)?.name ?? null,
    version,
    association,
    controlNumber,
    byteOffset,
    byteLength,
    verdict,
    segments: segments.map(({ segment, definition, depth, opens, placed, before, problems: own }) => ({
      number: segment.number,
      tag: segment.tag,
      name: definition?.name ?? null,
      byteOffset: segment.byteOffset,
      depth,
      placed,
      opens: opens.map(({ id, ordinal, about, level }) => ({ loop: id, ordinal, about, level })),
      elements: [...elementsOf(segment, definition, reading)],
      problems: [...before, ...own].map(problemAsJson),
    })),
    problems: rest.map(problemAsJson),
  };
}
