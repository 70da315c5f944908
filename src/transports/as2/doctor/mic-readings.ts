import { createHash } from 'node:crypto';
import { type DigestName, digests } from '../cms/algorithms.ts';
import { compressed } from '../cms/compress.ts';
import { collect, contentOf } from '../content.ts';
import { withLineEnds } from '../line-ends.ts';
import { type MessageProfile, type OutMessage, payloadEntity } from '../message/build.ts';
import { cmsEntity, entityBytes, headBytes } from '../message/entity.ts';
import { base64Lines } from '../mime/transfer-encoding.ts';

/** What a partner may have hashed instead of what we did, and the setting of ours under which the two agree; null: none of ours helps. */
export interface MicReading {
  readonly what: string;
  readonly setting: string | null;
  readonly bytes: Buffer;
}

/** Every reading of a message that a product is known to take, the one we sent first. Its payload is held in memory. */
export async function micReadings(message: OutMessage, profile: MessageProfile): Promise<readonly MicReading[]> {
  const payload = payloadEntity(message, profile);
  const entity = await collect(entityBytes(payload).bytes());
  const body = await collect(payload.body.bytes());
  const head = headBytes(payload.head);
  const packed = await collect((await compressed(contentOf(entity), profile.encoding)).bytes());
  const packedEntity = await collect(entityBytes(cmsEntity('compressed-data', contentOf(packed))).bytes());
  const headOf = (encoding: string) =>
    headBytes(
      payload.head.map(([name, value]) => [name, name === 'Content-Transfer-Encoding' ? encoding : value] as const),
    );
  const trimmed = body.subarray(0, body.length - (body.at(-1) === 10 ? (body.at(-2) === 13 ? 2 : 1) : 0));
  return [
    {
      what: 'the payload with its MIME headers',
      setting: profile.compress === 'before-signing' ? 'compress: after-signing' : 'compress: none',
      bytes: entity,
    },
    { what: 'the compressed part with its MIME headers', setting: 'compress: before-signing', bytes: packedEntity },
    { what: 'the payload alone, without its MIME headers', setting: 'sign: none', bytes: body },
    {
      what: 'the payload and its headers with every line end made CRLF: it was written anew on their side',
      setting: 'transferEncoding: base64',
      bytes: withLineEnds(entity, 0),
    },
    {
      what: 'the payload alone with every line end made CRLF',
      setting: 'transferEncoding: base64',
      bytes: withLineEnds(body, 0),
    },
    {
      what: 'the payload and its headers with every line end made LF',
      setting: 'transferEncoding: base64',
      bytes: bareLines(entity),
    },
    {
      what: 'the payload and its headers without the last line end',
      setting: 'transferEncoding: base64',
      bytes: Buffer.concat([head, trimmed]),
    },
    {
      what: 'the payload in base64, with headers that say so',
      setting: 'transferEncoding: base64',
      bytes: Buffer.concat([headOf('base64'), base64Lines(body)]),
    },
    {
      what: 'the payload without its Content-Transfer-Encoding header',
      setting: null,
      bytes: Buffer.concat([headBytes(payload.head.filter(([name]) => name !== 'Content-Transfer-Encoding')), body]),
    },
    { what: 'the compressed octets alone', setting: null, bytes: packed },
    { what: 'nothing at all: their side lost the content before it hashed', setting: null, bytes: Buffer.alloc(0) },
  ];
}

const bareLines = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

export interface MicFinding {
  readonly what: string;
  readonly digest: DigestName;
  readonly setting: string | null;
}

/** The readings and digests under which a MIC comes out; also one that was made with another digest than it names. */
export function findReading(mic: string, readings: readonly MicReading[]): readonly MicFinding[] {
  return readings.flatMap(({ what, setting, bytes }) =>
    digests
      .filter(({ name }) => createHash(name).update(bytes).digest('base64') === mic)
      .map(({ name }) => ({ what, digest: name, setting })),
  );
}
