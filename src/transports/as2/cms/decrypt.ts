import { createDecipheriv, type DecipherGCM } from 'node:crypto';
import { ByteReader } from '../byte-reader.ts';
import { type Cipher, cipherOfOid, OID } from './algorithms.ts';
import {
  type BerNode,
  childAt,
  childrenOf,
  contextNumber,
  expectNode,
  octetsOf,
  oidOf,
  smallIntegerOf,
} from './ber.ts';
import { BerStream } from './ber-stream.ts';
import type { Certificate, Identity } from './certificate.ts';
import { malformed, undecryptable } from './cms-fault.ts';
import { contextTag, OCTET_STRING, SEQUENCE, SET } from './der.ts';
import { gcmName } from './encrypt.ts';
import { tagWithoutAttributes } from './gcm-attributes.ts';
import { openContentKey } from './recipients.ts';

export interface Decrypted {
  readonly cipher: Cipher;
  /** Ours whose key opened it. */
  readonly certificate: Certificate;
  /** The plaintext. Nothing of it may be believed before the last piece came: only then are padding and tag checked. */
  readonly bytes: AsyncIterable<Buffer>;
}

/**
 * Opens an EnvelopedData or AuthEnvelopedData after its ContentInfo was entered: see `enterContentInfo`. Throws CmsFault, also from `bytes`.
 *
 * With `onWrongPadding`, wrong padding of CBC is told there instead of thrown, and the last block is given whole: whoever has a signature inside
 * decides by that alone. Were it thrown, a captured message with two blocks put behind its last boundary would be taken or refused by the padding
 * of a block of the attacker's choice, whatever the answers say.
 */
export async function decrypted(
  stream: BerStream,
  type: 'envelopedData' | 'authEnvelopedData',
  identities: readonly Identity[],
  onWrongPadding: () => void = () => {
    throw undecryptable();
  },
): Promise<Decrypted> {
  await stream.enter(SEQUENCE);
  await stream.element(); // version
  if ((await stream.nextTag()) === contextTag(0)) await stream.element(); // originatorInfo: certificates we do not need
  const recipients = expectNode(await stream.element(), SET);
  await stream.enter(SEQUENCE);
  await stream.element(); // content type
  const algorithm = await stream.element();
  const cipher = cipherOfOid(oidOf(childAt(algorithm, 0)));
  if ((cipher.mode === 'gcm') !== (type === 'authEnvelopedData'))
    throw malformed('A cipher that does not fit the envelope.');
  const { iv, tagBytes } = parametersOf(cipher, childAt(algorithm, 1));
  const { contentKey, certificate } = openContentKey(recipients, identities, cipher.keyBytes);
  const given = { cipher, key: contentKey, iv };
  return {
    cipher,
    certificate,
    bytes: cipher.mode === 'gcm' ? gcmBytes(stream, given, tagBytes) : cbcBytes(stream, given, onWrongPadding),
  };
}

interface Given {
  readonly cipher: Cipher;
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** CBC: the vector. GCM: nonce and tag length, 12 when absent (RFC 5084 3.2). */
function parametersOf(cipher: Cipher, node: BerNode): { readonly iv: Buffer; readonly tagBytes: number } {
  if (cipher.mode === 'cbc') {
    const iv = octetsOf(expectNode(node, OCTET_STRING));
    if (iv.length !== cipher.ivBytes)
      throw malformed('An initialisation vector of another length than the cipher has.');
    return { iv, tagBytes: 0 };
  }
  const [nonce, length] = childrenOf(node);
  const iv = octetsOf(expectNode(nonce, OCTET_STRING));
  const tagBytes = length === undefined ? 12 : smallIntegerOf(length);
  if (iv.length === 0 || iv.length > 64 || tagBytes < 12 || tagBytes > 16)
    throw malformed('GCM parameters out of range.');
  return { iv, tagBytes };
}

async function* cbcBytes(
  stream: BerStream,
  { cipher, key, iv }: Given,
  onWrongPadding: () => void,
): AsyncGenerator<Buffer> {
  const engine = createDecipheriv(cipher.nodeName, key, iv).setAutoPadding(false);
  let held: Buffer | null = null; // whole blocks; the last of them are the message's end
  for await (const piece of stream.octets(await stream.enter())) {
    const out = engine.update(piece);
    if (out.length === 0) continue;
    if (held !== null) yield held;
    held = out;
  }
  ended(() => engine.final()); // half a block, which everybody can count
  if (held === null) throw undecryptable();
  const length = paddingLength(held.subarray(-cipher.ivBytes));
  if (length === 0) onWrongPadding();
  yield held.subarray(0, held.length - length);
}

/** PKCS#7: n octets of the value n, n from 1 to the block's length. 0 when it is not so; its time does not depend on what it finds. */
function paddingLength(block: Buffer): number {
  const last = block.at(-1) ?? 0;
  let wrong = ((last - 1) >> 8) | ((block.length - last) >> 8); // all ones for 0, and for more than a block
  for (const [index, octet] of block.entries()) {
    const counts = (block.length - index - 1 - last) >> 8; // all ones inside the padding
    wrong |= counts & (octet ^ last);
  }
  return last & ~-((wrong | -wrong) >>> 31);
}

async function* gcmBytes(stream: BerStream, { cipher, key, iv }: Given, tagBytes: number): AsyncGenerator<Buffer> {
  const engine: DecipherGCM = createDecipheriv(gcmName(cipher), key, iv, { authTagLength: tagBytes });
  let ciphertextBytes = 0;
  for await (const piece of stream.octets(await stream.enter())) {
    ciphertextBytes += piece.length;
    const out = engine.update(piece);
    if (out.length > 0) yield out;
  }
  await stream.skipEnds();
  const next = await stream.element();
  const hasAttributes = contextNumber(next) === 1;
  const tag = octetsOf(expectNode(hasAttributes ? await stream.element() : next, OCTET_STRING));
  if (tag.length !== tagBytes) throw undecryptable();
  engine.setAuthTag(
    hasAttributes ? tagWithoutAttributes(tag, { key, attributes: signedForm(next), ciphertextBytes }) : tag,
  );
  ended(() => engine.final());
}

/** The SET that is authenticated where an [1] IMPLICIT is carried. */
function signedForm(attributes: BerNode): Buffer {
  const set = Buffer.from(attributes.raw);
  set[0] = SET;
  return set;
}

function ended(final: () => Buffer): Buffer {
  try {
    return final();
  } catch {
    throw undecryptable(); // a wrong tag, or half a block
  }
}

export type ContentKind = 'signedData' | 'envelopedData' | 'authEnvelopedData' | 'compressedData';
const KINDS: readonly ContentKind[] = ['signedData', 'envelopedData', 'authEnvelopedData', 'compressedData'];

/** Enters a ContentInfo and tells what it holds, whatever a header said about it. */
export async function enterContentInfo(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly kind: ContentKind; readonly stream: BerStream }> {
  const stream = new BerStream(new ByteReader(source));
  await stream.enter(SEQUENCE);
  const oid = oidOf(await stream.element());
  const kind = KINDS.find((candidate) => OID[candidate] === oid);
  if (kind === undefined) throw malformed(`A content of type ${oid}.`);
  await stream.enter(contextTag(0));
  return { kind, stream };
}
