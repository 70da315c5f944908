import type { As2SignedForm } from '../../../partners/as2-settings.ts';
import { ByteReader } from '../byte-reader.ts';
import { digestNamed, OID } from '../cms/algorithms.ts';
import { type BerNode, childAt, childrenOf, contextNumber, expectNode, oidOf } from '../cms/ber.ts';
import type { BerStream } from '../cms/ber-stream.ts';
import { contextTag, SEQUENCE, SET } from '../cms/der.ts';
import { type SignatureFaultKind, type SignatureVerdict, verifyDetached, verifySigners } from '../cms/verify.ts';
import { contentForms, EntityDigests } from '../digesting.ts';
import { As2Fault, type FaultModifier } from '../fault.ts';
import { signatureBytesMax } from '../limits.ts';
import { emptyHead, fieldOf, readHead } from '../mime/head.ts';
import { drain, MultipartReader } from '../mime/multipart.ts';
import type { Parameterized } from '../mime/parameters.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import { digestCalled } from '../names.ts';
import type { Entity, Layers, MicSources, OpenedFile, OpenOptions } from './open.ts';

/** A message that is being opened. */
export interface Opening {
  readonly options: OpenOptions;
  readonly layers: Layers;
  readonly files: OpenedFile[];
  mics: MicSources;
  /** Where the encryption was found, from before anything of it is decrypted. */
  envelope: 'none' | 'outside-signature' | 'inside-signature';
  /** True while the signed part is read. */
  insideSignature?: boolean;
  /** Opens what is inside; here, since it comes back to this file. */
  readonly openEntity: (opening: Opening, entity: Entity) => Promise<void>;
}

/**
 * multipart/signed: the first part is opened and hashed in one go, the second is its signature. The part is never written anew: what is
 * hashed are its octets as they came (and the two forms that senders are known to sign instead).
 */
export async function openSigned(opening: Opening, entity: Entity, { parameters }: Parameterized): Promise<void> {
  const { layers, options } = opening;
  const { signedOver = [] } = options;
  if (layers.signed !== null || opening.insideSignature === true)
    throw new As2Fault('unexpected-processing-error', 'It is signed twice.');
  const reader = new ByteReader(entity.body);
  const parts = new MultipartReader(reader, parameters.get('boundary'));
  const content = await parts.next();
  if (content === null) throw new As2Fault('unsupported format', 'A multipart/signed without parts.');
  const digests = new EntityDigests([...micalgs(parameters.get('micalg')), options.micDigest], signedOver);
  const compressedOutside = layers.compressed !== 'none';
  opening.insideSignature = true;
  const inner = new ByteReader(content);
  const head = (await readHead(inner)) ?? emptyHead;
  digests.head(head.raw);
  await opening.openEntity(opening, {
    head,
    body: hashed(inner.rest(), digests),
    isOuter: false,
    layer: entity.layer + 1,
  });
  await drain(hashed(inner.rest(), digests));
  opening.insideSignature = false;
  if (compressedOutside) layers.compressed = 'outside-signature';
  const signature = await signatureOf(await parts.next());
  await drain(reader.rest());
  const verdict = verifyDetached(signature, digests.forms, options.keys.verifyWith, digests.whole);
  keepVerdict(opening, verdict, digests, signedOver);
}

/**
 * A SignedData that holds its content (RFC 8551 3.5.2). RFC 4130 wants multipart/signed, and some products send this all the same. The content
 * is opened and hashed in one go; who signed it stands behind it.
 */
export async function openOpaque(opening: Opening, stream: BerStream, layer: number): Promise<void> {
  const { layers, options } = opening;
  if (layers.signed !== null || opening.insideSignature === true)
    throw new As2Fault('unexpected-processing-error', 'It is signed twice.');
  await stream.enter(SEQUENCE);
  await stream.element(); // version
  const named = childrenOf(expectNode(await stream.element(), SET)).map((one) => digestNamed(oidOf(childAt(one, 0))));
  const held = await stream.enter(SEQUENCE);
  const type = await stream.element();
  // Certificates alone have no content, and are themselves an [0] behind it: only the length tells.
  const isHeld = held.contentLength === null ? (await stream.nextTag()) !== 0 : held.contentLength > type.raw.length;
  if (oidOf(type) !== OID.data || !isHeld) throw new As2Fault('unsupported format', 'A signature without a content.');
  await stream.enter(contextTag(0));
  const digests = new EntityDigests([...named, options.micDigest]);
  const compressedOutside = layers.compressed !== 'none';
  opening.insideSignature = true;
  const inner = new ByteReader(hashed(stream.octets(await stream.enter()), digests));
  const head = (await readHead(inner)) ?? emptyHead;
  await opening.openEntity(opening, { head, body: inner.rest(), isOuter: false, layer: layer + 1 });
  await drain(inner.rest());
  opening.insideSignature = false;
  if (compressedOutside) layers.compressed = 'outside-signature';
  const signers = await signersBehind(stream);
  const { verifyWith: trusted } = options.keys;
  const against = { contentDigests: digests.forms, whole: digests.whole, trusted };
  keepVerdict(
    opening,
    verifySigners(() => childrenOf(signers), against),
    digests,
    [],
  );
}

/** Past certificates and revocation lists, which are not looked at. */
async function signersBehind(stream: BerStream): Promise<BerNode> {
  for (;;) {
    await stream.skipEnds();
    if (await stream.atEnd()) throw new As2Fault('integrity-check-failed', 'A signed content without a signer.');
    const next = await stream.element();
    if (next.tag === SET) return next;
    if (contextNumber(next) === undefined)
      throw new As2Fault('integrity-check-failed', 'A signed content whose signers cannot be read.');
  }
}

function keepVerdict(
  opening: Opening,
  verdict: SignatureVerdict,
  digests: EntityDigests,
  signedOver: readonly As2SignedForm[],
): void {
  if (!verdict.ok) throw new As2Fault(MODIFIER_OF[verdict.kind], verdict.detail);
  const { digest, scheme, certificate, formIndex } = verdict;
  const form = [...contentForms, ...signedOver][formIndex] ?? 'as-sent';
  opening.layers.signed = { digest, scheme, certificate, form };
  opening.mics = [{ over: 'signed-part', digests: digests.forms, formIndex }];
}

/** One name, or several with commas between (RFC 5751 3.4.3.2). */
const micalgs = (text: string | undefined) => (text ?? '').split(',').map(digestCalled);

async function* hashed(source: AsyncIterable<Buffer>, digests: EntityDigests): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    digests.update(piece);
    yield piece;
  }
}

async function signatureOf(part: AsyncIterable<Buffer> | null): Promise<Buffer> {
  if (part === null) throw new As2Fault('integrity-check-failed', 'A multipart/signed without a signature.');
  const reader = new ByteReader(part);
  const head = (await readHead(reader)) ?? emptyHead;
  const pieces: Uint8Array[] = [];
  let byteLength = 0;
  for await (const piece of decodedBytes(fieldOf(head, 'content-transfer-encoding'), reader.rest())) {
    byteLength += piece.byteLength;
    if (byteLength > signatureBytesMax)
      throw new As2Fault('integrity-check-failed', `A signature of more than ${signatureBytesMax} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const MODIFIER_OF: Readonly<Record<SignatureFaultKind, FaultModifier>> = {
  unreadable: 'integrity-check-failed',
  'signer-unknown': 'authentication-failed',
  'digest-wrong': 'integrity-check-failed',
  'signature-wrong': 'integrity-check-failed',
  unsupported: 'integrity-check-failed',
  'digest-not-computed': 'integrity-check-failed',
};
