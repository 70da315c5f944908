import type { Channel } from '../../partners/configuration.ts';
import type { FtpsSettings } from '../../partners/sftp-settings.ts';
import type { DirectoryInbox } from '../directory/inbox.ts';
import { remoteInboxOf, remoteOutboxOf, secretOf } from '../remote/channel.ts';
import type { RemoteParts } from '../remote/parts.ts';
import type { RemoteFiles } from '../remote/remote-files.ts';
import type { Transport } from '../transport.ts';
import { connectFtps } from './ftps-files.ts';
import { KnownTimes } from './listing.ts';

/** Secrets are read when we connect, so that one that was changed is used at the next connection. */
const connectTo = (settings: FtpsSettings, environment: RemoteParts['environment']): (() => Promise<RemoteFiles>) => {
  const { host, port, security, username, passwordVariable, serverCertificates, timeoutMs } = settings;
  const times = new KnownTimes();
  return async () => {
    const password = secretOf(passwordVariable, environment) ?? '';
    return connectFtps({ host, port, security, username, password, serverCertificates, timeoutMs }, times);
  };
};

/** The way out of an `ftps` channel. */
export const ftpsOutbox = (channel: Channel, settings: FtpsSettings, parts: RemoteParts): Transport =>
  remoteOutboxOf(channel, settings, parts, connectTo(settings, parts.environment));

/** The folder an `ftps` channel polls; null when it only leads out. */
export const ftpsInbox = (
  channel: Channel,
  settings: FtpsSettings,
  parts: RemoteParts,
  given: Parameters<typeof remoteInboxOf>[4],
): DirectoryInbox | null => remoteInboxOf(channel, settings, parts, connectTo(settings, parts.environment), given);
