import { readFile } from 'node:fs/promises';
import { FailureError } from '../../../core/failure.ts';
import type { Channel } from '../../../partners/configuration.ts';
import type { SftpSettings } from '../../../partners/sftp-settings.ts';
import type { DirectoryInbox } from '../../directory/inbox.ts';
import { remoteInboxOf, remoteOutboxOf, secretOf } from '../../remote/channel.ts';
import type { RemoteParts } from '../../remote/parts.ts';
import type { RemoteFiles } from '../../remote/remote-files.ts';
import type { Transport } from '../../transport.ts';
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

/** The way out of an `sftp` channel. */
export const sftpOutbox = (channel: Channel, settings: SftpSettings, parts: RemoteParts): Transport =>
  remoteOutboxOf(channel, settings, parts, connectTo(settings, parts.environment));

/** The folder an `sftp` channel polls; null when it only leads out. */
export const sftpInbox = (
  channel: Channel,
  settings: SftpSettings,
  parts: RemoteParts,
  given: Parameters<typeof remoteInboxOf>[4],
): DirectoryInbox | null => remoteInboxOf(channel, settings, parts, connectTo(settings, parts.environment), given);
