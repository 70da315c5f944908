import { assertNever } from '../core/assert-never.ts';
import type { Clock } from '../core/clock.ts';
import { FailureError } from '../core/failure.ts';
import type { Channel } from '../partners/configuration.ts';
import { type InboxEvent, openDirectoryInbox } from './directory/inbox.ts';
import { directoryOutbox } from './directory/outbox.ts';
import { type Poller, startPoller } from './directory/poller.ts';
import { ftpsInbox, ftpsOutbox } from './ftps/channel.ts';
import type { Line } from './http/client/exchange.ts';
import { httpPush } from './http/push.ts';
import type { RemoteParts } from './remote/parts.ts';
import { sftpInbox, sftpOutbox } from './sftp/client/channel.ts';
import type { Intake, Transport } from './transport.ts';

/** The way out of a channel. Adding a kind of channel is one folder and one case here. */
export function openTransport(
  channel: Channel,
  environment: Readonly<Record<string, string | undefined>>,
  remote: RemoteParts | null = null,
  /** The way out of every AS2 channel, and how servers are reached over HTTP: their keys and receipts are the gateway's to keep. */
  as2: { readonly transport: Transport; readonly lineTo: (channelId: string) => Promise<Line> } | null = null,
): Transport {
  const { id, settings } = channel;
  switch (settings.kind) {
    case 'directory':
      if (settings.outbox === null)
        throw new FailureError('config-invalid', `The channel ${id} has no outbox, so nothing can leave by it.`);
      return directoryOutbox(settings.outbox);
    case 'http':
      if (settings.pushUrl === null) return mailboxTransport;
      return httpPush({ ...settings, pushUrl: settings.pushUrl }, environment, () => withKeys(as2, id).lineTo(id));
    case 'as2':
      return withKeys(as2, id).transport;
    case 'sftp':
      return sftpOutbox(channel, settings, needed(remote));
    case 'ftps':
      return ftpsOutbox(channel, settings, needed(remote));
    case 'sftp-mailbox':
      return mailboxTransport;
    default:
      return assertNever(settings);
  }
}

function withKeys<T>(as2: T | null, id: string): T {
  if (as2 === null) throw new FailureError('config-invalid', `The channel ${id} needs the gateway's keys.`);
  return as2;
}

function needed(remote: RemoteParts | null): RemoteParts {
  if (remote === null) throw new FailureError('bug', 'Channels to other servers need what the store keeps of them.');
  return remote;
}

/** Nothing is sent: the delivery waits until it is fetched and confirmed over our listener. */
const mailboxTransport: Transport = { send: async () => 'receipt-follows' };

/** Watches what a channel brings in by itself; null when it is pushed to us (http) or only leads out. */
export function startInbox(
  channel: Channel,
  given: { readonly intake: Intake; readonly clock: Clock; readonly report: (event: InboxEvent) => void },
  remote: RemoteParts | null = null,
): Poller | null {
  const { id, settings, fileBytesMax, firstInFirstOut } = channel;
  if (settings.kind === 'sftp') {
    const sftp = sftpInbox(channel, settings, needed(remote), given);
    return sftp === null ? null : startPoller(sftp, settings.pollIntervalMs);
  }
  if (settings.kind === 'ftps') {
    const ftps = ftpsInbox(channel, settings, needed(remote), given);
    return ftps === null ? null : startPoller(ftps, settings.pollIntervalMs);
  }
  if (settings.kind !== 'directory' || settings.inbox === null) return null;
  const { inbox, archive, takeWhen, pollIntervalMs } = settings;
  return startPoller(
    openDirectoryInbox({ channelId: id, inbox, archive, takeWhen, fileBytesMax, firstInFirstOut, ...given }),
    pollIntervalMs,
  );
}
