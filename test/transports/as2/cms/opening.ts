import type { Identity } from '../../../../src/transports/as2/cms/certificate.ts';
import { decrypted, enterContentInfo } from '../../../../src/transports/as2/cms/decrypt.ts';
import { collect } from '../../../../src/transports/as2/content.ts';

/** Bytes as a network might bring them. */
export async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

export async function open(source: AsyncIterable<Uint8Array>, identities: readonly Identity[]) {
  const { kind, stream } = await enterContentInfo(source);
  if (kind !== 'envelopedData' && kind !== 'authEnvelopedData') throw new Error(`a ${kind}`);
  const { cipher, bytes } = await decrypted(stream, kind, identities);
  return { cipher: cipher.name, bytes: await collect(bytes) };
}
