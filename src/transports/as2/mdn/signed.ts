import { ByteReader } from '../byte-reader.ts';
import type { Certificate } from '../cms/certificate.ts';
import { verifyDetached } from '../cms/verify.ts';
import { collect } from '../content.ts';
import { EntityDigests } from '../digesting.ts';
import { As2Fault } from '../fault.ts';
import { emptyHead, fieldOf, type Head, readHead } from '../mime/head.ts';
import { MultipartReader } from '../mime/multipart.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import { digestCalled } from '../names.ts';

export type MdnSignature =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly certificate: Certificate }
  | { readonly kind: 'wrong'; readonly detail: string };

/** Opens a signed receipt that is held whole, and verifies it; a wrong signature is told beside the content, for the operator wants to read both. */
export async function openSignedMdn(
  bytes: Buffer,
  parameters: ReadonlyMap<string, string>,
  verifyWith: readonly Certificate[],
): Promise<{ readonly signature: MdnSignature; readonly head: Head; readonly body: Buffer }> {
  const parts = new MultipartReader(new ByteReader(inOne(bytes)), parameters.get('boundary'));
  const content = await parts.next();
  if (content === null) throw new As2Fault('unsupported format', 'A multipart/signed without parts.');
  const reader = new ByteReader(content);
  const head = (await readHead(reader)) ?? emptyHead;
  const body = await collect(reader.rest());
  const digests = new EntityDigests([digestCalled(parameters.get('micalg') ?? '')]);
  digests.head(head.raw);
  digests.update(body);
  const second = await parts.next();
  if (second === null) return { signature: { kind: 'wrong', detail: 'It has no signature.' }, head, body };
  const signatureReader = new ByteReader(second);
  const signatureHead = (await readHead(signatureReader)) ?? emptyHead;
  const encoding = fieldOf(signatureHead, 'content-transfer-encoding');
  const cms = await collect(decodedBytes(encoding, signatureReader.rest()));
  const verdict = verifyDetached(cms, digests.forms, verifyWith);
  const signature: MdnSignature = verdict.ok
    ? { kind: 'good', certificate: verdict.certificate }
    : { kind: 'wrong', detail: verdict.detail };
  return { signature, head, body };
}

async function* inOne(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
