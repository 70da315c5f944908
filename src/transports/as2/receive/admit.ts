import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { fieldOf } from '../mime/head.ts';
import type { As2Request } from './station.ts';

/** What a partner's client must show, beside what the message itself proves. */
export interface Admittance {
  /** PEM: its own certificate, pinned, or that of its authority. Empty: none is asked for. */
  readonly certificates: readonly string[];
  readonly basic: { readonly user: string; readonly password: string } | null;
}

export interface NotAdmitted {
  readonly status: 401 | 403;
  readonly detail: string;
}

/** Why a client is not let in; null when it is. Nothing of its body has been read by then. */
export function notAdmitted({ certificates, basic }: Admittance, request: As2Request, at: Date): NotAdmitted | null {
  if (basic !== null && !isBasic(fieldOf(request.head, 'authorization'), basic))
    return { status: 401, detail: 'Its user or password is absent or wrong.' };
  if (certificates.length === 0) return null;
  const chain = request.clientChain ?? [];
  if (chain.length === 0) return { status: 403, detail: 'It showed no client certificate.' };
  if (isTrusted(chain, certificates, at)) return null;
  const [leaf] = chain;
  return {
    status: 403,
    detail: `Its client certificate is none of this channel's: ${leaf?.subject.split('\n').join(', ')}, SHA-256 ${leaf?.fingerprint256.replaceAll(':', '').toLowerCase()}.`,
  };
}

/** As digests: compared in a time that tells neither how much fits nor how long it is. */
function isBasic(header: string | undefined, { user, password }: { user: string; password: string }): boolean {
  const given = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(Buffer.from(given, 'base64')), digest(Buffer.from(`${user}:${password}`)));
}

/** 3 certificates from a client's own to what is trusted: more than two authorities between nobody needs. */
const chainLengthMax = 3;

/**
 * A pinned certificate is that client, whatever its dates say: it is in the channel because somebody put it there. Below an authority everything
 * counts: signatures, dates, that issuers are authorities, and that the certificate is meant for clients when it says what it is meant for.
 */
function isTrusted(chain: readonly X509Certificate[], pems: readonly string[], at: Date): boolean {
  const trusted = pems.map((pem) => new X509Certificate(pem));
  const [leaf] = chain;
  if (leaf === undefined) return false;
  if (trusted.some(({ raw }) => raw.equals(leaf.raw))) return true;
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.includes(clientAuthentication)) return false;
  for (const [index, certificate] of chain.slice(0, chainLengthMax).entries()) {
    if (!isValid(certificate, at) || (index > 0 && !certificate.ca)) return false;
    if (trusted.some((authority) => isIssuer(authority, certificate) && isValid(authority, at))) return true;
    const next = chain[index + 1];
    if (next === undefined || !isIssuer(next, certificate)) return false;
  }
  return false;
}

/** id-kp-clientAuth; `keyUsage` is what Node calls the extended key usage. */
const clientAuthentication = '1.3.6.1.5.5.7.3.2';

const isIssuer = (authority: X509Certificate, certificate: X509Certificate): boolean =>
  authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);

const isValid = ({ validFrom, validTo }: X509Certificate, at: Date): boolean =>
  new Date(validFrom) <= at && at <= new Date(validTo);

/** What a client showed in its handshake, its own first; the key for that one it has proven. Empty without TLS or without any. */
export function clientChainOf(socket: Socket): readonly X509Certificate[] {
  if (!(socket instanceof TLSSocket)) return [];
  const chain: X509Certificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < chainLengthMax) {
    chain.push(new X509Certificate(next.raw));
    // A self-signed certificate is its own issuer; one whose issuer was not sent has none.
    const issuer: DetailedPeerCertificate | undefined = next.issuerCertificate;
    next = issuer === next ? undefined : issuer;
  }
  return chain;
}
