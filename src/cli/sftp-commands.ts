import type { Command } from 'commander';
import { FailureError } from '../core/failure.ts';
import type { Commands, ExitCode } from './commands.ts';

const timeoutMs = 15_000;
const passwordLengthMin = 12;

/** What onboarding a partner over SFTP needs; each loads its own code when it is called. */
export function addSftpCommands(
  program: Command,
  commands: Commands,
  ends: (run: Promise<ExitCode>) => Promise<void>,
): void {
  const sftp = program.command('sftp').description('what onboarding a partner over SFTP needs');
  sftp
    .command('host-keys <server>')
    .description("the fingerprints of a server's host keys, to be compared with what the partner says; host[:port]")
    .option('--json', 'machine-readable output only')
    .action((server: string, options: { readonly json?: true }) =>
      ends(hostKeys(commands, server, options.json === true)),
    );
  sftp
    .command('hash-password')
    .description('reads a password from standard input and prints it in the form channels.yaml keeps')
    .action(() => ends(hashPassword(commands)));
}

async function hostKeys({ print, printError }: Commands, server: string, json: boolean): Promise<ExitCode> {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server);
  if (match === null) throw new FailureError('usage-wrong', `'${server}' is no server: host[:port] is.`);
  const { readHostKeys } = await import('../transports/sftp/client/host-keys.ts');
  const shown = await readHostKeys({ host: match[1] ?? match[2] ?? '', port: Number(match[3] ?? 22), timeoutMs });
  if (json) print(JSON.stringify({ hostKeys: shown }));
  else for (const { type, fingerprint } of shown) print(`${fingerprint} ${type}`);
  if (shown.length > 0) return 0;
  printError(`tallyport: ${server} shows no host key that we know.`);
  return 3;
}

async function hashPassword({ streams, print }: Commands): Promise<ExitCode> {
  const pieces: Buffer[] = [];
  for await (const piece of streams.stdin) pieces.push(Buffer.from(piece));
  const password = Buffer.concat(pieces).toString('utf8').split(/\r?\n/)[0] ?? '';
  if (password.length < passwordLengthMin)
    throw new FailureError('usage-wrong', `A password has at least ${passwordLengthMin} characters.`);
  const { hashPassword: hash } = await import('../transports/sftp/server/password.ts');
  print(await hash(password));
  return 0;
}
