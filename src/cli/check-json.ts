import { type Problem, problemAsJson } from '../core/problem.ts';
import { problemCountMax } from '../parsers/limits.ts';
import { identityKey } from '../partners/identity.ts';
import { type NamedFile, whyUnreadable } from './file-events.ts';
import type { JudgedEvent } from './file-judge.ts';
import type { Output } from './file-output.ts';
import type { SecondOpinion } from './second-opinion.ts';

/*
 * One JSON object, written while the files are read. Verdicts and problems of a group, an interchange and a file come after what they hold:
 * nothing but those problems is kept, so a file may be larger than memory.
 */
const json = (value: unknown): string => JSON.stringify(value);
const listOf = (problems: readonly Problem[]): string => json(problems.map(problemAsJson));

/**
 * Writes the object of the design's section 7, newline after it; with what other readers say of each file, where they are asked. A file that
 * cannot be read has `unreadable`, the reason; gives how many there were.
 */
export async function checkAsJson(
  output: Output,
  files: readonly NamedFile[],
  judged: (file: NamedFile) => Iterable<JudgedEvent>,
  ask: ((file: NamedFile, refusedByUs: boolean) => Promise<SecondOpinion>) | null = null,
): Promise<number> {
  let unreadable = 0;
  await output.text('{"files":[');
  for (const [index, file] of files.entries()) {
    const comma = index === 0 ? '' : ',';
    const why = whyUnreadable(file);
    if (why !== null) {
      unreadable += 1;
      await output.text(`${comma}${json({ path: file.name, interchanges: [], problems: [], unreadable: why })}`);
      continue;
    }
    await output.text(`${comma}{"path":${json(file.name)},"interchanges":[`);
    const writer = new FileWriter(output);
    for (const event of judged(file)) await writer.take(event);
    const second = ask === null ? '' : `,"secondOpinion":${json(await ask(file, writer.errors > 0))}`;
    await output.text(`],"problems":${listOf(writer.problems)}${second}}`);
    await output.flush();
  }
  await output.text(']}\n');
  return unreadable;
}

class FileWriter {
  /** Those of the file itself; what is over `problemCountMax` is counted, not listed. */
  readonly problems: Problem[] = [];
  errors = 0;
  readonly #output: Output;
  #interchanges = 0;
  #groups = 0;
  #transactions = 0;
  #ofInterchange: Problem[] | null = null;
  #ofGroup: Problem[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  async take(event: JudgedEvent): Promise<void> {
    for (const { severity } of event.problems) if (severity === 'error') this.errors += 1;
    switch (event.kind) {
      case 'interchange': {
        const { syntax, version, sender, receiver, controlNumber, usage } = event.header;
        this.#ofInterchange = [...event.problems];
        this.#groups = 0;
        const parties = {
          sender: identityKey({ syntax, ...sender }),
          receiver: identityKey({ syntax, ...receiver }),
        };
        return this.#open(
          this.#interchanges++,
          { standard: syntax, version, ...parties, controlNumber, usage },
          'groups',
        );
      }
      case 'group': {
        const { controlNumber, functionalId } = event.header;
        this.#ofGroup = [...event.problems];
        this.#transactions = 0;
        return this.#open(this.#groups++, { controlNumber, functionalId }, 'transactions');
      }
      case 'transaction': {
        const { message, version, controlNumber, segments } = event.transaction;
        const { verdict } = event;
        const row = { message, version, controlNumber, verdict, segmentCount: segments.length };
        const comma = this.#transactions++ === 0 ? '' : ',';
        return this.#output.text(`${comma}${json({ ...row, problems: event.problems.map(problemAsJson) })}`);
      }
      case 'group-end':
        return this.#close(event.verdict, [...this.#ofGroup, ...event.problems]);
      case 'interchange-end': {
        const problems = [...(this.#ofInterchange ?? []), ...event.problems];
        this.#ofInterchange = null;
        return this.#close(event.verdict, problems);
      }
      case 'ta1':
      case 'stray':
        return this.#keep(event.problems);
    }
  }

  #open(index: number, head: Readonly<Record<string, unknown>>, children: string): Promise<void> {
    return this.#output.text(`${index === 0 ? '' : ','}${json(head).slice(0, -1)},"${children}":[`);
  }

  #close(verdict: string, problems: readonly Problem[]): Promise<void> {
    return this.#output.text(`],"verdict":${json(verdict)},"problems":${listOf(problems)}}`);
  }

  #keep(problems: readonly Problem[]): void {
    const kept = this.#ofInterchange ?? this.problems;
    for (const problem of problems) if (kept.length < problemCountMax) kept.push(problem);
  }
}
