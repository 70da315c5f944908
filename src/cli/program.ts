import { Command, CommanderError, Option } from 'commander';
import { FailureError, type FailureKind, failureOf } from '../core/failure.ts';
import { ROLES, type Role } from '../flows/roles.ts';
import {
  type ApplyFlags,
  type AskFlags,
  type Commands,
  defaultApi,
  defaultPartners,
  type ExitCode,
} from './commands.ts';
import { addFileCommands } from './file-commands.ts';
import { addFtpsCommands } from './ftps-commands.ts';
import { addDoctorCommands, addKeyCommands } from './key-commands.ts';
import type { ServeSettings } from './serve.ts';
import { addSftpCommands } from './sftp-commands.ts';

const USAGE: ReadonlySet<FailureKind> = new Set(['usage-wrong', 'not-found', 'config-invalid', 'map-missing']);

/** The commands and their flags; each loads its own code when it is called. Gives what runs arguments and returns the exit code. */
export const buildProgram =
  (commands: Commands) =>
  async (args: readonly string[]): Promise<ExitCode> => {
    let code: ExitCode = 0;
    const ends = (run: Promise<ExitCode>): Promise<void> =>
      run.then((result) => {
        code = result;
      });
    const program = new Command('tallyport')
      .description('An open EDI/B2B gateway that carries a purchase order to cash')
      .version(commands.version)
      .exitOverride()
      .showHelpAfterError('(--help shows what there is)')
      .configureOutput({
        writeErr: (text) => commands.printError(text.trimEnd()),
        writeOut: (text) => commands.print(text.trimEnd()),
      });
    const data = ['--data <folder>', 'the data folder', commands.environment.TALLYPORT_DATA ?? '.tallyport'] as const;
    const json = ['--json', 'machine-readable output only'] as const;

    addFileCommands(program, commands, ends);
    addSftpCommands(program, commands, ends);
    addFtpsCommands(program, commands, ends);
    program
      .command('serve')
      .description('run the gateway')
      .option(...data)
      .option('--roles <list>', `of ${ROLES.join(',')}`, ROLES.join(','))
      .option('--api <address>', `where operators ask, [host:]port (${defaultApi.host}:${defaultApi.port})`)
      .option(
        '--partners <address>',
        `where partners ask, [host:]port (${defaultPartners.host}:${defaultPartners.port})`,
      )
      .option(
        '--partners-certificate <file>',
        'HTTPS for partners: the certificate with those of the authorities between, in PEM',
      )
      .option('--partners-key <file>', 'and its private key, in PEM; new files are taken up without a restart')
      .option('--sftp <address>', "where partners' SFTP clients come, [host:]port (no SFTP server without it)")
      .option(...json)
      .addOption(new Option('--with-parent', 'end when stdin closes').hideHelp())
      .action((options: ServeFlags) => ends(serve(commands, options)));
    program
      .command('demo')
      .description('the gateway, simulated buyers and a back office beside it; prints the ladder from order to cash')
      .option(...data)
      .option('--once', 'end after the last rung; exit 0 only if every rung was met')
      .option('--only <list>', 'only these conversations')
      .option(...json)
      .action((options: DemoFlags) => ends(demo(commands, options)));
    program.command('simulate <role>', { hidden: true }).action((role: string) => ends(simulate(commands, role)));
    const partners = program.command('partners').description('configuration as code');
    partners
      .command('apply [folder]')
      .description('put company/ and partners/ of the folder in force')
      .option(...data)
      .option('--api-url <url>', 'of a running gateway (the one that runs on the data folder)')
      .option(...json)
      .action((folder: string | undefined, options: ApplyFlags) => ends(apply(commands, folder ?? '.', options)));
    addKeyCommands(program, commands, ends);
    addDoctorCommands(program, commands, ends);
    program
      .command('status')
      .description('what a running gateway has in hand')
      .option(...data)
      .option('--api-url <url>', 'of the gateway (the one that runs on the data folder)')
      .option(...json)
      .action((options: AskFlags) => ends(status(commands, options)));
    program
      .command('ladder [order]')
      .description('what orders have climbed, from wire to cash; an order number or id, or all')
      .option(...data)
      .option('--api-url <url>', 'of the gateway (the one that runs on the data folder)')
      .option(...json)
      .action((order: string | undefined, options: AskFlags) => ends(ladder(commands, order, options)));

    try {
      await program.parseAsync([...args], { from: 'user' });
      return code;
    } catch (thrown) {
      if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
      const failure = failureOf(thrown);
      commands.printError(`tallyport: ${failure.message}`);
      if (failure.remedy !== null) commands.printError(`  ${failure.remedy}`);
      if (failure.kind === 'bug' && commands.environment.TALLYPORT_LOG === 'debug')
        commands.printError(String(failure.cause instanceof Error ? failure.cause.stack : failure.stack));
      return USAGE.has(failure.kind) ? 2 : 3;
    }
  };

