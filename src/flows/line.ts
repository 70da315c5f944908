import { FailureError } from '../core/failure.ts';
import { type LineSettings, lineDefaults } from '../partners/line-settings.ts';
import { pemOf } from '../transports/as2/cms/self-signed.ts';
import type { Credentials, Line } from '../transports/http/client/exchange.ts';
import type { KeyRing } from './as2/key-ring.ts';

/** What a line takes beside the channel: our keys, and the environment with the passwords. */
export interface LineSurroundings {
  readonly keys: KeyRing;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * How a channel's server is reached: for AS2 messages, receipts that are posted, and pushes. FailureError `credential-missing` when a password is not in the
 * environment or the client's key cannot be opened.
 */
export async function lineOf(
  id: string,
  settings: Partial<LineSettings> & { readonly timeoutMs: number; readonly chunked?: boolean },
  { keys, environment }: LineSurroundings,
): Promise<Line> {
  // A configuration that was applied before these settings were known has none of them.
  const { serverCertificates, clientKey, basicUser, basicPasswordVariable, ...rest } = { ...lineDefaults, ...settings };
  const credentials = (user: string | null, variable: string | null): Credentials | null => {
    if (user === null || variable === null) return null;
    const password = environment[variable];
    if (password !== undefined) return { user, password };
    throw new FailureError('credential-missing', `The environment variable ${variable} is not set.`, {
      remedy: `Set ${variable}, restart, and release the delivery over ${id}.`,
    });
  };
  const [client] = await keys.identities(clientKey === null ? [] : [clientKey]);
  return {
    timeoutMs: settings.timeoutMs,
    trusted: serverCertificates,
    client:
      client === undefined
        ? null
        : {
            certificate: pemOf('CERTIFICATE', client.certificate.der),
            key: client.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
          },
    basic: credentials(basicUser, basicPasswordVariable),
    proxyUrl: rest.proxyUrl,
    proxyBasic: credentials(rest.proxyUser, rest.proxyPasswordVariable),
    allowLoopback: rest.allowLoopback,
    chunked: settings.chunked ?? false,
  };
}
