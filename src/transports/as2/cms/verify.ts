import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { signerCountMax } from '../limits.ts';
import { type DigestName, digestNamed, hashParameters, knownDigest, OID } from './algorithms.ts';
import {
  type BerNode,
  childAt,
  childrenOf,
  contextNumber,
  derOf,
  expectNode,
  octetsOf,
  oidOf,
  readNode,
} from './ber.ts';
import { type Certificate, namedBy } from './certificate.ts';
import { CmsFault } from './cms-fault.ts';
import { SET, setOf } from './der.ts';
import { digestInfo } from './signed-data.ts';

/*
 *   unreadable            no SignedData, or not one that we understand
 *   signer-unknown        no certificate that is trusted for this partner
 *   digest-wrong          the content is not what was signed
 *   signature-wrong       the attributes, or the content without them, are not what was signed with that key
 *   unsupported           an algorithm we do not have
 *   digest-not-computed   the content is gone and was not hashed with that digest
 */
export type SignatureFaultKind =
  | 'unreadable'
  | 'signer-unknown'
  | 'digest-wrong'
  | 'signature-wrong'
  | 'unsupported'
  | 'digest-not-computed';

export type SignatureVerdict =
  | {
      readonly ok: true;
      readonly digest: DigestName;
      readonly scheme: 'pkcs1' | 'pss' | 'ecdsa';
      readonly certificate: Certificate;
      /** Which of the given digests it was: 0 for the first. */
      readonly formIndex: number;
    }
  | {
      readonly ok: false;
      readonly kind: SignatureFaultKind;
      readonly detail: string;
      readonly digest: DigestName | null;
    };

/** The digests of the content's possible forms (as it came, with its line ends mended, …); undefined when it was not hashed so. */
export type ContentDigests = (digest: DigestName) => readonly Buffer[] | undefined;

/**
 * Verifies a detached SignedData against the certificates that are trusted for this partner. Those it carries are not looked at: trust is
 * ours to give. One good signer is enough.
 */
export const verifyDetached = (
  cms: Buffer,
  contentDigests: ContentDigests,
  trusted: readonly Certificate[],
  whole: WholeContent = notHeld,
): SignatureVerdict => verifySigners(() => signersOf(cms), { contentDigests, whole, trusted });

/** The content itself, while it is small enough to be held: PSS and ECDSA without signed attributes sign it and nothing else. */
export type WholeContent = () => Buffer | null;
const notHeld: WholeContent = () => null;

interface Against {
  readonly contentDigests: ContentDigests;
  readonly whole: WholeContent;
  readonly trusted: readonly Certificate[];
}

/** The same for signers that were read out of a SignedData which holds its content. */
export function verifySigners(read: () => readonly BerNode[], against: Against): SignatureVerdict {
  try {
    const signers = read();
    let verdict: SignatureVerdict = fault('unreadable', 'It has no signer.');
    for (const signer of signers.slice(0, signerCountMax)) {
      const next = verifySigner(signer, against);
      if (next.ok) return next;
      if (verdict.ok || verdict.kind === 'unreadable' || verdict.kind === 'signer-unknown') verdict = next;
    }
    return verdict;
  } catch (error) {
    if (!(error instanceof CmsFault)) throw error;
    return fault(error.kind === 'unsupported' ? 'unsupported' : 'unreadable', error.message);
  }
}

const fault = (kind: SignatureFaultKind, detail: string, digest: DigestName | null = null): SignatureVerdict => ({
  ok: false,
  kind,
  detail,
  digest,
});

/** The parts of a SignedData: version, digest algorithms, content, certificates and lists if any, signers. */
export function partsOfSigned(cms: Buffer): readonly BerNode[] {
  const info = readNode(cms);
  if (oidOf(childAt(info, 0)) !== OID.signedData) throw new CmsFault('malformed', 'No SignedData.');
  return childrenOf(childAt(childAt(info, 1, 0xa0), 0));
}

export function signersOf(cms: Buffer): readonly BerNode[] {
  const parts = partsOfSigned(cms);
  return childrenOf(expectNode(parts.at(-1), SET));
}

export interface SignerInfo {
  readonly name: BerNode;
  readonly digest: DigestName;
  readonly attributes: BerNode | null;
  readonly algorithm: BerNode;
  readonly signature: Buffer;
}

/** SignerInfo: version, sid, digestAlgorithm, [0] signedAttrs?, signatureAlgorithm, signature, [1] unsignedAttrs? */
export function readSigner(node: BerNode): SignerInfo {
  const parts = childrenOf(node);
  const attributes = parts[3] !== undefined && contextNumber(parts[3]) === 0 ? parts[3] : null;
  const [algorithm, signature] = parts.slice(attributes === null ? 3 : 4);
  return {
    name: expectNode(parts[1]),
    digest: knownDigest(oidOf(childAt(expectNode(parts[2]), 0))),
    attributes,
    algorithm: expectNode(algorithm),
    signature: octetsOf(expectNode(signature)),
  };
}

