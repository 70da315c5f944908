import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from 'node:crypto';
import { keyAgreements, keyWraps, OID } from './algorithms.ts';
import { type BerNode, childAt, childrenOf, contextNumber, expectNode, octetsOf, oidOf, readNode } from './ber.ts';
import { type Certificate, type Identity, issuerAndSerial, namedBy } from './certificate.ts';
import { malformed, unsupported } from './cms-fault.ts';
import { bitString, context, integer, objectIdentifier, octetString, sequence } from './der.ts';

/*
 * Ephemeral-static ECDH (RFC 5753): a key pair for this message, the shared secret through the KDF of ANSI X9.63, and the content key wrapped
 * with what comes out.
 *
 *   [1] KeyAgreeRecipientInfo: version 3, [0] originator ([1] ephemeral public key), [1] ukm?, keyEncryptionAlgorithm (KDF, with the wrap as
 *   its parameter), recipientEncryptedKeys
 */
const KDF_SHA256 = '1.3.132.1.11.1';
const AES128_WRAP = '2.16.840.1.101.3.4.1.5';
const AES256_WRAP = '2.16.840.1.101.3.4.1.45';
/** RFC 3394's integrity check. */
const wrapIv = Buffer.alloc(8, 0xa6);

export function agreedRecipient(contentKey: Buffer, certificate: Certificate): Buffer {
  const namedCurve = certificate.publicKey.asymmetricKeyDetails?.namedCurve;
  if (namedCurve === undefined) throw unsupported('A key of no named curve.');
  const wrap = contentKey.length <= 16 ? AES128_WRAP : AES256_WRAP;
  const { nodeName, keyBytes } = wrapOf(wrap);
  const ephemeral = generateKeyPairSync('ec', { namedCurve });
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: certificate.publicKey });
  const wrapAlgorithm = sequence(objectIdentifier(wrap));
  const key = derive('sha256', secret, keyBytes, sharedInfo(wrapAlgorithm, null, keyBytes));
  const wrapper = createCipheriv(nodeName, key, wrapIv);
  const wrapped = Buffer.concat([wrapper.update(contentKey), wrapper.final()]);
  const point = childAt(readNode(ephemeral.publicKey.export({ type: 'spki', format: 'der' })), 1).content.subarray(1);
  const originator = context(0, context(1, sequence(objectIdentifier(OID.ecPublicKey)), bitString(point)));
  const algorithm = sequence(objectIdentifier(KDF_SHA256), wrapAlgorithm);
  const keys = sequence(sequence(issuerAndSerial(certificate), octetString(wrapped)));
  return context(1, integer(3), originator, algorithm, keys);
}

/** The content key, when one of our identities is named; undefined when none is. Throws CmsFault, or Node's error when the wrap does not open. */
export function agreedKey(node: BerNode, identities: readonly Identity[]): Buffer | undefined {
  const parts = childrenOf(node);
  const ukmNode = parts[2] !== undefined && contextNumber(parts[2]) === 1 ? parts[2] : null;
  const [algorithm, keys] = parts.slice(ukmNode === null ? 2 : 3);
  for (const encryptedKey of childrenOf(expectNode(keys))) {
    const [identity] = namedBy(childAt(encryptedKey, 0), identities, ({ certificate }) => certificate);
    if (identity?.certificate.keyKind !== 'ec') continue;
    const kdf = keyAgreements.get(oidOf(childAt(expectNode(algorithm), 0)));
    if (kdf === undefined) throw unsupported('The key agreement.');
    const wrapAlgorithm = childAt(expectNode(algorithm), 1);
    const { nodeName, keyBytes } = wrapOf(oidOf(childAt(wrapAlgorithm, 0)));
    const publicKey = ephemeralKey(childAt(expectNode(parts[1]), 0), identity);
    const secret = diffieHellman({ privateKey: identity.privateKey, publicKey });
    const ukm = ukmNode === null ? null : octetsOf(childAt(ukmNode, 0));
    const key = derive(kdf, secret, keyBytes, sharedInfo(wrapAlgorithm.raw, ukm, keyBytes));
    const unwrapper = createDecipheriv(nodeName, key, nodeName === 'des3-wrap' ? null : wrapIv);
    return Buffer.concat([unwrapper.update(octetsOf(childAt(encryptedKey, 1))), unwrapper.final()]);
  }
  return undefined;
}

/** The curve is our key's: they may name it again or leave it out. Node refuses a point that is not on it. */
function ephemeralKey(originator: BerNode, { certificate }: Identity) {
  if (contextNumber(originator) !== 1) throw unsupported('A key agreement with a static key of the sender.');
  const ours = readNode(certificate.publicKey.export({ type: 'spki', format: 'der' }));
  const { content } = childAt(originator, 1);
  if (content.length < 2 || content.length > 200) throw malformed('No point of a curve.');
  const spki = sequence(childAt(ours, 0).raw, bitString(content.subarray(1)));
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}

function wrapOf(oid: string) {
  const wrap = keyWraps.get(oid);
  if (wrap === undefined) throw unsupported(`The key wrap ${oid}.`);
  return wrap;
}

/** ECC-CMS-SharedInfo: the wrap algorithm as it was sent, [0] the user keying material, [2] the key's length in bits. */
function sharedInfo(wrapAlgorithm: Buffer, ukm: Buffer | null, keyBytes: number): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(keyBytes * 8);
  return sequence(
    wrapAlgorithm,
    ...(ukm === null ? [] : [context(0, octetString(ukm))]),
    context(2, octetString(bits)),
  );
}

function derive(hash: string, secret: Buffer, byteLength: number, info: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 1, length = 0; length < byteLength; counter++) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    const block = createHash(hash).update(secret).update(number).update(info).digest();
    blocks.push(block);
    length += block.length;
  }
  return Buffer.concat(blocks).subarray(0, byteLength);
}
