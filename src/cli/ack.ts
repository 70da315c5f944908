import type { Problem } from '../core/problem.ts';
import { dataElementsOf } from '../flows/outbound/functional-answer.ts';
import { acknowledges } from '../flows/split/answers.ts';
import { newTally } from '../flows/split/verdicts.ts';
import type { Standards } from '../library/standards.ts';
import { contrlSyntaxOf, messageReference, messageVerdict } from '../parsers/edifact/verdicts.ts';
import { groupCountMax } from '../parsers/limits.ts';
import type { GroupHeader, InterchangeHeader } from '../parsers/transaction.ts';
import { type DataElementOf, transactionVerdict } from '../parsers/x12/verdicts.ts';
import { type AnsweredInterchange, answersOf, type GroupToAnswer, type Replying } from './ack-answers.ts';
import { momentOf, numbersBySyntax, replyingFor } from './ack-terms.ts';
import { VerdictSpool } from './ack-verdicts.ts';
import type { Commands, ExitCode } from './commands.ts';
import { eventsOf, namedFile } from './file-events.ts';
import { type Judge, type JudgedEvent, judgedEvents, standardJudge } from './file-judge.ts';
import { openOutput, writeOut } from './file-output.ts';
import type { OnePartner } from './file-parties.ts';
import { standardsFor } from './file-standards.ts';

export interface AckFlags {
  readonly at?: string;
  readonly control?: string;
  readonly partner?: string;
}

/** Groups of one interchange whose silence is explained one by one: they are all alike. */
const toldMax = 20;

/**
 * `tallyport ack FILE`: writes the acknowledgments the gateway would answer to stdout, byte for byte, one interchange after another, and
 * says on stderr why none is owed. 1 when the file has errors.
 */
export async function runAck(commands: Commands, name: string, flags: AckFlags): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const at = flags.at === undefined ? commands.clock.now() : momentOf(flags.at);
  const take = numbersBySyntax(flags.control ?? '1');
  const { judge, parties } = await judgeFor(commands, standards, flags.partner);
  const spool = new VerdictSpool();
  const collector = new Collector(standards, spool, (read) => replyingFor(read, parties, at));
  let errors = 0;
  let written = 0;
  try {
    for (const event of judgedEvents(eventsOf(namedFile(name, commands.resolve)), judge)) {
      errors += event.problems.filter(({ severity }) => severity === 'error').length;
      const ended = collector.take(event);
      if (ended === null) continue;
      const { interchange, replying } = ended;
      const taking = take(interchange.header.syntax);
      const { answers, silence, unnamed } = answersOf(standards, interchange, spool, replying, taking);
      if (silence !== null) commands.printError(`${interchange.header.controlNumber} is not answered: ${silence}.`);
      for (const each of unnamed.slice(0, toldMax))
        commands.printError(`${interchange.header.controlNumber}: ${each}.`);
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

interface OpenInterchange {
  readonly header: InterchangeHeader;
  readonly agreed: boolean;
  readonly replying: Replying;
  holdsTa1: boolean;
  readonly problems: Problem[];
  readonly groups: GroupToAnswer[];
}

/**
 * An interchange of more groups than its trailer can count is rejected whole, and its groups are not answered one by one: no more of them are
 * kept. Whether anything but acknowledgments stands in it decides whether it is answered at all: one that tells is kept in the last place.
 */
function keep(groups: GroupToAnswer[], group: GroupToAnswer): void {
  if (groups.length < groupCountMax) groups.push(group);
  else if (!acknowledges({ functionalId: group.header.functionalId, ...group.tally }))
    groups[groupCountMax - 1] = group;
}

/** Gathers one interchange at a time: its answers are only known at its end. */
class Collector {
  interchanges = 0;
  readonly #standards: Standards;
  readonly #spool: VerdictSpool;
  readonly #replyingFor: (read: Pick<AnsweredInterchange, 'header' | 'agreed'>) => Replying;
  #open: OpenInterchange | null = null;
  #group: GroupToAnswer | null = null;
  #dataElementOf: DataElementOf = () => null;

  constructor(
    standards: Standards,
    spool: VerdictSpool,
    replying: (read: Pick<AnsweredInterchange, 'header' | 'agreed'>) => Replying,
  ) {
    this.#standards = standards;
    this.#spool = spool;
    this.#replyingFor = replying;
  }

  /** The interchange this event ends, and how it is answered; or null. */
  take(event: JudgedEvent): { interchange: AnsweredInterchange; replying: Replying } | null {
    switch (event.kind) {
      case 'interchange': {
        const { header, agreed, problems } = event;
        this.interchanges += 1;
        this.#spool.clear();
        const replying = this.#replyingFor({ header, agreed });
        this.#open = { header, agreed, replying, holdsTa1: false, problems: [...problems], groups: [] };
        return null;
      }
      case 'group':
        this.#begin(event.header, event.problems);
        return null;
      case 'transaction':
        this.#judged(event);
        return null;
      case 'group-end': {
        const group = this.#group;
        if (group === null) return null;
        const { claimed, tally, verdict, problems } = event;
        const stretch = { from: group.stretch.from, to: this.#spool.end };
        const ended = { ...group, problems: [...group.problems, ...problems], stretch, claimed, tally, verdict };
        keep(this.#open?.groups ?? [], ended);
        this.#group = null;
        return null;
      }
      case 'interchange-end': {
        const ended = this.#open;
        this.#open = null;
        if (ended === null) return null;
        const { replying, ...read } = ended;
        const { broken, verdict, problems } = event;
        return { interchange: { ...read, problems: [...read.problems, ...problems], broken, verdict }, replying };
      }
      case 'ta1':
        if (this.#open !== null) this.#open.holdsTa1 = true;
        this.#open?.problems.push(...event.problems);
        return null;
      case 'stray':
        this.#open?.problems.push(...event.problems);
        return null;
    }
  }

  #judged({ transaction, problems, verdict }: Extract<JudgedEvent, { kind: 'transaction' }>): void {
    const { message, controlNumber, association, version, syntax } = transaction;
    const { header, replying } = this.#open ?? {};
    if (header === undefined) return;
    if (syntax === 'edifact') {
      if (message === 'CONTRL') return;
      const named = { message, controlNumber, reference: messageReference(transaction) };
      this.#spool.add(messageVerdict(named, problems, verdict, contrlSyntaxOf(header)));
      return;
    }
    const kind = replying?.agreement?.acknowledgment.functional === '999' ? '999' : '997';
    const named = { message, controlNumber, association, version };
    this.#spool.add(transactionVerdict(named, problems, verdict, this.#dataElementOf, kind));
  }

  #begin(header: GroupHeader, problems: readonly Problem[]): void {
    this.#dataElementOf = dataElementsOf(this.#standards, header);
    this.#group = {
      header,
      problems,
      stretch: { from: this.#spool.end, to: this.#spool.end },
      claimed: null,
      tally: newTally(''),
      verdict: 'rejected',
    };
  }
}
