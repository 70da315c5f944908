import { constants, privateEncrypt, sign } from 'node:crypto';
import { type DigestName, digestAlgorithm, digestOf, OID, pssParameters } from './algorithms.ts';
import { type Certificate, type Identity, issuerAndSerial } from './certificate.ts';
import { context, contextTag, integer, NULL, objectIdentifier, octetString, sequence, setOf, time } from './der.ts';

export interface SigningOptions {
  readonly identity: Identity;
  readonly digest: DigestName;
  /** RSA only; ECDSA keys sign as they can. */
  readonly scheme: 'pkcs1' | 'pss';
  readonly signingTime: Date;
  /** Certificates beside the signer's own, so that the other side can build the chain. */
  readonly chain?: readonly Certificate[];
}

/**
 * A detached SignedData in DER over a content whose digest is known (RFC 5652 5, RFC 5751 2.5). The signature covers the signed attributes,
 * among them the digest, so the content itself is not needed again.
 */
export async function signDetached(contentDigest: Buffer, options: SigningOptions): Promise<Buffer> {
  const { identity, digest, signingTime } = options;
  const attributes = setOf(
    attribute(OID.contentType, objectIdentifier(OID.data)),
    attribute(OID.signingTime, time(signingTime)),
    attribute(OID.messageDigest, octetString(contentDigest)),
  );
  const signature = await signatureOver(attributes, options);
  const implicit = Buffer.from(attributes);
  implicit[0] = contextTag(0); // signed as a SET, carried as [0] IMPLICIT (RFC 5652 5.4)
  const signer = sequence(
    integer(1),
    issuerAndSerial(identity.certificate),
    digestAlgorithm(digest),
    implicit,
    signatureAlgorithm(options),
    octetString(signature),
  );
  return signedData(options, signer);
}

/** Without signed attributes: the signature is over the content itself. RSA v1.5 only, for nothing else can sign a digest that is known already. */
export function signDetachedBare(contentDigest: Buffer, options: SigningOptions): Buffer {
  const { identity, digest } = options;
  const key = { key: identity.privateKey, padding: constants.RSA_PKCS1_PADDING };
  const signature = privateEncrypt(key, digestInfo(digest, contentDigest));
  const signer = sequence(
    integer(1),
    issuerAndSerial(identity.certificate),
    digestAlgorithm(digest),
    sequence(objectIdentifier(OID.rsa), NULL),
    octetString(signature),
  );
  return signedData(options, signer);
}

/** DigestInfo of PKCS#1 v1.5. */
export const digestInfo = (digest: DigestName, value: Uint8Array): Buffer =>
  sequence(digestAlgorithm(digest), octetString(value));

const attribute = (oid: string, value: Uint8Array): Buffer => sequence(objectIdentifier(oid), setOf(value));

function signedData({ identity, digest, chain = [] }: SigningOptions, signer: Buffer): Buffer {
  const certificates = [identity.certificate, ...chain].map(({ der }) => der);
  const body = sequence(
    integer(1),
    setOf(digestAlgorithm(digest)),
    sequence(objectIdentifier(OID.data)),
    context(0, ...certificates),
    setOf(signer),
  );
  return sequence(objectIdentifier(OID.signedData), context(0, body));
}

/** rsaEncryption and not sha256WithRSAEncryption: RFC 3370 3.2 asks every reader to know it, and old ones know no other. */
function signatureAlgorithm({ identity, digest, scheme }: SigningOptions): Buffer {
  if (identity.certificate.keyKind === 'ec') return sequence(objectIdentifier(digestOf(digest).ecdsaSignature));
  if (scheme === 'pss') return sequence(objectIdentifier(OID.pss), pssParameters(digest));
  return sequence(objectIdentifier(OID.rsa), NULL);
}

/** In Node's thread pool: an RSA-2048 signature is 0.6 ms in which others can be read. */
const signatureOver = (bytes: Buffer, { identity, digest, scheme }: SigningOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const key = { key: identity.privateKey };
    const pss = { ...key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: digestOf(digest).byteLength };
    const isPss = scheme === 'pss' && identity.certificate.keyKind === 'rsa';
    sign(digest, bytes, isPss ? pss : key, (error, signature) => (error === null ? resolve(signature) : reject(error)));
  });
