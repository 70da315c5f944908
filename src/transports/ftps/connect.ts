import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Client, FTPError } from 'basic-ftp';
import { FailureError } from '../../core/failure.ts';
import { openData } from './data-connection.ts';
import { type FtpsEndpoint, firstLineOf, placeOf, unreachable } from './endpoint.ts';

/** The server's certificate is not one we trust: a person must find out whether it was changed or somebody stands between. */
export class CertificateRefused extends FailureError {
  constructor({ host, port }: FtpsEndpoint, cause: Error) {
    super('partner-refused', `${host}:${port} shows a certificate we do not trust: ${cause.message}.`, {
      cause,
      remedy:
        'Ask the partner whether they changed it. If so, put it or its authority into serverCertificates and apply.',
    });
    this.name = 'CertificateRefused';
  }
}

/** The server does not let us in. Trying again soon locks many accounts. */
export class LoginRefused extends FailureError {
  constructor({ username, host }: FtpsEndpoint, cause: Error) {
    super('partner-refused', `${host} refuses the login of ${username}: ${firstLineOf(cause)}.`, {
      cause,
      remedy: 'Check user name and password with the partner, then release the work.',
    });
    this.name = 'LoginRefused';
  }
}

export interface FtpsLogin {
  readonly client: Client;
  /** What FEAT names, in capitals: "MLST", "SIZE", "EPSV". */
  readonly features: ReadonlySet<string>;
}

/**
 * Connects, checks the certificate, logs in and protects the data connections. Nothing of us is shown before TLS stands. FailureError:
 * `partner-unreachable`; CertificateRefused and LoginRefused; `partner-refused` when the server has no TLS, or none for its data.
 */
export async function logIn(endpoint: FtpsEndpoint): Promise<FtpsLogin> {
  const client = new Client(endpoint.timeoutMs);
  // The library's own time-outs do not cover the handshake.
  const timer = setTimeout(
    () => client.ftp.closeWithError(new Error(`no login within ${endpoint.timeoutMs * 2} ms`)),
    endpoint.timeoutMs * 2,
  );
  let refused: Error | undefined;
  const tls = tlsOptionsFor(endpoint, (error) => {
    refused = error;
  });
  try {
    if (endpoint.security === 'implicit') await client.connectImplicitTLS(endpoint.host, endpoint.port, tls);
    else {
      await client.connect(endpoint.host, endpoint.port);
      await startTls(client, endpoint, tls);
    }
    return await enter(client, endpoint);
  } catch (error) {
    client.close();
    throw refused === undefined ? meaningOf(error, endpoint) : new CertificateRefused(endpoint, refused);
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 4217, 4: only its 234 means that TLS follows. In the clear we go no further. */
async function startTls(client: Client, endpoint: FtpsEndpoint, tls: ConnectionOptions): Promise<void> {
  const upgrading = client.useTLS(tls).catch((error: unknown) => {
    if (!(error instanceof FTPError)) throw error;
    throw new FailureError('partner-refused', `${placeOf(endpoint)} has no TLS: ${firstLineOf(error)}.`, {
      cause: error,
      remedy: 'Ask the partner for FTP over TLS, or for its implicit port; we do not send passwords in the clear.',
    });
  });
  // The library waits for the handshake without end, and a socket we close meanwhile tells it nothing.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no TLS handshake within ${endpoint.timeoutMs} ms`)), endpoint.timeoutMs);
  });
  upgrading.catch(() => undefined);
  try {
    await Promise.race([upgrading, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function enter(client: Client, endpoint: FtpsEndpoint): Promise<FtpsLogin> {
  try {
    await client.login(endpoint.username, endpoint.password);
  } catch (error) {
    // 421 and other 4xx: too many connections, shutting down. They say nothing of the password.
    if (error instanceof FTPError && (error.code >= 500 || error.code === 332 || error.code === 430))
      throw new LoginRefused(endpoint, error);
    throw error;
  }
  const features = new Set([...(await client.features()).keys()].map((name) => name.toUpperCase()));
  if (features.has('UTF8')) await client.sendIgnoringError('OPTS UTF8 ON');
  await client.send('TYPE I');
  try {
    await client.send('PBSZ 0');
    await client.send('PROT P');
  } catch (error) {
    if (!(error instanceof FTPError)) throw error;
    throw new FailureError('partner-refused', `${placeOf(endpoint)} does not encrypt files: ${firstLineOf(error)}.`, {
      cause: error,
      remedy: 'Ask the partner to allow PROT P; we do not send files in the clear.',
    });
  }
  client.prepareTransfer = openData(endpoint, features);
  return { client, features };
}

function meaningOf(error: unknown, endpoint: FtpsEndpoint): FailureError {
  if (error instanceof FailureError) return error;
  if (!(error instanceof Error)) return unreachable(endpoint, String(error), error);
  if (isOfCertificate(error)) return new CertificateRefused(endpoint, error);
  return unreachable(endpoint, firstLineOf(error), error);
}

/** Whether TLS ended because of the certificate that was shown: Node gives it OpenSSL's name of what is wrong with it, or its own. */
export const isOfCertificate = (error: unknown): error is Error =>
  error instanceof Error &&
  'code' in error &&
  /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ALTNAME/.test(String(error.code));

/** Also for the data connections: each must show the certificate, or take up the session, of the control connection. */
export function tlsOptionsFor(
  { host, serverCertificates }: Pick<FtpsEndpoint, 'host' | 'serverCertificates'>,
  onRefused: (error: Error) => void = () => undefined,
): ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // With it a pinned certificate need not be its own authority.
    ...(serverCertificates.length === 0 ? {} : { ca: [...serverCertificates], allowPartialTrustChain: true }),
    checkServerIdentity: (name, certificate) => {
      // A server's own certificate that is pinned is that server, whatever name stands in it: self-signed ones often have none.
      if (serverCertificates.some((pem) => isSame(pem, certificate))) return undefined;
      const error = checkServerIdentity(name, certificate);
      if (error !== undefined) onRefused(error);
      return error;
    },
  };
}

const isSame = (pem: string, { raw }: PeerCertificate): boolean => new X509Certificate(pem).raw.equals(raw);
