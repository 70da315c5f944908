import ssh2, { type AuthContext, type Connection, type Server, type SFTPWrapper } from 'ssh2';
import { afterEach } from 'vitest';
import { fingerprintOf } from '../../../src/transports/sftp/fingerprint.ts';
import { newSshKey } from '../../../src/transports/sftp/new-key.ts';

export interface ScriptedServer {
  readonly port: number;
  readonly fingerprint: string;
  readonly username: 'scripted';
  /** How often somebody logged in. */
  readonly logins: () => number;
  close(): Promise<void>;
}

const open = new Set<ScriptedServer>();
afterEach(async () => {
  for (const server of open) await server.close();
});

/** A partner's SFTP server that does what the test says, right or wrong; `serve` puts its answers onto the session. */
export async function startScriptedServer(
  serve: (sftp: SFTPWrapper) => void,
  more: { readonly logIn?: (context: AuthContext) => void; readonly port?: number } = {},
): Promise<ScriptedServer> {
  const hostKey = newSshKey('ed25519');
  const connections = new Set<Connection>();
  let logins = 0;
  const server: Server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection);
    connection
      .on('error', () => undefined)
      .on('close', () => connections.delete(connection))
      .on('authentication', more.logIn ?? ((context) => context.accept()))
      .on('ready', () => {
        logins += 1;
      })
      .on('session', (accept) => accept().on('sftp', (acceptSftp) => serve(acceptSftp().on('error', () => undefined))));
  });
  await new Promise<void>((resolve) => server.listen(more.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  const parsed = ssh2.utils.parseKey(hostKey);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) throw new Error('no host key');
  const scripted: ScriptedServer = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    fingerprint: fingerprintOf(key.getPublicSSH()),
    username: 'scripted',
    logins: () => logins,
    async close() {
      open.delete(scripted);
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  open.add(scripted);
  return scripted;
}

/** The public half of a private key in OpenSSH's format, in one line. */
export function publicKeyOf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) throw new Error('no key');
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}
