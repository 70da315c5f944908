import type { Command } from 'commander';
import type { AckFlags } from './ack.ts';
import type { CheckFlags } from './check.ts';
import { untilClosed } from './file-output.ts';
import type { Commands } from './program.ts';
import type { ShowFlags } from './show.ts';

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
  program
    .command('show <file>')
    .description('a file as people read it: names, meanings, loops indented, problems in place')
    .option('--segments', 'one line a segment, without its elements')
    .option(...json)
    .action((file: string, flags: ShowFlags) =>
      run(async () => (await import('./show.ts')).runShow(commands, file, flags)),
    );
  program
    .command('ack <file>')
    .description('write the TA1 and 997s the gateway would answer to stdout')
    .option('--at <moment>', 'when it answers, as ISO 8601: 2026-11-22T09:15:00Z; now without it')
    .option('--control <number>', 'the first control number it takes', '1')
    .option(...partner)
    .action((file: string, flags: AckFlags) =>
      run(async () => (await import('./ack.ts')).runAck(commands, file, flags)),
    );
}
