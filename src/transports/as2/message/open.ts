import type { As2SignedForm } from '../../../partners/as2-settings.ts';
import { ByteReader } from '../byte-reader.ts';
import type { CipherName, DigestName } from '../cms/algorithms.ts';
import type { Certificate, Identity } from '../cms/certificate.ts';
import { CmsFault, undecryptable } from '../cms/cms-fault.ts';
import { decompressed } from '../cms/compress.ts';
import { decrypted, enterContentInfo } from '../cms/decrypt.ts';
import type { ContentDigests } from '../cms/verify.ts';
import { unhurried } from '../content.ts';
import type { ContentForm } from '../digesting.ts';
import { As2Fault } from '../fault.ts';
import { layerCountMax } from '../limits.ts';
import { emptyHead, fieldOf, type Head, readHead } from '../mime/head.ts';
import { drain } from '../mime/multipart.ts';
import { parseParameterized } from '../mime/parameters.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import { type Spooled, SpoolTooLarge } from '../spool.ts';
import { type Opening, openOpaque, openSigned } from './open-signed.ts';
import { keepPayload } from './payload.ts';

/** What is needed to open a message of one partner. */
export interface Keys {
  readonly decryptWith: readonly Identity[];
  readonly verifyWith: readonly Certificate[];
}

export interface OpenOptions {
  readonly keys: Keys;
  readonly signedOver?: readonly As2SignedForm[];
  /** Of what is stored: the payload, decompressed. */
  readonly fileBytesMax: number;
  /** The digest they want back, when they named one we have. */
  readonly micDigest: DigestName | undefined;
  readonly spool: (source: AsyncIterable<Uint8Array>, bytesMax: number) => Promise<Spooled>;
}

/** What was found around the payload; filled in as it is found, so that a fault still tells how far we came. */
export interface Layers {
  signed: {
    readonly digest: DigestName;
    readonly scheme: 'pkcs1' | 'pss' | 'ecdsa';
    readonly certificate: Certificate;
    /** Not `as-sent`: what they signed is not what they sent; it was mended to fit. */
    readonly form: ContentForm;
  } | null;
  encrypted: {
    readonly cipher: CipherName;
    readonly certificate: Certificate;
    /** By a tag of GCM that was read to its end, and fits. */
    readonly isAuthenticated: boolean;
  } | null;
  compressed: 'none' | 'inside-signature' | 'outside-signature' | 'unsigned';
}

export interface OpenedFile {
  /** As they called it; a label, never a path. */
  readonly name: string | null;
  readonly contentType: string;
  readonly spooled: Spooled;
}

/** Digests of what a receipt answers for; the alternatives are other readings of the RFCs, the first is ours. */
export type MicSources = readonly {
  readonly over: 'signed-part' | 'entity' | 'body';
  readonly digests: ContentDigests;
  readonly formIndex: number;
}[];

/**
 * `isForgeable`: it was encrypted, and nothing proves that whoever encrypted it knew what is in it: no tag of GCM, no signature inside. Then whatever
 * is told of its content answers somebody's guess at a message he has captured (Vaudenay 2002): such a one has one answer to everything that
 * is wrong with it.
 */
export type OpenOutcome =
  | {
      readonly ok: true;
      readonly layers: Layers;
      readonly files: readonly OpenedFile[];
      readonly mics: MicSources;
      readonly isForgeable: boolean;
    }
  | { readonly ok: false; readonly layers: Layers; readonly fault: As2Fault; readonly isForgeable: boolean };

/**
 * Opens a message as it comes in: decrypts, inflates, splits and hashes in one pass, the payload into a spool. The layers are found by their
 * content, in whatever order they were put on. When this answers ok, tags and signature are verified; else nothing is left of the payload.
 * Throws only FailureErrors of ours, and what the source throws.
 */
export async function openMessage(
  head: Head,
  body: AsyncIterable<Uint8Array>,
  options: OpenOptions,
): Promise<OpenOutcome> {
  const layers: Layers = { signed: null, encrypted: null, compressed: 'none' };
  const opening: Opening = { options, layers, files: [], mics: [], envelope: 'none', openEntity };
  try {
    const decoded = unhurried(decodedBytes(fieldOf(head, 'content-transfer-encoding'), body));
    await openEntity(opening, { head, body: decoded, isOuter: true, layer: 0 });
    return { ok: true, layers, files: opening.files, mics: opening.mics, isForgeable: isForgeable(opening) };
  } catch (error) {
    for (const { spooled } of opening.files) await spooled.discard();
    const fault = faultOf(error, opening);
    if (fault === undefined) throw error;
    return { ok: false, layers, fault, isForgeable: isForgeable(opening) };
  }
}

const isForgeable = (opening: Opening): boolean =>
  opening.envelope !== 'none' && opening.layers.encrypted?.isAuthenticated !== true && !isSignedInside(opening);

