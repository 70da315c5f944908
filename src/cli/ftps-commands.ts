import type { Command } from 'commander';
import { FailureError } from '../core/failure.ts';
import type { Commands, ExitCode } from './commands.ts';

const timeoutMs = 15_000;

/** What onboarding a partner over FTPS needs. */
export function addFtpsCommands(
  program: Command,
  commands: Commands,
  ends: (run: Promise<ExitCode>) => Promise<void>,
): void {
  program
    .command('ftps')
    .description('what onboarding a partner over FTPS needs')
    .command('certificate <server>')
    .description(
      "a server's certificates, to be compared with what the partner says, and for serverCertificates; host[:port]",
    )
    .option('--implicit', 'TLS from the first byte, on port 990 unless told otherwise')
    .option('--json', 'machine-readable output only')
    .action((server: string, options: { readonly implicit?: true; readonly json?: true }) =>
      ends(certificate(commands, server, options)),
    );
}

async function certificate(
  { print, printError }: Commands,
  server: string,
  { implicit, json }: { readonly implicit?: true; readonly json?: true },
): Promise<ExitCode> {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server);
  if (match === null) throw new FailureError('usage-wrong', `'${server}' is no server: host[:port] is.`);
  const { readCertificates } = await import('../transports/ftps/certificate.ts');
  const security = implicit === true ? 'implicit' : 'explicit';
  const port = Number(match[3] ?? (security === 'implicit' ? 990 : 21));
  const shown = await readCertificates({ host: match[1] ?? match[2] ?? '', port, security, timeoutMs });
  if (json === true) print(JSON.stringify({ certificates: shown }));
  else
    for (const { subject, issuer, validTo, sha256, pem } of shown)
      for (const line of [
        `subject: ${subject}`,
        `issuer:  ${issuer}`,
        `until:   ${validTo}`,
        `SHA-256: ${sha256}`,
        pem,
      ])
        print(line);
  if (shown.length > 0) return 0;
  printError(`tallyport: ${server} shows no certificate.`);
  return 3;
}
