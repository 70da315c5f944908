import ssh2 from 'ssh2';
import { FailureError } from '../../../core/failure.ts';
import { fingerprintOf, keyTypeOf } from '../fingerprint.ts';
import { safeAlgorithms } from './algorithms.ts';
import { openSocket, type SftpEndpoint } from './connect.ts';

export interface ShownHostKey {
  /** "ssh-ed25519". */
  readonly type: string;
  /** "SHA256:…", as it goes into a channel's hostKeys. */
  readonly fingerprint: string;
}

const FAMILIES = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
] as const;

/**
 * The host keys a server shows, one connection for each kind, without logging in: the first connect, done on purpose, its answer compared
 * by a person with what the partner says. Empty when it shows none we know; FailureError `partner-unreachable` when nobody
 * answers, or whoever does hangs up before a key is agreed on.
 */
export async function readHostKeys(
  endpoint: Pick<SftpEndpoint, 'host' | 'port' | 'timeoutMs'>,
): Promise<readonly ShownHostKey[]> {
  const shown: ShownHostKey[] = [];
  let isAgreed = false;
  for (const family of FAMILIES) {
    const key = await keyOf(endpoint, [...family], () => {
      isAgreed = true;
    });
    if (key !== undefined) shown.push(key);
  }
  if (shown.length === 0 && !isAgreed)
    throw new FailureError(
      'partner-unreachable',
      `${endpoint.host}:${endpoint.port} ended the connection before it showed a host key.`,
    );
  return shown;
}

async function keyOf(
  endpoint: Pick<SftpEndpoint, 'host' | 'port' | 'timeoutMs'>,
  serverHostKey: (typeof FAMILIES)[number][number][],
  onNoMatch: () => void,
): Promise<ShownHostKey | undefined> {
  const socket = await openSocket(endpoint);
  const client = new ssh2.Client();
  try {
    return await new Promise((resolve) => {
      client.on('error', ({ message }) => {
        // It named its algorithms: a server, and none of its keys is of this kind.
        if (message.includes('no matching')) onNoMatch();
        resolve(undefined);
      });
      client.on('close', () => resolve(undefined));
      client.connect({
        sock: socket,
        username: 'nobody',
        readyTimeout: endpoint.timeoutMs,
        algorithms: { ...safeAlgorithms, serverHostKey },
        hostVerifier: (key: Buffer) => {
          resolve({ type: keyTypeOf(key), fingerprint: fingerprintOf(key) });
          return false; // nothing of us is shown to a server nobody has vouched for
        },
      });
    });
  } finally {
    client.destroy();
    socket.destroy();
  }
}
