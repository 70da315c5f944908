import { connect as connectSocket, type Socket } from 'node:net';
import ssh2, { type AnyAuthMethod, type Client, type SFTPWrapper } from 'ssh2';
import { FailureError, failureOf } from '../../../core/failure.ts';
import { sftpKeepaliveCountMax, sftpKeepaliveMs } from '../../limits.ts';
import { fingerprintOf, keyTypeOf } from '../fingerprint.ts';
import { algorithmsWith, type LegacyAlgorithm } from './algorithms.ts';

/** Where a partner's SFTP server is and what we show it. Secrets are values here: whoever reads the configuration resolves them. */
export interface SftpEndpoint {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** SHA-256 fingerprints of which the server must show one; two during a rotation. Never empty: there is no trust at first sight. */
  readonly hostKeys: readonly string[];
  readonly password: string | null;
  /** PEM or OpenSSH format. With a password too: the server may want both, in either order. */
  readonly privateKey: string | null;
  readonly passphrase: string | null;
  /** The longest wait for the connection, for the handshake and login, and for the answer to each request. */
  readonly timeoutMs: number;
  readonly legacyAlgorithms: readonly LegacyAlgorithm[];
}

/** The server shows a key that nobody pinned: a person must find out whether it was changed or somebody stands between. */
export class HostKeyChanged extends FailureError {
  constructor(endpoint: SftpEndpoint, shown: string, type: string) {
    super(
      'partner-refused',
      `${endpoint.host}:${endpoint.port} shows the host key ${shown} (${type}), which is not pinned.`,
      {
        remedy: 'Ask the partner whether they changed it. If so, add it to hostKeys and apply.',
      },
    );
    this.name = 'HostKeyChanged';
  }
}

/** The server does not let us in. Trying again soon locks many accounts. */
export class LoginRefused extends FailureError {
  constructor({ username, host }: SftpEndpoint, cause: unknown) {
    super('partner-refused', `${host} refuses the login of ${username}.`, {
      cause,
      remedy: 'Check user name, key and password with the partner, then release the work.',
    });
    this.name = 'LoginRefused';
  }
}

export interface SftpLogin {
  readonly client: Client;
  readonly sftp: SFTPWrapper;
}

/**
 * Connects, checks the host key, logs in and opens SFTP. FailureError: `partner-unreachable`; HostKeyChanged and LoginRefused;
 * `partner-refused` when we share no algorithm; `credential-missing` when our key cannot be read.
 */
export async function logIn(endpoint: SftpEndpoint): Promise<SftpLogin> {
  expectReadable(endpoint);
  const socket = await openSocket(endpoint);
  const client = new ssh2.Client();
  try {
    await handshake(client, socket, endpoint);
    const sftp = await within<SFTPWrapper>(endpoint, 'opening SFTP', (done) => client.sftp(done));
    return { client, sftp };
  } catch (error) {
    client.destroy();
    socket.destroy();
    throw error;
  }
}

export const unreachable = (
  { host, port }: Pick<SftpEndpoint, 'host' | 'port'>,
  why: string,
  cause?: unknown,
): FailureError => new FailureError('partner-unreachable', `${host}:${port}: ${why}.`, { cause });

/** A TCP connection, over IPv6 or IPv4, whichever answers. The time-out covers the name server too. */
export function openSocket(endpoint: Pick<SftpEndpoint, 'host' | 'port' | 'timeoutMs'>): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { host, port, timeoutMs } = endpoint;
    const socket = connectSocket({ host, port, autoSelectFamily: true, noDelay: true });
    const timer = setTimeout(() => end(unreachable(endpoint, `no connection within ${timeoutMs} ms`)), timeoutMs);
    const end = (failure: FailureError | null): void => {
      clearTimeout(timer);
      socket.removeListener('error', onError);
      if (failure === null) {
        resolve(socket);
        return;
      }
      socket.on('error', () => socket.destroy()); // what comes after the verdict
      socket.destroy();
      reject(failure);
    };
    const onError = (error: Error): void => end(unreachable(endpoint, error.message || 'no connection', error));
    socket.once('error', onError).once('connect', () => end(null));
  });
}

