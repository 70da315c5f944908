import type { DigestName } from '../cms/algorithms.ts';
import { type SigningOptions, signDetached } from '../cms/signed-data.ts';
import type { ContentDigests } from '../cms/verify.ts';
import { contentOf, joined, type SizedContent, unhurried } from '../content.ts';
import { EntityDigests } from '../digesting.ts';
import { base64Lines } from '../mime/transfer-encoding.ts';
import { micalgOf } from '../names.ts';
import { entityBytes, type OutEntity } from './entity.ts';

/** The digests of a content, read once through. */
export async function digestsOfContent(
  content: SizedContent,
  expected: readonly DigestName[],
): Promise<ContentDigests> {
  const digests = new EntityDigests(expected);
  for await (const piece of unhurried(content.bytes()))
    digests.update(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  return digests.forms;
}

export type Signing = Omit<SigningOptions, 'chain'>;

/**
 * multipart/signed around an entity. The boundary is given, so that every attempt sends the same one; it must be found nowhere inside, which
 * 96 bits of a hash see to.
 */
export async function signedEntity(
  entity: OutEntity,
  boundary: string,
  signing: Signing,
): Promise<{ readonly entity: OutEntity; readonly digests: ContentDigests }> {
  const content = entityBytes(entity);
  const digests = await digestsOfContent(content, [signing.digest]);
  const digest = digests(signing.digest)?.[0];
  if (digest === undefined) throw new TypeError(`no digest ${signing.digest}`);
  const signature = base64Lines(await signDetached(digest, signing));
  const body = joined(
    contentOf(Buffer.from(`--${boundary}\r\n`)),
    content,
    contentOf(
      Buffer.from(
        `\r\n--${boundary}\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n` +
          'Content-Disposition: attachment; filename=smime.p7s\r\n\r\n',
      ),
      signature,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ),
  );
  const micalg = micalgOf(signing.digest);
  const type = `multipart/signed; protocol="application/pkcs7-signature"; micalg=${micalg}; boundary="${boundary}"`;
  return { entity: { head: [['Content-Type', type]], body }, digests };
}
