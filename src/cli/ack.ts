import { FailureError } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import { dataElementsOf } from '../flows/outbound/functional-answer.ts';
import type { Standards } from '../library/standards.ts';
import type { GroupHeader, InterchangeHeader } from '../parsers/transaction.ts';
import { type DataElementOf, transactionVerdict } from '../parsers/x12/verdicts.ts';
import { type AnsweredInterchange, answersOf, type GroupToAnswer } from './ack-answers.ts';
import { controlNumbersFrom, momentOf, replyingFor } from './ack-terms.ts';
import { VerdictSpool } from './ack-verdicts.ts';
import type { Commands, ExitCode } from './commands.ts';
import { eventsOf } from './file-events.ts';
import { type Judge, type JudgedEvent, judgedEvents, standardJudge } from './file-judge.ts';
import { openOutput, writeOut } from './file-output.ts';
import type { OnePartner } from './file-parties.ts';
import { standardsFor } from './file-standards.ts';

export interface AckFlags {
  readonly at?: string;
  readonly control?: string;
  readonly partner?: string;
}

/**
 * `tallyport ack FILE`: writes the acknowledgments the gateway would answer to stdout, byte for byte, one interchange after another, and
 * says on stderr why none is owed. 1 when the file has errors. Throws FailureError `usage-wrong` for EDIFACT, whose CONTRL is not written yet.
 */
export async function runAck(commands: Commands, name: string, flags: AckFlags): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const at = flags.at === undefined ? commands.clock.now() : momentOf(flags.at);
  const take = controlNumbersFrom(flags.control ?? '1');
  const { judge, parties } = await judgeFor(commands, standards, flags.partner);
  const spool = new VerdictSpool();
  const collector = new Collector(standards, spool);
  let errors = 0;
  let written = 0;
  try {
    for (const event of judgedEvents(eventsOf({ name, path: commands.resolve(name) }), judge)) {
      errors += event.problems.filter(({ severity }) => severity === 'error').length;
      if (event.kind === 'interchange' && event.header.syntax === 'edifact')
        throw edifactUnanswered(name, event.header);
      const interchange = collector.take(event);
      if (interchange === null) continue;
      const replying = replyingFor(interchange, parties, at);
      const { answers, silence } = answersOf(standards, interchange, spool, replying, take);
      if (silence !== null) commands.printError(`${interchange.header.controlNumber} is not answered: ${silence}.`);
      for (const answer of answers) for (const bytes of answer) await writeOut(commands, bytes);
      written += answers.length;
    }
  } finally {
    spool.dispose();
  }
  if (collector.interchanges === 0) commands.printError(`${name} is not answered: no interchange was found in it.`);
  if (written > 0 && isTerminal(commands)) await closeLine(commands);
  return errors > 0 ? 1 : 0;
}

const edifactUnanswered = (name: string, { controlNumber }: InterchangeHeader): FailureError =>
  new FailureError('usage-wrong', `${name}: interchange ${controlNumber} is EDIFACT, and CONTRL is not written yet.`, {
    remedy: 'ack answers X12 interchanges, with TA1 and 997.',
  });

async function judgeFor(
  commands: Commands,
  standards: Standards,
  partner: string | undefined,
): Promise<{ judge: Judge; parties: OnePartner | null }> {
  if (partner === undefined) return { judge: standardJudge(standards), parties: null };
  const { agreementJudge, loadPartner } = await import('./file-partner.ts');
  const parties = await loadPartner(partner, commands.resolve);
  return { judge: agreementJudge(standards, parties), parties };
}

const isTerminal = ({ streams }: Commands): boolean => 'isTTY' in streams.stdout && streams.stdout.isTTY === true;

/** Our interchanges end without a line break: a prompt would stand behind them. */
async function closeLine(commands: Commands): Promise<void> {
  const output = openOutput(commands);
  await output.line('');
  await output.flush();
}

/** Gathers one interchange at a time: a TA1 and the 997s are only known at its end. */
class Collector {
  interchanges = 0;
  readonly #standards: Standards;
  readonly #spool: VerdictSpool;
  #open: { header: InterchangeHeader; agreed: boolean; problems: Problem[]; groups: GroupToAnswer[] } | null = null;
  #group: GroupToAnswer | null = null;
  #dataElementOf: DataElementOf = () => null;

  constructor(standards: Standards, spool: VerdictSpool) {
    this.#standards = standards;
    this.#spool = spool;
  }

  /** The interchange this event ends, or null. */
  take(event: JudgedEvent): AnsweredInterchange | null {
    switch (event.kind) {
      case 'interchange':
        this.interchanges += 1;
        this.#spool.clear();
        this.#open = { header: event.header, agreed: event.agreed, problems: [...event.problems], groups: [] };
        return null;
      case 'group':
        this.#begin(event.header, event.problems);
        return null;
      case 'transaction': {
        const { transaction, problems, verdict } = event;
        const { message, controlNumber, association, version } = transaction;
        const named = { message, controlNumber, association, version };
        this.#spool.add(transactionVerdict(named, problems, verdict, this.#dataElementOf));
        return null;
      }
      case 'group-end': {
        const group = this.#group;
        if (group === null) return null;
        const { claimed, tally, verdict, problems } = event;
        const stretch = { from: group.stretch.from, to: this.#spool.end };
        const ended = { ...group, problems: [...group.problems, ...problems], stretch, claimed, tally, verdict };
        this.#open?.groups.push(ended);
        this.#group = null;
        return null;
      }
      case 'interchange-end': {
        const ended = this.#open;
        this.#open = null;
        if (ended === null) return null;
        return { ...ended, problems: [...ended.problems, ...event.problems], broken: event.broken };
      }
      case 'ta1':
      case 'stray':
        this.#open?.problems.push(...event.problems);
        return null;
    }
  }

  #begin(header: GroupHeader, problems: readonly Problem[]): void {
    this.#dataElementOf = dataElementsOf(this.#standards, header);
    this.#group = {
      header,
      problems,
      stretch: { from: this.#spool.end, to: this.#spool.end },
      claimed: null,
      tally: { id: '', counted: 0, accepted: 0, withErrors: 0, broken: false },
      verdict: 'rejected',
    };
  }
}
