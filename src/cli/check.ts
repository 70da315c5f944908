import { FailureError } from '../core/failure.ts';
import type { Standards } from '../library/standards.ts';
import { checkAsJson } from './check-json.ts';
import { progressOn } from './check-progress.ts';
import { countingProblems, type ProblemCount, summaryPrinter, TreePrinter, totalLine } from './check-text.ts';
import type { Commands, ExitCode } from './commands.ts';
import {
  eventsOf,
  filesBelow,
  leadsToFolder,
  type NamedFile,
  namedFile,
  sizeOf,
  whyUnreadable,
} from './file-events.ts';
import { type Judge, type JudgedEvent, judgedEvents, standardJudge } from './file-judge.ts';
import { type Output, openOutput } from './file-output.ts';
import { standardsFor } from './file-standards.ts';
import { painter, printable } from './file-words.ts';

export interface CheckFlags {
  readonly partner?: string;
  readonly guide?: string;
  readonly secondOpinion?: true;
  readonly json?: true;
}

/**
 * `tallyport check FILE…`: 0 when nothing of severity error was found, 1 otherwise, 2 when a file among several could not be read. Throws
 * FailureError when it is the only one.
 */
export async function runCheck(commands: Commands, names: readonly string[], flags: CheckFlags): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const judge = await judgeFor(commands, standards, flags);
  const output = openOutput(commands);
  const { files, folders } = listed(commands, names);
  const judged = (file: NamedFile, onRead?: (bytes: number) => void) => judgedEvents(eventsOf(file, onRead), judge);
  const count: FoundCount = { errors: 0, warnings: 0, unreadable: 0 };
  const only = folders || files.length > 1 ? undefined : files[0];
  const why = only === undefined ? null : whyUnreadable(only);
  if (why !== null) throw new FailureError('usage-wrong', why);
  const second = flags.secondOpinion === true ? await asking() : null;
  if (flags.json === true) {
    count.unreadable = await checkAsJson(
      output,
      files,
      (file) => countingProblems(judged(file), count),
      second?.ask ?? null,
    );
  } else {
    await checkAsText(commands, output, files, folders, judged, count, second);
  }
  await output.flush();
  if (count.unreadable > 0) return 2;
  return count.errors > 0 ? 1 : 0;
}

interface FoundCount extends ProblemCount {
  /** Files that could not be read. */
  unreadable: number;
}

/** The other readers are loaded only when they are asked. */
async function asking() {
  const [{ secondOpinion }, { printOpinion, countOpinion, opinionTotal }] = await Promise.all([
    import('./second-opinion.ts'),
    import('./second-opinion-text.ts'),
  ]);
  return { ask: secondOpinion, print: printOpinion, count: countOpinion, total: opinionTotal };
}

async function checkAsText(
  commands: Commands,
  output: Output,
  files: readonly NamedFile[],
  folders: boolean,
  judged: (file: NamedFile, onRead?: (bytes: number) => void) => Iterable<JudgedEvent>,
  count: FoundCount,
  second: Awaited<ReturnType<typeof asking>> | null,
): Promise<void> {
  const opinions = { alike: 0, otherwise: 0, notAsked: 0 };
  const paint = painter(commands.colour);
  const nameWidth = Math.min(60, Math.max(0, ...files.map(({ name }) => name.length)));
  let bad = 0;
  for (const file of files) {
    const why = whyUnreadable(file);
    if (why !== null) {
      count.unreadable += 1;
      await output.line(`${paint('red', '✗')} ${printable(why)}`);
      continue;
    }
    const name = printable(file.name);
    const progress = progressOn(process.stderr, name, sizeOf(file.path, file.name));
    const printer = folders
      ? summaryPrinter(output, name, nameWidth, commands.colour)
      : new TreePrinter(output, name, commands.colour);
    await printer.begin();
    const own: ProblemCount = { errors: 0, warnings: 0 };
    for (const event of countingProblems(judged(file, progress.read), own)) {
      await printer.take(event);
    }
    progress.done();
    await printer.end(own);
    if (second !== null) {
      const opinion = await second.ask(file, own.errors > 0);
      second.count(opinion, opinions);
      await second.print(output, name, opinion, paint, folders);
    }
    // What one file had is on the screen before the next is read.
    await output.flush();
    if (own.errors > 0) bad += 1;
    count.errors += own.errors;
    count.warnings += own.warnings;
  }
  if (!folders && files.length < 2) return;
  await output.line(totalLine(files.length, bad, count, count.unreadable));
  if (second !== null) await output.line(second.total(opinions));
}

async function judgeFor(commands: Commands, standards: Standards, { partner, guide }: CheckFlags): Promise<Judge> {
  const restrictions =
    guide === undefined ? undefined : (await import('./file-guide.ts')).loadGuide(commands.resolve(guide), guide);
  if (partner === undefined) return standardJudge(standards, restrictions);
  const { agreementJudge, loadPartner } = await import('./file-partner.ts');
  return agreementJudge(standards, await loadPartner(partner, commands.resolve), restrictions);
}

function listed(commands: Commands, names: readonly string[]): { files: readonly NamedFile[]; folders: boolean } {
  let folders = false;
  const files = names.flatMap((name): NamedFile[] => {
    const file = namedFile(name, commands.resolve);
    const { path } = file;
    if (typeof path !== 'string' || !leadsToFolder(path)) return [file];
    folders = true;
    const below = filesBelow(path);
    if (below.length === 0) throw new FailureError('usage-wrong', `There is no file in ${name}.`);
    const start = name.replace(/[\\/]+$/, '');
    return below.map((one) => ({ ...one, name: `${start}${one.name.slice(path.length)}` }));
  });
  return { files, folders };
}
