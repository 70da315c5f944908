import type { Clock } from '../../core/clock.ts';
import { FailureError } from '../../core/failure.ts';
import type { Channel } from '../../partners/configuration.ts';
import type { FtpsSettings, SftpSettings } from '../../partners/sftp-settings.ts';
import type { DirectoryInbox, InboxEvent } from '../directory/inbox.ts';
import type { Intake, Transport } from '../transport.ts';
import type { After } from './after.ts';
import { shareConnection } from './connection.ts';
import { openRemoteInbox } from './inbox.ts';
import { remoteOutbox } from './outbox.ts';
import type { RemoteParts } from './parts.ts';
import type { RemoteFiles } from './remote-files.ts';

type Connect = () => Promise<RemoteFiles>;

/** "sftp://tallyport@host:22": what operators see, and what a lease is for. */
const placeOf = ({ kind, username, host, port }: SftpSettings | FtpsSettings): string =>
  `${kind}://${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The way out of a channel to a partner's file server. */
export function remoteOutboxOf(
  { id }: Channel,
  settings: SftpSettings | FtpsSettings,
  parts: RemoteParts,
  connect: Connect,
): Transport {
  if (settings.outbox === null)
    throw new FailureError('config-invalid', `The channel ${id} has no outbox, so nothing can leave by it.`);
  return remoteOutbox({
    connection: parts.connections.of(id, settings, connect),
    journal: parts.journal,
    place: placeOf(settings),
    folder: settings.outbox,
    mode: settings.upload,
    temporaryFolder: settings.temporaryFolder,
    markerSuffix: settings.markerSuffix,
  });
}

/** The folder a channel to a partner's file server polls; null when it only leads out. */
export function remoteInboxOf(
  { id, fileBytesMax, firstInFirstOut }: Channel,
  settings: SftpSettings | FtpsSettings,
  parts: RemoteParts,
  connect: Connect,
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
    connection: shareConnection(connect, Math.min(1_000, settings.pollIntervalMs / 2)),
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

/** A secret of the environment; null for none. FailureError `credential-missing` when it is named and not there. */
export function secretOf(variable: string | null, environment: RemoteParts['environment']): string | null {
  if (variable === null) return null;
  const value = environment[variable];
  if (value !== undefined && value !== '') return value;
  throw new FailureError('credential-missing', `The environment variable ${variable} is not set.`, {
    remedy: `Set ${variable}, restart, and release the delivery.`,
  });
}
