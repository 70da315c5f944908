import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { OID } from './algorithms.ts';
import { type BerNode, childAt, childrenOf, contextNumber, octetsOf, oidOf, readNode } from './ber.ts';
import { malformed } from './cms-fault.ts';
import { sequence } from './der.ts';

/** A certificate with all that CMS asks of it, read once. */
export interface Certificate {
  readonly der: Buffer;
  /** INTEGER and Name as they stand in the certificate: how CMS names a signer or recipient. */
  readonly serial: Buffer;
  readonly issuer: Buffer;
  /** The subject key identifier's octets, when the certificate has that extension. */
  readonly keyIdentifier: Buffer | null;
  readonly publicKey: KeyObject;
  readonly keyKind: 'rsa' | 'ec';
  readonly subject: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** SHA-256 of the DER, in hexadecimal: how people and our tables name it. */
  readonly fingerprint: string;
}

/** Our own: a certificate and its private key. */
export interface Identity {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
}

/** From PEM or DER. Throws CmsFault `malformed` for what is no certificate, and for one whose key is neither RSA nor EC. */
export function readCertificate(bytes: string | Uint8Array): Certificate {
  const x509 = x509Of(bytes);
  const der = x509.raw;
  const body = childrenOf(childAt(readNode(der), 0));
  const at = contextNumber(body[0] ?? { tag: 0 }) === 0 ? 1 : 0; // [0] is the version; version 1 has none
  const [serial, , issuer] = body.slice(at);
  if (serial === undefined || issuer === undefined) throw malformed('No certificate.');
  const publicKey = publicKeyOf(x509);
  return Object.freeze({
    der,
    serial: serial.raw,
    issuer: issuer.raw,
    keyIdentifier: keyIdentifierOf(body.find((node) => contextNumber(node) === 3)),
    publicKey,
    keyKind: keyKindOf(publicKey),
    subject: x509.subject.split('\n').join(', '),
    validFrom: new Date(x509.validFrom),
    validTo: new Date(x509.validTo),
    fingerprint: createHash('sha256').update(der).digest('hex'),
  });
}

function x509Of(bytes: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (error) {
    throw malformed(`No certificate: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
}

/** A certificate that can be read may hold a key that cannot: found by the fuzzer. */
function publicKeyOf(x509: X509Certificate): KeyObject {
  try {
    return x509.publicKey;
  } catch {
    throw malformed('A certificate whose key cannot be read.');
  }
}

function keyKindOf({ asymmetricKeyType }: KeyObject): 'rsa' | 'ec' {
  if (asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss') return 'rsa';
  if (asymmetricKeyType === 'ec') return 'ec';
  throw malformed(`A certificate for a key of kind ${asymmetricKeyType ?? 'unknown'}.`);
}

function keyIdentifierOf(extensions: BerNode | undefined): Buffer | null {
  for (const extension of extensions === undefined ? [] : childrenOf(childAt(extensions, 0))) {
    const parts = childrenOf(extension);
    const value = parts.at(-1);
    if (value !== undefined && oidOf(parts[0]) === OID.subjectKeyIdentifier) return octetsOf(readNode(value.content));
  }
  return null;
}

/** IssuerAndSerialNumber. */
export const issuerAndSerial = ({ issuer, serial }: Certificate): Buffer => sequence(issuer, serial);

/**
 * Whether a CMS names this certificate. Issuers are compared by their octets first, else the serial decides alone: products re-encode names
 * (PrintableString for UTF8String). That is safe, since a candidate only ever comes from the certificates that are trusted for this partner.
 */
export const isNamedBy = (certificate: Certificate, name: BerNode): boolean => {
  if (contextNumber(name) === 0) return certificate.keyIdentifier?.equals(keyIdentifierIn(name)) ?? false;
  return shortest(childAt(name, 1).content).equals(shortest(readNode(certificate.serial).content));
};

/** SignerInfo has it as a primitive [0]; a key agreement's RecipientKeyIdentifier as a sequence that begins with it. */
const keyIdentifierIn = (name: BerNode): Buffer => (name.tag === 0xa0 ? octetsOf(childAt(name, 0)) : name.content);

/** Without leading zeros that carry no sign: some write serials longer than DER allows. */
function shortest(integer: Buffer): Buffer {
  let at = 0;
  while (at < integer.length - 1 && integer[at] === 0) at++;
  return integer.subarray(at);
}

/** Those that are named, the exact issuer first. */
export function namedBy<T>(
  name: BerNode,
  candidates: readonly T[],
  certificateOf: (candidate: T) => Certificate,
): readonly T[] {
  const named = candidates.filter((candidate) => isNamedBy(certificateOf(candidate), name));
  if (contextNumber(name) === 0 || named.length < 2) return named;
  const issuer = childAt(name, 0).raw;
  const exact = named.filter((candidate) => certificateOf(candidate).issuer.equals(issuer));
  return exact.length > 0 ? exact : named;
}
