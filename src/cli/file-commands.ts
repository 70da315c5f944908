import type { Command } from 'commander';
import type { AckFlags } from './ack.ts';
import type { CheckFlags } from './check.ts';
import type { Commands } from './commands.ts';
import { untilClosed } from './file-output.ts';
import type { MapFlags } from './map-terms.ts';
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
    .option('--second-opinion', 'read small files with node-x12 or edifact too, and tell where they see them otherwise')
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
    .description('write the TA1, 997, 999 or CONTRL the gateway would answer to stdout')
    .option('--at <moment>', 'when it answers, as ISO 8601: 2026-11-22T09:15:00Z; now without it')
    .option('--control <number>', 'the first control number it takes', '1')
    .option(...partner)
    .action((file: string, flags: AckFlags) =>
      run(async () => (await import('./ack.ts')).runAck(commands, file, flags)),
    );
  addMapCommands(program, commands, run);
}

const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
const set = ['--set <name=value>', 'a value the map calls $agreement.<name>; may be repeated', many] as const;

function addMapCommands(
  program: Command,
  commands: Commands,
  run: (start: () => Promise<number>) => void | Promise<void>,
) {
  const map = program.command('map').description('the maps between transactions and documents');
  map
    .command('run <map> <file>')
    .description('the documents a map makes of a file, as JSON; several, one a line')
    .option(...partner)
    .option(...set)
    .option('--trace', 'with each document where every value of it stands, and what no field read')
    .option('--json', 'machine-readable output only: one line a transaction, with its problems')
    .action((name: string, file: string, flags: MapFlags) =>
      run(async () => (await import('./map-run.ts')).runMapRun(commands, name, file, flags)),
    );
  map
    .command('write <map> <document>')
    .description('the interchange a map makes of a document, to stdout')
    .option(...partner)
    .option('--set <name=value>', 'a value of $agreement, or sender, receiver, usage, version; may be repeated', many)
    .option('--at <moment>', 'when it is written, as ISO 8601; now without it')
    .option('--control <number>', 'the control number it takes', '1')
    .action((name: string, file: string, flags: MapFlags) =>
      run(async () => (await import('./map-write.ts')).runMapWrite(commands, name, file, flags)),
    );
  map
    .command('check [map...]')
    .description('what is wrong with maps, by file, line and column; all of them without a name')
    .option(...partner)
    .option(...json)
    .action((names: readonly string[], flags: MapFlags) =>
      run(async () => (await import('./map-check.ts')).runMapCheck(commands, names, flags)),
    );
}