interface ServeFlags {
  readonly withParent?: true;
  readonly data: string;
  readonly roles: string;
  readonly api?: string;
  readonly partners?: string;
  readonly partnersCertificate?: string;
  readonly partnersKey?: string;
  readonly sftp?: string;
  readonly json?: true;
}
interface DemoFlags {
  readonly data: string;
  readonly once?: true;
  readonly only?: string;
  readonly json?: true;
}
const rolesOf = (text: string): ReadonlySet<Role> =>
  new Set(
    text.split(',').map((name) => {
      const role = ROLES.find((known) => known === name.trim());
      if (role === undefined) throw new FailureError('usage-wrong', `'${name}' is no role; ${ROLES.join(', ')} are.`);
      return role;
    }),
  );

function tlsFilesOf({ resolve }: Commands, flags: ServeFlags): ServeSettings['partnersTls'] {
  const { partnersCertificate: certificate, partnersKey: key } = flags;
  if (certificate === undefined && key === undefined) return null;
  if (certificate === undefined || key === undefined)
    throw new FailureError('usage-wrong', '--partners-certificate and --partners-key belong together.');
  return { certificate: resolve(certificate), key: resolve(key) };
}

async function serve(commands: Commands, flags: ServeFlags): Promise<ExitCode> {
  const { runServe } = await import('./serve.ts');
  const { environment, address, resolve } = commands;
  const settings: ServeSettings = {
    dataFolder: resolve(flags.data),
    databaseUrl: environment.DATABASE_URL ?? null,
    redisUrl: environment.REDIS_URL ?? null,
    api: address(flags.api, defaultApi),
    partners: address(flags.partners, defaultPartners),
    partnersTls: tlsFilesOf(commands, flags),
    sftp: flags.sftp === undefined ? null : address(flags.sftp, { host: '127.0.0.1', port: 0 }),
    roles: rolesOf(flags.roles),
  };
  return runServe({
    json: flags.json === true,
    print: commands.print,
    start: () => commands.startGateway(settings),
    signal: flags.withParent === true ? commands.untilParentEnds() : commands.untilSignal(),
  });
}

async function demo(commands: Commands, flags: DemoFlags): Promise<ExitCode> {
  const { demoOptions } = await import('./demo-gateway.ts');
  const { runDemo } = await import('./demo.ts');
  return runDemo(demoOptions(commands, { ...flags, signal: commands.untilSignal() }));
}

async function simulate(commands: Commands, role: string): Promise<ExitCode> {
  const { simulate: run, simulationVariable } = await import('../simulator/index.ts');
  return run(role, commands.environment[simulationVariable] ?? 'null', commands.streams);
}

async function apply(commands: Commands, folder: string, flags: ApplyFlags): Promise<ExitCode> {
  const { runPartnersApply } = await import('./partners-apply.ts');
  return runPartnersApply(commands, folder, flags);
}

async function status(commands: Commands, flags: AskFlags): Promise<ExitCode> {
  const { runStatus } = await import('./status.ts');
  return runStatus(commands, flags);
}

async function ladder(commands: Commands, order: string | undefined, flags: AskFlags): Promise<ExitCode> {
  const { runLadder } = await import('./ladder.ts');
  return runLadder(commands, order, flags);
}
