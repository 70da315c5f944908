import { ByteReader } from '../byte-reader.ts';
import { type SignatureFaultKind, verifyDetached } from '../cms/verify.ts';
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
  if (content === null) throw new As2Fault('unexpected-processing-error', 'A multipart/signed without parts.');
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
  const verdict = verifyDetached(signature, digests.forms, options.keys.verifyWith);
  if (!verdict.ok) throw new As2Fault(MODIFIER_OF[verdict.kind], verdict.detail);
  const { digest, scheme, certificate, formIndex } = verdict;
  layers.signed = { digest, scheme, certificate, form: [...contentForms, ...signedOver][formIndex] ?? 'as-sent' };
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
