import type { Verdict } from '../core/problem.ts';
import type { Standards } from '../library/standards.ts';
import { formOfMoment } from '../parsers/check-dates.ts';
import type { Delimiters, Segment } from '../parsers/transaction.ts';
import { countingProblems, type ProblemCount } from './check-text.ts';
import type { Commands, ExitCode } from './commands.ts';
import { eventsOf, namedFile, sizeOf } from './file-events.ts';
import { type JudgedEvent, judgedEvents, standardJudge } from './file-judge.ts';
import { type Output, openOutput } from './file-output.ts';
import { standardsFor } from './file-standards.ts';
import {
  ENVELOPE_TAGS,
  identityText,
  many,
  painter,
  printable,
  standardText,
  ta1Text,
  troubleText,
  verdictWord,
} from './file-words.ts';
import { showAsJson } from './show-json.ts';
import { delimitersText, type Layout, problemLines, segmentLines } from './show-text.ts';
import { shownSegments } from './show-transaction.ts';
import { readable } from './show-values.ts';

export interface ShowFlags {
  readonly segments?: true;
  readonly json?: true;
}

/** Where there is no terminal to ask: what fits most screens, mails and tickets. */
const widthDefault = 100;

/** `tallyport show FILE`: every segment with what it says, loops indented, problems in place. 1 when the file has errors. */
export async function runShow(commands: Commands, name: string, flags: ShowFlags): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const file = namedFile(name, commands.resolve);
  const output = openOutput(commands);
  const count: ProblemCount = { errors: 0, warnings: 0 };
  const size = sizeOf(file.path, file.name);
  const events = countingProblems(judgedEvents(eventsOf(file), standardJudge(standards)), count);
  if (flags.json === true) await showAsJson(output, name, events, standards);
  else {
    const { stdout } = commands.streams;
    const columns = 'columns' in stdout && typeof stdout.columns === 'number' ? stdout.columns : null;
    const elements = flags.segments !== true;
    // Compact lines are for grep as well: they are cut on a terminal only.
    const width = columns === null ? (elements ? widthDefault : Number.POSITIVE_INFINITY) : Math.max(60, columns);
    const layout: Layout = { paint: painter(commands.colour), width, elements };
    await output.line(`${layout.paint('bold', name)}  ${layout.paint('dim', many(size, 'byte'))}`);
    const printer = new ShowPrinter(output, standards, layout);
    for (const event of events) await printer.take(event);
    await output.line(totalOf(printer, count, layout));
  }
  await output.flush();
  return count.errors > 0 ? 1 : 0;
}

function totalOf({ transactions }: ShowPrinter, count: ProblemCount, { paint }: Layout): string {
  const trouble = troubleText(count);
  const found = trouble === '' ? paint('green', 'no problems') : paint(count.errors > 0 ? 'red' : 'yellow', trouble);
  return `\n${many(transactions, 'transaction')}: ${found}`;
}

/** Before the first interchange nothing is shown that has any. */
const noDelimiters: Delimiters = {
  element: 0x2a,
  component: 0x3e,
  repetition: null,
  release: null,
  terminator: 0x7e,
  decimalMark: 0x2e,
};

type EventOf<Kind extends JudgedEvent['kind']> = Extract<JudgedEvent, { kind: Kind }>;

class ShowPrinter {
  transactions = 0;
  readonly #output: Output;
  readonly #standards: Standards;
  readonly #layout: Layout;
  #tags = ENVELOPE_TAGS.x12;
  #groups = 0;
  /** Messages outside any group. */
  #bare = 0;
  #delimiters: Delimiters = noDelimiters;

  constructor(output: Output, standards: Standards, layout: Layout) {
    this.#output = output;
    this.#standards = standards;
    this.#layout = layout;
  }

