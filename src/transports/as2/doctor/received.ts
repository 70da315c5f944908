import { ByteReader } from '../byte-reader.ts';
import { type Identity, isNamedBy } from '../cms/certificate.ts';
import { CmsFault } from '../cms/cms-fault.ts';
import { decompressed } from '../cms/compress.ts';
import { decrypted, enterContentInfo } from '../cms/decrypt.ts';
import { CALLED, contentOfSigned, shownEnvelope } from '../cms/inspect.ts';
import { collect, contentOf } from '../content.ts';
import { As2Fault } from '../fault.ts';
import { fieldOf, type Head } from '../mime/head.ts';
import { MultipartReader } from '../mime/multipart.ts';
import { parseParameterized } from '../mime/parameters.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import { type Cabinet, type Examined, type Finding, type Held, heldIn, inflatedMax, type Look } from './look.ts';
import { lookAtSignature } from './signature.ts';

/** Opens a message that was refused layer by layer, held in memory, and tells where it fails and what would fit. */
export async function examine(head: Head, body: Buffer, cabinet: Cabinet): Promise<Examined> {
  const evidence: string[] = [];
  const findings: Finding[] = [];
  const look: Look = { cabinet, evidence, findings };
  try {
    const bytes = await collect(decodedBytes(fieldOf(head, 'content-transfer-encoding'), contentOf(body).bytes()));
    await lookInto(look, { head, bytes, isOuter: true }, 0);
  } catch (error) {
    if (!(error instanceof CmsFault || error instanceof As2Fault)) throw error;
    findings.push({ what: `It cannot be read any further: ${error.message}`, setting: null });
  }
  return { evidence, findings };
}

async function lookInto(look: Look, { head, bytes, isOuter }: Held, layer: number): Promise<void> {
  const type = parseParameterized(fieldOf(head, 'content-type'));
  if (layer > 6) throw new As2Fault('unexpected-processing-error', 'More layers than anybody puts around a payload.');
  if (type.value === 'multipart/signed') return lookAtSigned(look, bytes, type.parameters, layer);
  if (!/^application\/(?:x-)?pkcs7-mime$/.test(type.value)) {
    look.evidence.push(`${type.value === '' ? 'without a content type' : type.value}, ${bytes.length} bytes`);
    return;
  }
  const cms = isOuter
    ? bytes
    : await collect(decodedBytes(fieldOf(head, 'content-transfer-encoding'), contentOf(bytes).bytes()));
  const { kind, stream } = await enterContentInfo(contentOf(cms).bytes());
  if (kind === 'compressedData') {
    const inner = await collect(decompressed(stream, inflatedMax));
    look.evidence.push(`compressed: ${cms.length} bytes of ${inner.length}`);
    return lookInto(look, await heldIn(inner), layer + 1);
  }
  if (kind === 'signedData') {
    look.evidence.push('a signature that holds its content');
    const held = await heldIn(contentOfSigned(cms));
    await lookAtSignature(look, cms, held);
    return lookInto(look, held, layer + 1);
  }
  const opened = await lookAtEnvelope(look, cms, kind);
  if (opened !== null) await lookInto(look, await heldIn(opened), layer + 1);
}

async function lookAtEnvelope(
  { cabinet, evidence, findings }: Look,
  cms: Buffer,
  kind: 'envelopedData' | 'authEnvelopedData',
): Promise<Buffer | null> {
  const envelope = await shownEnvelope((await enterContentInfo(contentOf(cms).bytes())).stream);
  const { recipients, cipher, cipherOid } = envelope;
  evidence.push(`encrypted with ${cipher ?? CALLED[cipherOid] ?? cipherOid}`);
  for (const { called, transport } of recipients) evidence.push(`for ${called}, by ${CALLED[transport] ?? transport}`);
  if (cipher === null) {
    findings.push({
      what: `They encrypt with ${CALLED[cipherOid] ?? cipherOid}, which is not spoken here: ask them for AES-256-CBC.`,
      setting: null,
    });
    return null;
  }
  const named = cabinet.ours.filter(({ identity }) =>
    recipients.some(({ name }) => isNamedBy(identity.certificate, name)),
  );
  if (named.length === 0) {
    findings.push({
      what: 'They encrypt for a certificate that is none of ours: give them the one of the key in force (tallyport keys export), or import the key it belongs to.',
      setting: 'ourKeys',
    });
    return null;
  }
  for (const { name, inChannel, identity } of named) {
    const plain = await openedWith(cms, kind, identity);
    if (plain === null) continue;
    evidence.push(`our key ${name} opens it`);
    if (!inChannel)
      findings.push({
        what: `They encrypt for our key ${name}, which this channel does not have.`,
        setting: `ourKeys: add { name: ${name}, use: encryption }`,
      });
    return plain;
  }
  findings.push({
    what: `They encrypt for our key ${named.map(({ name }) => name).join(', ')}, but the content does not open with it: they have another certificate with the same issuer and serial, or the message was changed on its way.`,
    setting: null,
  });
  return null;
}

async function openedWith(
  cms: Buffer,
  kind: 'envelopedData' | 'authEnvelopedData',
  identity: Identity,
): Promise<Buffer | null> {
  try {
    const { stream } = await enterContentInfo(contentOf(cms).bytes());
    return await collect((await decrypted(stream, kind, [identity])).bytes);
  } catch (error) {
    if (error instanceof CmsFault) return null;
    throw error;
  }
}

async function lookAtSigned(
  look: Look,
  bytes: Buffer,
  parameters: ReadonlyMap<string, string>,
  layer: number,
): Promise<void> {
  const parts = new MultipartReader(new ByteReader(contentOf(bytes).bytes()), parameters.get('boundary'));
  const first = await parts.next();
  if (first === null) throw new As2Fault('unsupported format', 'A multipart/signed without parts.');
  const content = Buffer.from(await collect(first));
  const second = await parts.next();
  if (second === null) {
    look.findings.push({
      what: 'It says that it is signed, and has no signature.',
      setting: 'requireSignature: false',
    });
    return;
  }
  const signature = await heldIn(Buffer.from(await collect(second)));
  const encoding = fieldOf(signature.head, 'content-transfer-encoding');
  const cms = await collect(decodedBytes(encoding, contentOf(signature.bytes).bytes()));
  const held = await heldIn(content);
  look.evidence.push(`signed part of ${content.length} bytes, ${held.head.raw.length} of them headers`);
  await lookAtSignature(look, cms, held);
  await lookInto(look, held, layer + 1);
}
