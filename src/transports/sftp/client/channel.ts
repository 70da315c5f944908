import { readFile } from 'node:fs/promises';
import type { Clock } from '../../../core/clock.ts';
import { FailureError } from '../../../core/failure.ts';
import type { Channel } from '../../../partners/configuration.ts';
import type { SftpSettings } from '../../../partners/sftp-settings.ts';
import type { DirectoryInbox, InboxEvent } from '../../directory/inbox.ts';
import type { After } from '../../remote/after.ts';
import { shareConnection } from '../../remote/connection.ts';
import { openRemoteInbox } from '../../remote/inbox.ts';
import { remoteOutbox } from '../../remote/outbox.ts';
import type { RemoteParts } from '../../remote/parts.ts';
import type { RemoteFiles } from '../../remote/remote-files.ts';
import type { Intake, Transport } from '../../transport.ts';
import type { SftpEndpoint } from './connect.ts';
import { connectSftp } from './sftp-files.ts';

/** Secrets are read when we connect, so that one that was changed is used at the next connection. */
const connectTo = (settings: SftpSettings, environment: RemoteParts['environment']) => async (): Promise<RemoteFiles> =>
  connectSftp(await endpointOf(settings, environment));

async function endpointOf(settings: SftpSettings, environment: RemoteParts['environment']): Promise<SftpEndpoint> {
  const { host, port, username, hostKeys, timeoutMs, legacyAlgorithms } = settings;
  const key = secretOf(settings.privateKeyVariable, environment);
  return {
    host,
    port,
    username,
    hostKeys,
    timeoutMs,
    legacyAlgorithms,
    password: secretOf(settings.passwordVariable, environment),
    passphrase: secretOf(settings.passphraseVariable, environment),
    privateKey: key === null || key.startsWith('-----BEGIN') ? key : await keyIn(key, settings.privateKeyVariable),
  };
}

function secretOf(variable: string | null, environment: RemoteParts['environment']): string | null {
  if (variable === null) return null;
  const value = environment[variable];
  if (value !== undefined && value !== '') return value;
  throw new FailureError('credential-missing', `The environment variable ${variable} is not set.`, {
    remedy: `Set ${variable}, restart, and release the delivery.`,
  });
}

async function keyIn(path: string, variable: string | null): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FailureError('credential-missing', `The key file that ${variable} names cannot be read.`, {
      cause,
      remedy: 'Give the gateway the right to read it, or put the key itself into the variable.',
    });
  }
}

/** "sftp://tallyport@host:22": what operators see, and what a lease is for. */
const placeOf = ({ username, host, port }: SftpSettings): string =>
  `sftp://${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The way out of an `sftp` channel. */
export function sftpOutbox({ id }: Channel, settings: SftpSettings, parts: RemoteParts): Transport {
  if (settings.outbox === null)
    throw new FailureError('config-invalid', `The channel ${id} has no outbox, so nothing can leave by it.`);
  return remoteOutbox({
    connection: parts.connections.of(id, settings, connectTo(settings, parts.environment)),
    journal: parts.journal,
    place: placeOf(settings),
    folder: settings.outbox,
    mode: settings.upload,
    temporaryFolder: settings.temporaryFolder,
    markerSuffix: settings.markerSuffix,
  });
}

/** The folder an `sftp` channel polls; null when it only leads out. */
export function sftpInbox(
  { id, fileBytesMax, firstInFirstOut }: Channel,
  settings: SftpSettings,
  parts: RemoteParts,
  given: { readonly intake: Intake; readonly clock: Clock; readonly report: (event: InboxEvent) => void },
): DirectoryInbox | null {
  if (settings.inbox === null) return null;
  const after: After =
    settings.afterPickUp === 'archive' && settings.archive !== null
      ? { kind: 'archive', folder: settings.archive }
      : { kind: settings.afterPickUp === 'delete' ? 'delete' : 'leave' };
  return openRemoteInbox({
    channelId: id,
    // Of its own, and shut after each look: partners count connections, and a poll is a minute away.
    connection: shareConnection(connectTo(settings, parts.environment), Math.min(1_000, settings.pollIntervalMs / 2)),
    place: placeOf(settings),
    folder: settings.inbox,
    patterns: settings.files,
    takeWhen: settings.takeWhen,
    settleMs: settings.settleMs,
    markerSuffix: settings.markerSuffix,
    after,
    fileBytesMax,
    firstInFirstOut,
    seen: parts.seen,
    leases: parts.leases,
    ...given,
  });
}