function verifySigner(node: BerNode, { contentDigests, whole, trusted }: Against): SignatureVerdict {
  const signer = readSigner(node);
  const { digest, attributes } = signer;
  const certificates = namedBy(signer.name, trusted, (certificate) => certificate);
  if (certificates.length === 0)
    return fault('signer-unknown', 'The signer is none of the certificates of this partner.', digest);
  const forms = contentDigests(digest);
  if (forms === undefined)
    return fault('digest-not-computed', `It is signed with ${digest}, which its header did not name.`, digest);
  const signed = attributes === null ? null : readAttributes(attributes);
  const formIndex = signed === null ? -1 : forms.findIndex((form) => form.equals(signed.messageDigest));
  if (signed !== null && formIndex < 0) return fault('digest-wrong', 'The content is not what was signed.', digest);
  for (const certificate of certificates) {
    const { scheme, hash, saltBytes } = schemeOf(signer, certificate);
    const key = { key: certificate.publicKey, saltBytes, hash, scheme };
    const index =
      signed === null
        ? bareFormIndex(key, digest, forms, signer.signature, whole)
        : signed.forms.some((bytes) => verifies(key, bytes, signer.signature))
          ? formIndex
          : -1;
    if (index >= 0) return { ok: true, digest, scheme, certificate, formIndex: index };
  }
  return signed === null
    ? fault('digest-wrong', 'The signature does not fit the content.', digest)
    : fault('signature-wrong', 'The signature does not fit the certificate.', digest);
}

export interface SignedAttributes {
  readonly messageDigest: Buffer;
  /** What may have been signed: the octets as they came, and in DER (RFC 5652 5.4), for some send other than they sign. */
  readonly forms: readonly Buffer[];
}

export function readAttributes(node: BerNode): SignedAttributes {
  const attributes = childrenOf(node);
  const attributeValue = (oid: string): BerNode => {
    const found = attributes.filter((candidate) => oidOf(childAt(candidate, 0)) === oid);
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new CmsFault('malformed', 'A signed attribute is absent or there twice.');
    return childAt(childAt(only, 1, SET), 0);
  };
  oidOf(attributeValue(OID.contentType));
  const asSent = Buffer.from(node.raw);
  asSent[0] = SET;
  return {
    messageDigest: octetsOf(attributeValue(OID.messageDigest)),
    forms: [asSent, setOf(...attributes.map(derOf))],
  };
}

interface VerifyingKey {
  readonly key: KeyObject;
  readonly scheme: 'pkcs1' | 'pss' | 'ecdsa';
  readonly hash: DigestName;
  readonly saltBytes: number;
}

function schemeOf({ algorithm, digest }: SignerInfo, { keyKind }: Certificate): Omit<VerifyingKey, 'key'> {
  const oid = oidOf(childAt(algorithm, 0));
  if (oid === OID.pss) {
    const parameters = hashParameters(childrenOf(algorithm)[1]);
    return { scheme: 'pss', hash: parameters.digest, saltBytes: parameters.saltBytes };
  }
  const hash = digestNamed(oid);
  if (oid !== OID.rsa && oid !== OID.ecPublicKey && hash === undefined)
    throw new CmsFault('unsupported', `The signature algorithm ${oid}.`);
  return { scheme: keyKind === 'ec' ? 'ecdsa' : 'pkcs1', hash: hash ?? digest, saltBytes: 0 };
}

function verifies({ key, scheme, hash, saltBytes }: VerifyingKey, bytes: Buffer, signature: Buffer): boolean {
  try {
    const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltBytes };
    return verify(hash, bytes, scheme === 'pss' ? pss : key, signature);
  } catch {
    return false; // a signature that is no number of this key's size
  }
}

/**
 * Without attributes the signature is over the content. RSA v1.5 carries its digest in the clear, so that is enough; the others want the
 * content itself, as it was sent.
 */
function bareFormIndex(
  key: VerifyingKey,
  digest: DigestName,
  forms: readonly Buffer[],
  signature: Buffer,
  whole: WholeContent,
): number {
  if (key.scheme === 'pkcs1') return forms.findIndex((form) => verifiesDigest(key, digest, form, signature));
  const content = whole();
  if (content === null)
    throw new CmsFault('unsupported', `A ${key.scheme} signature without signed attributes over more than 1 MiB.`);
  return verifies(key, content, signature) ? 0 : -1;
}

function verifiesDigest({ key }: VerifyingKey, digest: DigestName, value: Buffer, signature: Buffer): boolean {
  try {
    const shown = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return shown.equals(digestInfo(digest, value));
  } catch {
    return false; // wrong padding: another key, or no signature at all
  }
}
