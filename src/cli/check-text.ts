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
  begin(): Promise<void>;
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
    if (event.kind === 'transaction') {
      count.errors += event.unlisted?.errors ?? 0;
      count.warnings += event.unlisted?.warnings ?? 0;
    }
    yield event;
  }
}

/** After so many lines about accepted transactions in a row, the rest of the run is one line: nobody reads 40,000 of them. */
const acceptedLinesMax = 10;

type JudgedTransaction = Extract<JudgedEvent, { kind: 'transaction' }>;

/** The file as a tree: interchanges, groups, transactions with their verdicts, and every problem in wire order. */
export class TreePrinter implements CheckPrinter {
  readonly #output: Output;
  readonly #file: string;
  readonly #paint: Paint;
  #tags = ENVELOPE_TAGS.x12;
  #run = { count: 0, last: '' };
  #interchanges = 0;
  #transactions = 0;

  constructor(output: Output, file: string, colour: boolean) {
    this.#output = output;
    this.#file = file;
    this.#paint = painter(colour);
  }

  begin(): Promise<void> {
    return this.#output.line(this.#paint('bold', this.#file));
  }

  async take(event: JudgedEvent): Promise<void> {
    switch (event.kind) {
      case 'interchange':
        this.#tags = ENVELOPE_TAGS[event.header.syntax];
        this.#interchanges += 1;
        await this.#line(1, interchangeLine(this.#tags.interchange, event.header));
        return this.#problems(3, event.problems);
      case 'ta1':
        await this.#line(2, printable(ta1Text(event.segment)));
        return this.#problems(3, event.problems);
      case 'group': {
        const { controlNumber, functionalId, version } = event.header;
        const what = [controlNumber, functionalId, version].map((part) => printable(part ?? '')).join('  ');
        if (event.segment !== null) await this.#line(2, `${this.#tags.group} ${what.trimEnd()}`);
        return this.#problems(3, event.problems);
      }
      case 'transaction':
        return this.#transaction(event);
      case 'group-end':
        await this.#endRun();
        await this.#problems(3, event.problems);
        if (event.header.controlNumber === null) return;
        return this.#line(2, groupEndLine(this.#paint, this.#tags.groupEnd, event));
      case 'interchange-end': {
        await this.#problems(3, event.problems);
        const { header, verdict } = event;
        return this.#line(1, endLine(this.#paint, this.#tags.interchangeEnd, header.controlNumber, verdict));
      }
      case 'stray':
        return this.#problems(1, event.problems);
    }
  }

  end(count: ProblemCount): Promise<void> {
    const what = `${many(this.#interchanges, 'interchange')}, ${many(this.#transactions, 'transaction')}`;
    const trouble = troubleText(count);
    const style = trouble === '' ? 'green' : count.errors > 0 ? 'red' : 'yellow';
    return this.#output.line(`${what}: ${this.#paint(style, trouble === '' ? 'no problems' : trouble)}\n`);
  }

  async #transaction(event: JudgedTransaction): Promise<void> {
    this.#transactions += 1;
    if (event.problems.length > 0) await this.#endRun();
    else {
      this.#run = { count: this.#run.count + 1, last: event.transaction.controlNumber };
      if (this.#run.count > acceptedLinesMax) return;
    }
    await this.#line(3, transactionLine(this.#paint, this.#tags.transaction, event));
    await this.#problems(4, event.problems);
  }

  async #endRun(): Promise<void> {
    const { count, last } = this.#run;
    this.#run = { count: 0, last: '' };
    if (count <= acceptedLinesMax) return;
    const more = many(count - acceptedLinesMax, 'more transaction');
    await this.#line(3, this.#paint('dim', `… ${more} accepted, to ${printable(last)}`));
  }

  #line(depth: number, text: string): Promise<void> {
    return this.#output.line(`${'  '.repeat(depth)}${text}`);
  }

  async #problems(depth: number, list: readonly Problem[]): Promise<void> {
    for (const problem of inByteOrder(list)) await this.#line(depth, problemLine(this.#paint, this.#file, problem));
  }
}

const interchangeLine = (tag: string, header: InterchangeHeader): string =>
  [
    `${tag} ${printable(header.controlNumber)}`,
    printable(standardText(header)),
    printable(`${identityText(header.sender)} → ${identityText(header.receiver)}`),
    header.usage,
  ].join('  ');

function transactionLine(
  paint: Paint,
  tag: string,
  { transaction, verdict, problems, unlisted }: JudgedTransaction,
): string {
  const { controlNumber, message, version, association, segments } = transaction;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const trouble = troubleText({
    errors: errors + (unlisted?.errors ?? 0),
    warnings: problems.length - errors + (unlisted?.warnings ?? 0),
  });
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
    begin: async () => undefined,
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
export function totalLine(files: number, bad: number, count: ProblemCount, unreadable = 0): string {
  const trouble = troubleText(count);
  const without = files - bad - unreadable;
  const told = `${many(files, 'file')}: ${without} without errors, ${bad} with errors${trouble === '' ? '' : ` (${trouble})`}`;
  return unreadable === 0 ? told : `${told}, ${unreadable} not readable`;
}
