import { type CipherGCM, createCipheriv, randomBytes } from 'node:crypto';
import type { Content } from '../content.ts';
import { type Cipher, type CipherName, cipherNamed, OID } from './algorithms.ts';
import {
  contextTag,
  derLength,
  integer,
  objectIdentifier,
  octetString,
  primitiveContextTag,
  SEQUENCE,
  sequence,
  setOf,
  tlvLength,
} from './der.ts';
import { type Recipient, recipientInfo } from './recipients.ts';

export interface EncryptOptions {
  readonly recipients: readonly Recipient[];
  readonly cipher: CipherName;
  /** Definite lengths where the content's length is known; `ber`: pieces of indefinite length, as some products send. */
  readonly encoding: 'der' | 'ber';
  /** AES-GCM: signed into the tag beside the content (RFC 5083 2.1). */
  readonly authenticatedAttributes?: readonly Buffer[];
}

const tagBytes = 16;
const endOfContents = Buffer.alloc(2);

/**
 * EnvelopedData (RFC 5652 6), or AuthEnvelopedData (RFC 5083) for a GCM cipher. Asked for its bytes again it gives the same: key and
 * initialisation vector are drawn once.
 */
export function encrypted(content: Content, options: EncryptOptions): Content {
  const cipher = cipherNamed(options.cipher);
  const parts = partsOf(cipher, options);
  if (content.byteLength === null || options.encoding === 'ber')
    return { byteLength: null, bytes: () => indefinite(content, cipher, parts) };
  const head = definiteHead(content.byteLength, cipher, parts);
  const bodyLength = encryptedLength(content.byteLength, cipher);
  const tailLength = cipher.mode === 'gcm' ? parts.attributes.length + tlvLength(tagBytes) : 0;
  return {
    byteLength: head.length + bodyLength + tailLength,
    bytes: () => definite(content, cipher, parts, head),
  };
}

interface Parts {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly version: Buffer;
  readonly recipients: Buffer;
  readonly type: Buffer;
  readonly contentType: Buffer;
  readonly algorithm: Buffer;
  /** [1] IMPLICIT as they are carried, and as the SET that the tag covers; empty when there are none. */
  readonly attributes: Buffer;
  readonly authenticated: Buffer;
}

function partsOf(cipher: Cipher, { recipients, authenticatedAttributes = [] }: EncryptOptions): Parts {
  const key = randomBytes(cipher.keyBytes);
  const iv = randomBytes(cipher.ivBytes);
  const isGcm = cipher.mode === 'gcm';
  const agrees = recipients.some(({ certificate }) => certificate.keyKind === 'ec');
  const parameters = isGcm ? sequence(octetString(iv), integer(tagBytes)) : octetString(iv);
  const authenticated = authenticatedAttributes.length === 0 ? Buffer.alloc(0) : setOf(...authenticatedAttributes);
  const attributes = Buffer.from(authenticated);
  if (attributes.length > 0) attributes[0] = contextTag(1);
  return {
    key,
    iv,
    version: integer(agrees && !isGcm ? 2 : 0),
    recipients: setOf(...recipients.map((recipient) => recipientInfo(key, recipient))),
    type: objectIdentifier(isGcm ? OID.authEnvelopedData : OID.envelopedData),
    contentType: objectIdentifier(OID.data),
    algorithm: sequence(objectIdentifier(cipher.oid), parameters),
    attributes,
    authenticated,
  };
}

const encryptedLength = (length: number, { mode, ivBytes }: Cipher): number =>
  mode === 'gcm' ? length : length + (ivBytes - (length % ivBytes)); // ivBytes is the block length of CBC

/** Everything before the first encrypted byte, from the inside out: each length needs the one inside it. */
function definiteHead(byteLength: number, cipher: Cipher, parts: Parts): Buffer {
  const bodyLength = encryptedLength(byteLength, cipher);
  const contentLength = parts.contentType.length + parts.algorithm.length + tlvLength(bodyLength);
  const tailLength = cipher.mode === 'gcm' ? parts.attributes.length + tlvLength(tagBytes) : 0;
  const dataLength = parts.version.length + parts.recipients.length + tlvLength(contentLength) + tailLength;
  return Buffer.concat([
    Buffer.of(SEQUENCE),
    derLength(parts.type.length + tlvLength(tlvLength(dataLength))),
    parts.type,
    Buffer.of(contextTag(0)),
    derLength(tlvLength(dataLength)),
    Buffer.of(SEQUENCE),
    derLength(dataLength),
    parts.version,
    parts.recipients,
    Buffer.of(SEQUENCE),
    derLength(contentLength),
    parts.contentType,
    parts.algorithm,
    Buffer.of(primitiveContextTag(0)),
    derLength(bodyLength),
  ]);
}

async function* definite(content: Content, cipher: Cipher, parts: Parts, head: Buffer): AsyncGenerator<Buffer> {
  const engine = engineOf(cipher, parts);
  yield head;
  for await (const piece of content.bytes()) {
    const out = engine.update(piece);
    if (out.length > 0) yield out;
  }
  const last = engine.final();
  if (last.length > 0) yield last;
  if (cipher.mode === 'gcm') yield Buffer.concat([parts.attributes, octetString(engine.tag())]);
}

async function* indefinite(content: Content, cipher: Cipher, parts: Parts): AsyncGenerator<Buffer> {
  const engine = engineOf(cipher, parts);
  const open = (tag: number) => Buffer.of(tag, 0x80);
  yield Buffer.concat([
    ...[open(SEQUENCE), parts.type, open(contextTag(0)), open(SEQUENCE), parts.version, parts.recipients],
    ...[open(SEQUENCE), parts.contentType, parts.algorithm, open(contextTag(0))],
  ]);
  for await (const piece of content.bytes()) {
    const out = engine.update(piece);
    if (out.length > 0) yield octetString(out);
  }
  const last = engine.final();
  if (last.length > 0) yield octetString(last);
  const tail = cipher.mode === 'gcm' ? [parts.attributes, octetString(engine.tag())] : [];
  yield Buffer.concat([endOfContents, endOfContents, ...tail, endOfContents, endOfContents, endOfContents]);
}

function engineOf(cipher: Cipher, { key, iv, authenticated }: Parts) {
  if (cipher.mode === 'cbc') {
    const engine = createCipheriv(cipher.nodeName, key, iv);
    return {
      update: (piece: Uint8Array) => engine.update(piece),
      final: () => engine.final(),
      tag: () => Buffer.alloc(0),
    };
  }
  const engine: CipherGCM = createCipheriv(gcmName(cipher), key, iv);
  if (authenticated.length > 0) engine.setAAD(authenticated);
  return {
    update: (piece: Uint8Array) => engine.update(piece),
    final: () => engine.final(),
    tag: () => engine.getAuthTag(),
  };
}

/** The name as Node's types want it to tell a GCM engine from another. */
export function gcmName({ nodeName }: Cipher): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  if (nodeName === 'aes-128-gcm' || nodeName === 'aes-192-gcm' || nodeName === 'aes-256-gcm') return nodeName;
  throw new TypeError(`${nodeName} is no GCM`);
}

/** An attribute for `authenticatedAttributes`. */
export const authenticatedContentType = (): Buffer =>
  sequence(objectIdentifier(OID.contentType), setOf(objectIdentifier(OID.data)));
