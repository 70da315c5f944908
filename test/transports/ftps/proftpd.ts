import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { FtpsEndpoint } from '../../../src/transports/ftps/endpoint.ts';
import { freePort } from '../sftp/openssh.ts';

/** Whether ProFTPD with its TLS module is on this machine (Debian: proftpd-core, proftpd-mod-crypto); tests that need it say so when not. */
export const hasProftpd = ((): boolean => {
  try {
    for (const path of ['/usr/sbin/proftpd', '/usr/lib/proftpd/mod_tls.so', '/usr/bin/openssl']) accessSync(path);
    return true;
  } catch {
    process.stderr.write('skipped: proftpd absent\n');
    return false;
  }
})();

export interface Proftpd {
  readonly port: number;
  /** Its certificate, issued by the authority of the same folder. */
  readonly certificate: string;
  readonly authority: string;
  readonly endpoint: FtpsEndpoint;
  /** What it wrote into its TLS log so far. */
  tlsLog(): string;
  stop(): void;
}

const running = new Set<ChildProcess>();
const end = (child: ChildProcess): void => {
  running.delete(child);
  // The whole group: it forks for each session.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
};
afterAll(() => {
  for (const child of running) end(child);
});

const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

/** An authority, and a server's certificate of it for these names. */
export function makeCertificate(
  folder: string,
  names = 'IP:127.0.0.1,DNS:localhost',
): { certificate: string; authority: string } {
  const at = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3'];
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=Test authority');
  openssl(
    'req',
    ...key.slice(0, 4),
    '-nodes',
    '-keyout',
    at('key.pem'),
    '-out',
    at('csr.pem'),
    '-subj',
    '/CN=ftp.test',
  );
  writeFileSync(at('ext'), `subjectAltName=${names}\n`);
  const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '3', '-extfile', at('ext')];
  openssl('x509', '-req', '-in', at('csr.pem'), ...by, '-out', at('cert.pem'));
  return { certificate: readFileSync(at('cert.pem'), 'utf8'), authority: readFileSync(at('ca.pem'), 'utf8') };
}

export interface ProftpdOptions {
  readonly security?: 'explicit' | 'implicit';
  /** Without MLSD, as vsftpd and IIS are: then LIST and MDTM have to do. */
  readonly facts?: boolean;
  /** More lines of its configuration. */
  readonly more?: readonly string[];
  readonly names?: string;
}

/** ProFTPD in a folder of its own, on a port of 127.0.0.1, for the user who runs the test; data connections must resume the TLS session. */
export async function startProftpd(folder: string, options: ProftpdOptions = {}): Promise<Proftpd> {
  const { security = 'explicit', facts = true, more = [], names } = options;
  mkdirSync(folder, { recursive: true });
  const { certificate, authority } = makeCertificate(folder, names);
  const { uid, gid } = userInfo();
  const hash = openssl('passwd', '-1', 'right-password').trim();
  writeFileSync(join(folder, 'users'), `partner:${hash}:${uid}:${gid}::/:/bin/sh\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'groups'), `partner:*:${gid}:\n`, { mode: 0o600 });
  const [owner, group] = [execFileSync('id', ['-un']), execFileSync('id', ['-gn'])].map((text) => String(text).trim());
  const port = await freePort();
  const lines = [
    'ModulePath /usr/lib/proftpd',
    'LoadModule mod_tls.c',
    'ServerType standalone',
    'ServerName test',
    `Port ${port}`,
    'DefaultAddress 127.0.0.1',
    'UseIPv6 off',
    `User ${owner}`,
    `Group ${group}`,
    'UseReverseDNS off',
    'WtmpLog off',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${join(folder, 'users')}`,
    `AuthGroupFile ${join(folder, 'groups')}`,
    'RequireValidShell off',
    'RootLogin on',
    'MaxInstances 100',
    'AllowOverwrite on',
    'DelayEngine off',
    `PidFile ${join(folder, 'pid')}`,
    `ScoreboardFile ${join(folder, 'scoreboard')}`,
    `SystemLog ${join(folder, 'log')}`,
    'TLSEngine on',
    'TLSRequired on',
    `TLSLog ${join(folder, 'tls.log')}`,
    `TLSRSACertificateFile ${join(folder, 'cert.pem')}`.replace('RSA', 'EC'),
    `TLSRSACertificateKeyFile ${join(folder, 'key.pem')}`.replace('RSA', 'EC'),
    ...(security === 'implicit' ? ['TLSOptions UseImplicitSSL'] : []),
    ...(facts ? [] : ['FactsAdvertise off']),
    ...more,
    '',
  ];
  writeFileSync(join(folder, 'config'), lines.join('\n'));
  const child = spawn('/usr/sbin/proftpd', ['-n', '-c', join(folder, 'config')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      said += text;
    });
  let isEnded = false;
  child.once('exit', () => {
    isEnded = true;
    running.delete(child);
  });
  while (!(await answers(port))) {
    if (isEnded) throw new Error(`proftpd ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const endpoint: FtpsEndpoint = {
    host: '127.0.0.1',
    port,
    security,
    username: 'partner',
    password: 'right-password',
    serverCertificates: [authority],
    timeoutMs: 5_000,
  };
  return {
    port,
    certificate,
    authority,
    endpoint,
    tlsLog: () => readFileSync(join(folder, 'tls.log'), 'utf8'),
    stop: () => end(child),
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