  async take(event: JudgedEvent): Promise<void> {
    switch (event.kind) {
      case 'interchange':
        await this.#interchange(event);
        return this.#problems(event);
      case 'ta1':
        await this.#ta1(event);
        return this.#problems(event);
      case 'group':
        await this.#group(event);
        return this.#problems(event);
      case 'transaction':
        return this.#transaction(event);
      case 'group-end':
        if (event.header.controlNumber === null) this.#bare += event.tally.counted;
        else this.#groups += 1;
        if (event.segment !== null || event.header.controlNumber !== null) {
          const accepted = event.verdict === 'rejected' ? 0 : event.tally.accepted;
          const what = `${accepted} of ${event.tally.counted} accepted`;
          await this.#end(this.#tags.groupEnd, event.header.controlNumber ?? '', event.segment, what, event.verdict);
        }
        return this.#problems(event);
      case 'interchange-end':
        await this.#end(
          this.#tags.interchangeEnd,
          event.header.controlNumber,
          event.segment,
          this.#held(),
          event.verdict,
        );
        return this.#problems(event);
      case 'stray':
        return this.#problems(event);
    }
  }

  /** What the trailer counts: groups, and where none stands around messages those themselves. */
  #held(): string {
    const unit = this.#tags.interchangeEnd === 'UNZ' ? 'message' : 'transaction';
    const bare = this.#bare === 0 ? [] : [many(this.#bare, unit)];
    return [...(this.#groups === 0 && bare.length > 0 ? [] : [many(this.#groups, 'group')]), ...bare].join(', ');
  }

  async #problems({ problems }: { readonly problems: JudgedEvent['problems'] }): Promise<void> {
    for (const problem of problems)
      for (const line of problemLines(problem, 2, this.#layout)) await this.#output.line(line);
  }

  async #head(title: string, rest: string): Promise<void> {
    const { paint } = this.#layout;
    await this.#output.line(`\n${paint('bold', title)}${rest === '' ? '' : `  ${rest}`}`);
  }

  async #interchange({ header, serviceAdvice, segment }: EventOf<'interchange'>): Promise<void> {
    this.#tags = ENVELOPE_TAGS[header.syntax];
    this.#groups = 0;
    this.#bare = 0;
    this.#delimiters = header.delimiters;
    const { paint } = this.#layout;
    const parties = printable(`${identityText(header.sender)} → ${identityText(header.receiver)}`);
    const what = [printable(standardText(header)), parties, header.usage, sentAt(header.date, header.time)];
    await this.#head(
      `${segment.tag} ${printable(header.controlNumber)}`,
      what.filter((part) => part !== '').join('  '),
    );
    const asked = header.acknowledgmentRequested === '0' ? 'no acknowledgment asked' : 'acknowledgment asked';
    const advice = serviceAdvice === null ? '' : `UNA ${printable(serviceAdvice.slice(3))}  `;
    await this.#output.line(paint('dim', `  ${advice}${delimitersText(header.delimiters)}  ${asked}`));
  }

  /** A TA1 stands outside of every transaction: its elements are those of the envelope's table. */
  async #ta1({ segment }: EventOf<'ta1'>): Promise<void> {
    await this.#head(printable(ta1Text(segment)), 'interchange acknowledgment');
    const definition = this.#standards.version('x12', 'envelope')?.segments.get('TA1') ?? null;
    const shown = { segment, definition, depth: 0, opens: [], placed: true, before: [], problems: [] };
    // Codes of the envelope mean the same in every version.
    const reading = { syntax: 'x12', version: '004010', codeNames: this.#standards.codeNames } as const;
    for (const line of segmentLines(shown, this.#delimiters, reading, this.#layout)) await this.#output.line(line);
  }

  async #group({ header, segment }: EventOf<'group'>): Promise<void> {
    if (segment === null) return;
    const { functionalId, sender, receiver, controlNumber, version } = header;
    const parties = [sender, receiver].map((each) => printable(each ?? '')).join(' → ');
    const x12 = segment.tag === 'GS';
    const at = x12 ? sentAt(segment.value(4), segment.value(5)) : sentAt(segment.value(4, 1), segment.value(4, 2));
    const what = [functionalId ?? '', version ?? ''].map(printable);
    await this.#head(
      `${this.#tags.group} ${printable(controlNumber ?? '')}`,
      [...what, parties, at].filter((part) => part !== '').join('  '),
    );
  }

  async #transaction({ transaction, root, problems, verdict }: EventOf<'transaction'>): Promise<void> {
    this.transactions += 1;
    const { syntax, version, message, association, controlNumber } = transaction;
    const { paint } = this.#layout;
    const title = this.#standards.table(syntax, version, message)?.name ?? '';
    const held = root === null ? 'not held: shown without its tree' : '';
    const what = [
      title,
      association?.startsWith(version) ? association : [version, association].join(' ').trim(),
      held,
    ];
    await this.#head(
      `${this.#tags.transaction} ${printable(controlNumber)}`,
      [printable(message), ...what.map((part) => printable(part)), verdictWord(paint, verdict)]
        .filter((part) => part !== '')
        .join('  '),
    );
    const { segments, rest } = shownSegments(transaction, root, problems, this.#standards);
    const reading = { syntax, version, codeNames: this.#standards.codeNames };
    for (const shown of segments)
      for (const line of segmentLines(shown, transaction.delimiters, reading, this.#layout))
        await this.#output.line(line);
    await this.#problems({ problems: rest });
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const trouble = troubleText({ errors, warnings: problems.length - errors });
    const found = trouble === '' ? '' : `: ${trouble}`;
    await this.#output.line(
      `       ${paint('dim', many(transaction.segments.length, 'segment'))}  ${verdictWord(paint, verdict)}${found}`,
    );
  }

  async #end(
    tag: string,
    controlNumber: string,
    segment: Segment | null,
    what: string,
    verdict: Verdict,
  ): Promise<void> {
    const sent = segment === null ? `; ${tag} was not sent` : '';
    const word = verdictWord(this.#layout.paint, verdict);
    await this.#head(`${tag} ${printable(controlNumber)}`, `${word}: ${what}${sent}`);
  }
}

/** Envelope dates and times, where they can be read: "Sun 2026-11-22 09:15". */
function sentAt(date: string, time: string): string {
  const [day, hour] = [formOfMoment('DT', date), formOfMoment('TM', time)];
  const readDay = day === null ? printable(date) : readable(day, date);
  const readHour = hour === null ? printable(time) : readable(hour, time);
  return `${readDay} ${readHour}`.trim();
}
