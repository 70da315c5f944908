import { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { Client } from 'basic-ftp';
import { type FtpsEndpoint, firstLineOf, unreachable } from './endpoint.ts';

/** A certificate as it is compared with what the partner says, and as channels.yaml takes it. */
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validTo: string;
  /** Hexadecimal, with colons, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly sha256: string;
  readonly pem: string;
}

/**
 * The certificates a server shows, its own first, to be compared with what its owner says. Nothing of us is shown to it. FailureError
 * `partner-unreachable` when nobody answers, or not with TLS.
 */
export async function readCertificates(
  endpoint: Pick<FtpsEndpoint, 'host' | 'port' | 'security' | 'timeoutMs'>,
): Promise<readonly ShownCertificate[]> {
  const { host, port, security, timeoutMs } = endpoint;
  const client = new Client(timeoutMs);
  const timer = setTimeout(() => client.ftp.socket.destroy(new Error(`no TLS within ${timeoutMs} ms`)), timeoutMs);
  try {
    // Whoever it is: who looks decides.
    const tls = { host, rejectUnauthorized: false };
    if (security === 'implicit') await client.connectImplicitTLS(host, port, tls);
    else {
      await client.connect(host, port);
      await client.useTLS(tls);
    }
    const { socket } = client.ftp;
    const shown: ShownCertificate[] = [];
    let next = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    while (next !== undefined && shown.length < chainMax) {
      shown.push(shownOf(next));
      next = next.issuerCertificate;
    }
    return shown;
  } catch (error) {
    throw unreachable(endpoint, whyNot(error, security), error);
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

/** The other kind of security is what people try wrongly first, and OpenSSL's words for it help nobody. */
function whyNot(error: unknown, security: FtpsEndpoint['security']): string {
  if (!(error instanceof Error)) return String(error);
  const isNoTls = 'code' in error && /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(String(error.code));
  if (isNoTls && security === 'implicit') return 'answers without TLS: try without --implicit';
  return isNoTls ? 'agrees to TLS and then speaks none' : firstLineOf(error);
}

/** 10: usual chains have three; one that leads back to itself has no end. */
const chainMax = 10;

const shownOf = (certificate: X509Certificate): ShownCertificate => ({
  subject: oneLine(certificate.subject),
  issuer: oneLine(certificate.issuer),
  validTo: new Date(certificate.validTo).toISOString(),
  sha256: certificate.fingerprint256,
  pem: new X509Certificate(certificate.raw).toString().trim(),
});

/** Each part on a line of its own is Node's way; control characters would be the server's. */
const oneLine = (name: string): string => name.replaceAll('\n', ', ').replaceAll(/[^\x20-\x7e\xa0-\uffff]/g, '?');
