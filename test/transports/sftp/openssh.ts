import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Whether OpenSSH's server and clients are on this machine; tests that need them say so when they are not. */
export const hasOpenSsh = ((): boolean => {
  try {
    for (const path of ['/usr/sbin/sshd', '/usr/bin/sftp', '/usr/bin/scp', '/usr/bin/ssh-keygen']) accessSync(path);
    return true;
  } catch {
    process.stderr.write('skipped: openssh absent\n');
    return false;
  }
})();

export interface Sshd {
  readonly port: number;
  readonly username: string;
  /** Its host key's "SHA256:…". */
  readonly fingerprint: string;
  /** A key that it lets in, in OpenSSH format. */
  readonly privateKey: string;
  readonly privateKeyPath: string;
  stop(): void;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export function makeKey(
  path: string,
  type: 'ed25519' | 'rsa' = 'ed25519',
): { fingerprint: string; privateKey: string; publicKey: string } {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '3072'] : []),
    '-N',
    '',
    '-C',
    'test',
    '-f',
    path,
  ]);
  const fingerprint = execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '';
  return { fingerprint, privateKey: readFileSync(path, 'utf8'), publicKey: readFileSync(`${path}.pub`, 'utf8') };
}

const running = new Set<ChildProcess>();
// At the top: a hook that is registered while another runs is never called.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** OpenSSH's own server in a folder of its own, on a port of 127.0.0.1, for the user who runs the test. */
export async function startSshd(folder: string, more: readonly string[] = []): Promise<Sshd> {
  const username = userInfo().username;
  mkdirSync(folder, { recursive: true });
  // Where sshd's unprivileged half lives; it will not start as root without.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const host = makeKey(join(folder, 'host'));
  const user = makeKey(join(folder, 'user'));
  writeFileSync(join(folder, 'authorized'), user.publicKey);
  const port = await freePort();
  writeFileSync(
    join(folder, 'config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'MaxStartups 200',
      'MaxSessions 200',
      'Subsystem sftp internal-sftp',
      ...more,
      '',
    ].join('\n'),
  );
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`sshd does not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = (): void => {
    running.delete(child);
    child.kill('SIGKILL');
  };
  return {
    port,
    username,
    fingerprint: host.fingerprint,
    privateKey: user.privateKey,
    privateKeyPath: join(folder, 'user'),
    stop,
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
      .on('connect', () => resolve(true))
      .on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
