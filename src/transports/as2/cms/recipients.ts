import { constants, createHash, createHmac, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { recipientCountMax } from '../limits.ts';
import { hashParameters, OID, oaepParameters } from './algorithms.ts';
import { type BerNode, childAt, childrenOf, contextNumber, expectNode, octetsOf, oidOf } from './ber.ts';
import { type Certificate, type Identity, issuerAndSerial, namedBy } from './certificate.ts';
import { CmsFault, undecryptable, unsupported } from './cms-fault.ts';
import { integer, NULL, objectIdentifier, octetString, SEQUENCE, sequence } from './der.ts';
import { agreedKey, agreedRecipient } from './key-agreement.ts';

/** How the content key reaches an RSA recipient; an EC recipient is reached by key agreement, whatever this says. */
export type KeyTransport = 'pkcs1' | 'oaep-sha1' | 'oaep-sha256';

export interface Recipient {
  readonly certificate: Certificate;
  readonly keyTransport: KeyTransport;
}

/** RecipientInfo (RFC 5652 6.2). */
export function recipientInfo(contentKey: Buffer, { certificate, keyTransport }: Recipient): Buffer {
  if (certificate.keyKind === 'ec') return agreedRecipient(contentKey, certificate);
  const { algorithm, options } = transportOf(keyTransport);
  const encrypted = publicEncrypt({ key: certificate.publicKey, ...options }, contentKey);
  return sequence(integer(0), issuerAndSerial(certificate), algorithm, octetString(encrypted));
}

function transportOf(keyTransport: KeyTransport) {
  if (keyTransport === 'pkcs1')
    return { algorithm: sequence(objectIdentifier(OID.rsa), NULL), options: { padding: constants.RSA_PKCS1_PADDING } };
  const digest = keyTransport === 'oaep-sha1' ? 'sha1' : 'sha256';
  return {
    algorithm: sequence(objectIdentifier(OID.oaep), oaepParameters(digest)),
    options: { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest },
  };
}

/** The content key that one of our identities opens, and whose certificate that was. Every fault is the same `undecryptable`. */
export function openContentKey(
  recipients: BerNode,
  identities: readonly Identity[],
  keyBytes: number,
): { readonly contentKey: Buffer; readonly certificate: Certificate } {
  for (const recipient of childrenOf(recipients).slice(0, recipientCountMax)) {
    const contentKey =
      recipient.tag === SEQUENCE
        ? transportedKey(recipient, identities, keyBytes)
        : contextNumber(recipient) === 1
          ? agreed(recipient, identities)
          : undefined; // key-encryption keys and passwords: nobody has given us any
    if (contentKey === undefined) continue;
    if (contentKey.key.length !== keyBytes) throw undecryptable();
    return { contentKey: contentKey.key, certificate: contentKey.certificate };
  }
  throw undecryptable();
}

interface Opened {
  readonly key: Buffer;
  readonly certificate: Certificate;
}

/** KeyTransRecipientInfo: version, rid, keyEncryptionAlgorithm, encryptedKey. */
function transportedKey(node: BerNode, identities: readonly Identity[], keyBytes: number): Opened | undefined {
  const [, name, algorithm, encryptedKey] = childrenOf(node);
  const named = namedBy(expectNode(name), identities, ({ certificate }) => certificate);
  const identity = named.find(({ certificate }) => certificate.keyKind === 'rsa');
  if (identity === undefined) return undefined;
  const { certificate, privateKey } = identity;
  const encrypted = octetsOf(expectNode(encryptedKey));
  const oid = oidOf(childAt(expectNode(algorithm), 0));
  if (oid === OID.rsa) return { key: unpadded(privateKey, encrypted, keyBytes), certificate };
  if (oid !== OID.oaep) throw unsupported(`The key transport ${oid}.`);
  const oaepHash = hashParameters(childrenOf(expectNode(algorithm))[1]).digest;
  try {
    const key = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, encrypted);
    return { key, certificate };
  } catch {
    throw undecryptable();
  }
}

function agreed(node: BerNode, identities: readonly Identity[]): Opened | undefined {
  for (const candidate of identities) {
    try {
      const key = agreedKey(node, [candidate]);
      if (key !== undefined) return { key, certificate: candidate.certificate };
    } catch (error) {
      if (error instanceof CmsFault) throw error;
      throw undecryptable(); // a point off the curve, or a wrap that does not open
    }
  }
  return undefined;
}

/**
 * PKCS#1 v1.5 with implicit rejection (RFC 3218 2.3.2; draft-irtf-cfrg-rsa-guidance): wrong padding gives another key, always the same one for
 * the same ciphertext, so that it fails where a wrong key fails. Node below OpenSSL 3.2 refuses RSA_PKCS1_PADDING here, and with it what nearly
 * every AS2 partner sends; hence the bare RSA operation and the unpadding by hand, whose time does not depend on what it finds.
 *
 *   00 02 | at least 8 octets, none of them 00 | 00 | key
 */
function unpadded(privateKey: KeyObject, encrypted: Buffer, keyBytes: number): Buffer {
  const block = rawDecrypt(privateKey, encrypted);
  const instead = substituteKey(privateKey, encrypted, keyBytes);
  const zeroAt = block.length - keyBytes - 1;
  if (zeroAt < 10) throw undecryptable(); // the key's size alone decides this
  let wrong = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2) | (block[zeroAt] ?? 1);
  for (let at = 2; at < zeroAt; at++) wrong |= (((block[at] ?? 0) - 1) >> 8) & 1;
  const keep = ((wrong - 1) >> 8) & 0xff; // FF when nothing was wrong, else 00
  const key = Buffer.alloc(keyBytes);
  for (let at = 0; at < keyBytes; at++) key[at] = ((block[zeroAt + 1 + at] ?? 0) & keep) | ((instead[at] ?? 0) & ~keep);
  return key;
}

function rawDecrypt(key: KeyObject, encrypted: Buffer): Buffer {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  } catch {
    throw undecryptable(); // longer than the key, or a number above its modulus: seen without any secret
  }
}

const secrets = new WeakMap<KeyObject, Buffer>();

function substituteKey(privateKey: KeyObject, encrypted: Buffer, keyBytes: number): Buffer {
  let secret = secrets.get(privateKey);
  if (secret === undefined) {
    secret = createHash('sha256')
      .update(privateKey.export({ type: 'pkcs8', format: 'der' }))
      .digest();
    secrets.set(privateKey, secret);
  }
  return createHmac('sha512', secret).update(encrypted).digest().subarray(0, keyBytes);
}
