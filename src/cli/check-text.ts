import type { Problem, Verdict } from '../core/problem.ts';
import type { InterchangeHeader } from '../parsers/transaction.ts';
import type { JudgedEvent } from './file-judge.ts';
import type { Output } from './file-output.ts';
import {
  ENVELOPE_TAGS,
  identityText,
  many,
  type Paint,
  painter,
  printable,
  problemLine,
  standardText,
  ta1Text,
  troubleText,
  verdictWord,
} from './file-words.ts';

/** Prints what was found in one file while it is read. */
export interface CheckPrinter {
  take(event: JudgedEvent): Promise<void>;
  /** `count` is of the whole file. */
  end(count: ProblemCount): Promise<void>;
}

export interface ProblemCount {
  errors: number;
  warnings: number;
}

/** Passes events on and counts their problems. */
export function* countingProblems(events: Iterable<JudgedEvent>, count: ProblemCount): Generator<JudgedEvent> {
  for (const event of events) {
    for (const { severity } of event.problems) {
      if (severity === 'error') count.errors += 1;
      else count.warnings += 1;
    }
    yield event;
  }
}

/** After so many lines about accepted transactions in a row, the rest of the run is one line: nobody reads 40,000 of them. */
const acceptedLinesMax = 10;

type JudgedTransaction = Extract<JudgedEvent, { kind: 'transaction' }>;

/** The file as a tree: interchanges, groups, transactions with their verdicts, and every problem in wire order. */
export function treePrinter(output: Output, file: string, colour: boolean): CheckPrinter {
  const paint = painter(colour);
  let tags = ENVELOPE_TAGS.x12;
  let run = { count: 0, last: '' };
  const totals = { interchanges: 0, transactions: 0 };
  const line = (depth: number, text: string) => output.line(`${'  '.repeat(depth)}${text}`);
  const problems = async (depth: number, list: readonly Problem[]) => {
    for (const problem of inByteOrder(list)) await line(depth, problemLine(paint, file, problem));
  };
  const endRun = async () => {
    const more = run.count - acceptedLinesMax;
    if (more > 0) await line(3, paint('dim', `… ${many(more, 'more transaction')} accepted, to ${run.last}`));
    run = { count: 0, last: '' };
  };
  const transaction = async (event: JudgedTransaction) => {
    totals.transactions += 1;
    const { controlNumber } = event.transaction;
    if (event.problems.length > 0) await endRun();
    else {
      run.count += 1;
      run.last = controlNumber;
      if (run.count > acceptedLinesMax) return;
    }
    await line(3, transactionLine(paint, tags.transaction, event));
    await problems(4, event.problems);
  };

  const begun = output.line(paint('bold', file));
  return {
    async take(event) {
      await begun;
      switch (event.kind) {
        case 'interchange':
          tags = ENVELOPE_TAGS[event.header.syntax];
          totals.interchanges += 1;
          await line(1, interchangeLine(tags.interchange, event.header));
          return problems(3, event.problems);
        case 'ta1':
          await line(2, printable(ta1Text(event.segment)));
          return problems(3, event.problems);
        case 'group': {
          const { controlNumber, functionalId, version } = event.header;
          const what = [controlNumber, functionalId, version].map((part) => printable(part ?? '')).join('  ');
          if (event.segment !== null) await line(2, `${tags.group} ${what.trimEnd()}`);
          return problems(3, event.problems);
        }
        case 'transaction':
          return transaction(event);
        case 'group-end':
          await endRun();
          await problems(3, event.problems);
          if (event.header.controlNumber === null) return;
          return line(2, groupEndLine(paint, tags.groupEnd, event));
        case 'interchange-end':
          await problems(3, event.problems);
          return line(1, endLine(paint, tags.interchangeEnd, event.header.controlNumber, event.verdict));
        case 'stray':
          return problems(1, event.problems);
      }
    },
    async end(count) {
      await begun;
      const what = `${many(totals.interchanges, 'interchange')}, ${many(totals.transactions, 'transaction')}`;
      const trouble = troubleText(count);
      const found =
        trouble === '' ? paint('green', 'no problems') : paint(count.errors > 0 ? 'red' : 'yellow', trouble);
      await output.line(`${what}: ${found}\n`);
    },
  };
}

const interchangeLine = (tag: string, header: InterchangeHeader): string =>
  [
    `${tag} ${printable(header.controlNumber)}`,
    printable(standardText(header)),
    printable(`${identityText(header.sender)} → ${identityText(header.receiver)}`),
    header.usage,
  ].join('  ');

function transactionLine(paint: Paint, tag: string, { transaction, verdict, problems }: JudgedTransaction): string {
  const { controlNumber, message, version, association, segments } = transaction;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const trouble = troubleText({ errors, warnings: problems.length - errors });
  const what = printable([message, association?.startsWith(version) ? association : version].join(' '));
  const found = `${verdictWord(paint, verdict)}${trouble === '' ? '' : `: ${trouble}`}`;
  return `${tag} ${printable(controlNumber)}  ${what}  ${many(segments.length, 'segment')}  ${found}`;
}

function groupEndLine(
  paint: Paint,
  tag: string,
  { header, tally, verdict }: Extract<JudgedEvent, { kind: 'group-end' }>,
): string {
  const accepted = verdict === 'rejected' ? 0 : tally.accepted;
  return `${endLine(paint, tag, header.controlNumber ?? '', verdict)}: ${accepted} of ${tally.counted} accepted`;
}

const endLine = (paint: Paint, tag: string, controlNumber: string, verdict: Verdict): string =>
  `${tag} ${printable(controlNumber)}  ${verdictWord(paint, verdict)}`;

/** A trailer tells its reference before its count, as a TA1 would; a reader of lines goes by the bytes. */
const inByteOrder = (problems: readonly Problem[]): readonly Problem[] =>
  problems.length < 2 || problems[0]?.at.segmentNumber !== null
    ? problems
    : problems.toSorted((a, b) => a.at.byteOffset - b.at.byteOffset);

/** One line a file, for whole folders: what became of it, and the first problem when it has any. */
export function summaryPrinter(output: Output, file: string, nameWidth: number, colour: boolean): CheckPrinter {
  const paint = painter(colour);
  const messages = new Map<string, number>();
  let first: Problem | null = null;
  return {
    async take(event) {
      if (event.kind === 'transaction') {
        const { message } = event.transaction;
        messages.set(message, (messages.get(message) ?? 0) + 1);
      }
      if (first?.severity !== 'error') {
        const { problems } = event;
        first = problems.find(({ severity }) => severity === 'error') ?? first ?? problems[0] ?? null;
      }
    },
    async end(count) {
      const mark =
        count.errors > 0 ? paint('red', '✗') : count.warnings > 0 ? paint('yellow', '!') : paint('green', '✓');
      const held = [...messages].map(([message, times]) => `${times} × ${printable(message)}`).join(', ');
      const place = `${mark} ${file.padEnd(nameWidth)}  ${(held === '' ? '–' : held).padEnd(10)}`;
      const trouble = troubleText(count);
      if (first === null || trouble === '') return output.line(place.trimEnd());
      const shown = paint(count.errors > 0 ? 'red' : 'yellow', trouble);
      await output.line(`${place}  ${shown}  ${problemLine(paint, null, first)}`);
    },
  };
}

/** The last line about several files. */
export function totalLine(files: number, bad: number, count: ProblemCount): string {
  const trouble = troubleText(count);
  const without = files - bad;
  return `${many(files, 'file')}: ${without} without errors, ${bad} with errors${trouble === '' ? '' : ` (${trouble})`}`;
}
