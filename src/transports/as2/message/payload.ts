import { labelOf } from '../../label.ts';
import { ByteReader } from '../byte-reader.ts';
import { EntityDigests } from '../digesting.ts';
import { As2Fault } from '../fault.ts';
import { partCountMax } from '../limits.ts';
import { emptyHead, fieldOf, type Head, readHead } from '../mime/head.ts';
import { drain, MultipartReader } from '../mime/multipart.ts';
import { decodedWords, type Parameterized, parseParameterized, utf8IfSo } from '../mime/parameters.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import type { Entity, MicSources } from './open.ts';
import type { Opening } from './open-signed.ts';

/**
 * The innermost entity: one file, or several in a multipart/related (RFC 6362). Where no signature covers it, it is hashed here:
 *
 *   plain              the body alone (RFC 4130 7.3.1)
 *   encrypted          the entity with its headers (RFC 5402 4.2)
 *   compressed only    with its headers (RFC 5402 4.3); OpenAS2 hashes the body alone, so that is the alternative
 */
export async function keepPayload(opening: Opening, entity: Entity, type: Parameterized): Promise<void> {
  const { layers, options } = opening;
  const isSigned = opening.insideSignature === true;
  const whole = new EntityDigests([options.micDigest ?? 'sha256']);
  const body = new EntityDigests([options.micDigest ?? 'sha256']);
  if (!isSigned && !entity.isOuter) whole.head(entity.head.raw);
  const bytes = isSigned ? entity.body : hashedTwice(entity.body, entity.isOuter ? [body] : [whole, body]);
  await keepFiles(opening, { ...entity, body: bytes }, type);
  await drain(bytes);
  if (isSigned) return;
  const overBody = { over: 'body', digests: body.forms, formIndex: 0 } as const;
  const overEntity = { over: 'entity', digests: whole.forms, formIndex: 0 } as const;
  const mics: MicSources = entity.isOuter ? [overBody] : [overEntity, overBody];
  opening.mics = layers.encrypted !== null && layers.compressed === 'none' ? mics.slice(0, 1) : mics;
}

async function* hashedTwice(
  source: AsyncIterable<Uint8Array>,
  hashes: readonly EntityDigests[],
): AsyncGenerator<Buffer> {
  for await (const bytes of source) {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const digests of hashes) digests.update(piece);
    yield piece;
  }
}

async function keepFiles(opening: Opening, entity: Entity, type: Parameterized): Promise<void> {
  if (type.value !== 'multipart/related') {
    const decoded = entity.isOuter
      ? entity.body
      : decodedBytes(fieldOf(entity.head, 'content-transfer-encoding'), entity.body);
    return keep(opening, entity.head, decoded);
  }
  const parts = new MultipartReader(new ByteReader(entity.body), type.parameters.get('boundary'));
  for (let part = await parts.next(); part !== null; part = await parts.next()) {
    if (opening.files.length === partCountMax)
      throw new As2Fault('unsupported format', `More than ${partCountMax} attachments.`);
    const reader = new ByteReader(part);
    const head = (await readHead(reader)) ?? emptyHead;
    await keep(opening, head, decodedBytes(fieldOf(head, 'content-transfer-encoding'), reader.rest()));
  }
  if (opening.files.length === 0) throw new As2Fault('unsupported format', 'A multipart/related without parts.');
}

async function keep({ options, files }: Opening, head: Head, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const left = options.fileBytesMax - files.reduce((sum, { spooled }) => sum + spooled.byteLength, 0);
  const spooled = await options.spool(bytes, Math.max(left, 0));
  files.push({ name: fileNameIn(head), contentType: parseParameterized(fieldOf(head, 'content-type')).value, spooled });
}

/** The last part of the name they gave, decoded from whatever form it came in; it becomes a label and never a path. */
export function fileNameIn(head: Head): string | null {
  const disposition = parseParameterized(fieldOf(head, 'content-disposition')).parameters.get('filename');
  const given = disposition ?? parseParameterized(fieldOf(head, 'content-type')).parameters.get('name');
  return given === undefined ? null : labelOf(decodedWords(utf8IfSo(given)));
}
