import type { Command } from 'commander';
import { untilClosed } from './file-output.ts';
import type { Commands } from './program.ts';

type Ends = (run: Promise<number>) => void | Promise<void>;

const json = ['--json', 'machine-readable output only'] as const;
const partner = ['--partner <folder>', "judge by a partner's agreements: partners/<name>"] as const;

/**
 * The commands about files: check, show, ack and map. They need no gateway and load no database, queue or web code; each loads its own
 * code when it is called.
 */
export function addFileCommands(program: Command, commands: Commands, ends: Ends): void {
  const run = (start: () => Promise<number>) => ends(untilClosed(commands, start));
  program
    .command('check <file...>')
    .description('read and validate files or folders of EDI; every problem with its position')
    .option(...partner)
    .option('--guide <file>', "a guide's restrictions, as YAML")
    .option(...json)
    .action((files: readonly string[], flags: CheckFlags) =>
      run(async () => (await import('./check.ts')).runCheck(commands, files, flags)),
    );
}

interface CheckFlags {
  readonly partner?: string;
  readonly guide?: string;
  readonly json?: true;
}