/** ssh2 passes by a key it cannot read and goes on to the password: then nobody learns why the key is of no use. */
function expectReadable({ privateKey, passphrase, host }: SftpEndpoint): void {
  if (privateKey === null) return;
  const parsed = ssh2.utils.parseKey(privateKey, passphrase ?? undefined);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key !== undefined && !(key instanceof Error) && key.isPrivateKey()) return;
  throw new FailureError('credential-missing', `The private key for ${host} cannot be read.`, {
    cause: key,
    remedy: 'Give it in OpenSSH or PEM format, with its passphrase.',
  });
}

function handshake(client: Client, socket: Socket, endpoint: SftpEndpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    let shown: HostKeyChanged | null = null;
    client
      .on('error', (error) => reject(shown ?? meaningOf(error, endpoint)))
      .on('close', () => reject(shown ?? unreachable(endpoint, 'the connection was closed')))
      .once('ready', resolve);
    client.connect({
      sock: socket,
      username: endpoint.username,
      readyTimeout: endpoint.timeoutMs,
      keepaliveInterval: sftpKeepaliveMs,
      keepaliveCountMax: sftpKeepaliveCountMax,
      algorithms: algorithmsWith(endpoint.legacyAlgorithms),
      // Without this ssh2 takes any key. It is asked at every key exchange, so a key cannot change within a connection either.
      hostVerifier: (key: Buffer) => {
        const fingerprint = fingerprintOf(key);
        if (endpoint.hostKeys.includes(fingerprint)) return true;
        shown = new HostKeyChanged(endpoint, fingerprint, keyTypeOf(key));
        return false;
      },
      authHandler: waysIn(endpoint),
    });
  });
}

/** Each way is tried once: a server counts refused tries. A key goes first, for it says nothing to a server that does not know it. */
function waysIn({ username, privateKey, passphrase, password }: SftpEndpoint): AnyAuthMethod[] {
  const ways: AnyAuthMethod[] = [];
  if (privateKey !== null)
    ways.push({ type: 'publickey', username, key: privateKey, ...(passphrase === null ? {} : { passphrase }) });
  if (password !== null) {
    ways.push({ type: 'password', username, password });
    let rounds = 0;
    ways.push({
      type: 'keyboard-interactive',
      username,
      prompt(_name, _instructions, _lang, prompts, finish) {
        rounds += 1;
        // A second round asks for what we do not have (a one-time code): the password again would count as a wrong one.
        finish(rounds > 1 ? [] : prompts.map((prompt) => (prompt.echo === true ? '' : password)));
      },
    });
  }
  return ways;
}

function meaningOf(error: Error & { level?: string }, endpoint: SftpEndpoint): FailureError {
  if (error.level === 'client-authentication') return new LoginRefused(endpoint, error);
  if (/no matching/.test(error.message))
    return new FailureError('partner-refused', `${endpoint.host}: ${error.message}.`, {
      cause: error,
      remedy: 'The server is old. If the partner cannot update it, allow what it speaks by legacyAlgorithms.',
    });
  return unreachable(endpoint, error.message, error);
}

/** A callback's answer, or a failure when it does not come in time. */
export function within<T>(
  endpoint: Pick<SftpEndpoint, 'host' | 'port' | 'timeoutMs'>,
  what: string,
  ask: (done: (error: Error | undefined, value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(unreachable(endpoint, `no answer to ${what} within ${endpoint.timeoutMs} ms`)),
      endpoint.timeoutMs,
    );
    const done = (error: Error | undefined, value: T): void => {
      clearTimeout(timer);
      if (error) reject(unreachable(endpoint, `${what} failed: ${error.message}`, error));
      else resolve(value);
    };
    try {
      ask(done);
    } catch (error) {
      clearTimeout(timer);
      reject(failureOf(error));
    }
  });
}