/** A signature around the envelope is over octets that anybody may have captured: it says nothing of what is in them. */
const isSignedInside = ({ layers, envelope }: Opening): boolean =>
  layers.signed !== null && envelope === 'outside-signature';

/** One entity on the way in. */
export interface Entity {
  readonly head: Head;
  /** Of the outermost: decoded already. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The HTTP message itself, whose headers are not the payload's own. */
  readonly isOuter: boolean;
  readonly layer: number;
}

async function openEntity(opening: Opening, entity: Entity): Promise<void> {
  if (entity.layer > layerCountMax)
    throw new As2Fault('unexpected-processing-error', 'Too many layers around the payload.');
  const type = parseParameterized(fieldOf(entity.head, 'content-type'));
  if (type.value === 'multipart/signed') return openSigned(opening, entity, type);
  if (/^application\/(?:x-)?pkcs7-mime$/.test(type.value)) return openCms(opening, entity);
  await keepPayload(opening, entity, type);
}

/** What a CMS is tells its own first octets; smime-type is often absent and sometimes wrong. */
async function openCms(opening: Opening, entity: Entity): Promise<void> {
  const { layers, options } = opening;
  const bytes = entity.isOuter
    ? entity.body
    : decodedBytes(fieldOf(entity.head, 'content-transfer-encoding'), entity.body);
  const { kind, stream } = await entered(bytes, entity);
  if (kind === 'signedData') return openOpaque(opening, stream, entity.layer);
  if (kind === 'compressedData') {
    if (layers.compressed !== 'none') throw new As2Fault('decompression-failed', 'It is compressed twice.');
    layers.compressed = opening.insideSignature ? 'inside-signature' : 'unsigned';
    return openInner(opening, decompressed(stream, inflatedMax(options.fileBytesMax)), entity.layer + 1);
  }
  if (layers.encrypted !== null) throw new As2Fault('unexpected-processing-error', 'It is encrypted twice.');
  opening.envelope = opening.insideSignature === true ? 'inside-signature' : 'outside-signature';
  let isPaddingWrong = false;
  const plain = await decrypted(stream, kind, options.keys.decryptWith, () => {
    isPaddingWrong = true;
  });
  const found = { cipher: plain.cipher.name, certificate: plain.certificate };
  layers.encrypted = { ...found, isAuthenticated: false };
  async function* tagged(): AsyncGenerator<Buffer> {
    yield* plain.bytes;
    layers.encrypted = { ...found, isAuthenticated: true };
  }
  await openInner(opening, plain.cipher.mode === 'gcm' ? tagged() : plain.bytes, entity.layer + 1);
  if (isPaddingWrong && !isSignedInside(opening)) throw undecryptable();
}

async function entered(bytes: AsyncIterable<Uint8Array>, { isOuter }: Entity) {
  try {
    return await enterContentInfo(bytes);
  } catch (error) {
    // Garbage under this name: whoever probes learns no more than from a wrong key.
    if (isOuter && error instanceof CmsFault) throw new As2Fault('decryption-failed', undecryptableText, error.message);
    throw error;
  }
}

/** Room for headers and boundaries around the file. */
const inflatedMax = (fileBytesMax: number): number => fileBytesMax + 1024 * 1024;

/** What was under a layer: an entity with its own headers, or the payload itself without any. */
async function openInner(opening: Opening, bytes: AsyncIterable<Uint8Array>, layer: number): Promise<void> {
  const reader = new ByteReader(bytes);
  const head = (await readHead(reader)) ?? emptyHead;
  await openEntity(opening, { head, body: reader.rest(), isOuter: false, layer });
  await drain(reader.rest()); // the last padding and tag are checked only when everything was read
}

export const undecryptableText = 'The message could not be decrypted with our keys.';

/** A partner's mistake in the words of a disposition; undefined for what is ours, or the wire's. */
function faultOf(error: unknown, { layers, options }: Opening): As2Fault | undefined {
  if (error instanceof As2Fault) return error;
  if (error instanceof SpoolTooLarge)
    return layers.compressed === 'none'
      ? new As2Fault('unexpected-processing-error', `A file of this channel has at most ${options.fileBytesMax} bytes.`)
      : new As2Fault(
          'decompression-failed',
          `It inflates to more than the ${options.fileBytesMax} bytes that a file of this channel has.`,
        );
  if (!(error instanceof CmsFault)) return undefined;
  if (error.kind === 'not-inflatable') return new As2Fault('decompression-failed', error.message);
  // Whatever is wrong with an envelope is told in one way, so that nobody learns from the answer where it failed.
  return layers.compressed === 'none'
    ? new As2Fault('decryption-failed', undecryptableText, error.message)
    : new As2Fault('decompression-failed', error.message);
}
