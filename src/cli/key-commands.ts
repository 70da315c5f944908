import type { Command } from 'commander';
import type { AskFlags, Commands, ExitCode } from './commands.ts';
import type { CreateFlags, ExportFlags, ImportFlags, RehearseFlags } from './keys.ts';

/** `tallyport keys …`: our key pairs for AS2. */
export function addKeyCommands(
  program: Command,
  commands: Commands,
  ends: (run: Promise<ExitCode>) => Promise<void>,
): void {
  const keys = program
    .command('keys')
    .description('our key pairs: private keys stay sealed, certificates go to partners');
  const asking = (command: Command): Command =>
    command
      .option('--data <folder>', 'the data folder', commands.environment.TALLYPORT_DATA ?? '.tallyport')
      .option('--api-url <url>', 'of a running gateway (the one that runs on the data folder)')
      .option('--json', 'machine-readable output only');
  asking(keys.command('create <name>').description('make a key pair, and print its certificate'))
    .option('--kind <kind>', 'rsa-2048, rsa-3072, rsa-4096, p256 or p384', 'rsa-3072')
    .option('--days <count>', 'how long the certificate is valid', '1095')
    .option('--common-name <text>', 'of the certificate (the name)')
    .option('--organization <text>', 'of the certificate (the common name)')
    .action((name: string, options: CreateFlags) =>
      ends(load().then(({ runKeysCreate }) => runKeysCreate(commands, name, options))),
    );
  asking(
    keys.command('import <name> <file>').description('take in a private key and its certificate from PKCS#12 or PEM'),
  )
    .option('--certificate <file>', 'where the certificate stands, when not in the same file')
    .option('--passphrase-variable <name>', 'the environment variable that holds the key’s passphrase')
    .action((name: string, file: string, options: ImportFlags) =>
      ends(load().then(({ runKeysImport }) => runKeysImport(commands, name, file, options))),
    );
  asking(keys.command('export <name>').description('print a certificate, for a partner'))
    .option(
      '--pkcs12 <file>',
      'the private key too, into a new PKCS#12 file; from the database, not from a running gateway',
    )
    .option('--passphrase-variable <name>', 'the environment variable that holds the passphrase for it')
    .action((name: string, options: ExportFlags) =>
      ends(load().then(({ runKeysExport }) => runKeysExport(commands, name, options))),
    );
  asking(
    keys
      .command('rehearse <channel>')
      .description('send a signed test with the next key, and tell which one the partner used'),
  )
    .option('--key <name>', 'of another key (the channel’s next one)')
    .action((channel: string, options: RehearseFlags) =>
      ends(load().then(({ runKeysRehearse }) => runKeysRehearse(commands, channel, options))),
    );
  asking(keys.command('remove <name>').description('destroy a key pair that no channel names any more')).action(
    (name: string, options: AskFlags) =>
      ends(load().then(({ runKeysRemove }) => runKeysRemove(commands, name, options))),
  );
  asking(keys.command('list').description('what there is, and until when it is valid')).action((options: AskFlags) =>
    ends(load().then(({ runKeysList }) => runKeysList(commands, options))),
  );
}

/** `tallyport doctor as2 ID`. */
export function addDoctorCommands(
  program: Command,
  commands: Commands,
  ends: (run: Promise<ExitCode>) => Promise<void>,
): void {
  program
    .command('doctor')
    .description('why something did not work')
    .command('as2 [id]')
    .description('why a delivery did not arrive or a partner’s message was refused, and the setting that mends it')
    .option('--data <folder>', 'the data folder', commands.environment.TALLYPORT_DATA ?? '.tallyport')
    .option('--api-url <url>', 'of the gateway (the one that runs on the data folder)')
    .option('--json', 'machine-readable output only')
    .action((id: string | undefined, options: AskFlags) =>
      ends(import('./doctor.ts').then(({ runDoctorAs2 }) => runDoctorAs2(commands, id, options))),
    );
}

const load = () => import('./keys.ts');
