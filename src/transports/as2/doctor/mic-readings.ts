import { createHash } from 'node:crypto';
import { type DigestName, digests } from '../cms/algorithms.ts';
import { compressed } from '../cms/compress.ts';
import { collect, contentOf } from '../content.ts';
import { memoryBytesMax } from '../limits.ts';
import { withLineEnds } from '../line-ends.ts';
import type { ReadMdn } from '../mdn/read.ts';
import { type ExpectedMics, type OutFile, payloadEntity } from '../message/build.ts';
import { cmsEntity, entityBytes, headBytes, type OutEntity } from '../message/entity.ts';
import { base64Lines } from '../mime/transfer-encoding.ts';
import type { Finding } from './look.ts';

/*
 * Why a MIC differs is found by hashing the message in every reading that a product is known to take. A reading is a function of the message,
 * so what would mend it is found the same way: the message is put together once more under another setting, read as they read it, and held
 * against what we would then expect. Only a setting under which the two agree is proposed.
 */

/** How a message is put together, as far as its MIC goes. */
export interface MicProfile {
  readonly signs: boolean;
  readonly encrypts: boolean;
  readonly compress: 'none' | 'before-signing' | 'after-signing';
  readonly transferEncoding: 'binary' | 'base64';
  readonly encoding: 'der' | 'ber';
  /** What the MIC is expected in: of the signature, or else of the receipt we ask for. */
  readonly digest: DigestName;
}

/** What a message is made of under a profile; held in memory. */
interface Layers {
  readonly fields: OutEntity['head'];
  /** The file, and the file as it stands in the message. */
  readonly file: Buffer;
  readonly body: Buffer;
  readonly entity: Buffer;
  readonly packed: { readonly octets: Buffer; readonly entity: Buffer } | null;
  /** What we hash; any of them is accepted. */
  readonly hashed: readonly Buffer[];
}

async function layersOf(file: OutFile, profile: MicProfile): Promise<Layers> {
  const { compress, transferEncoding, signs, encrypts, encoding } = profile;
  const made = { compress, transferEncoding, sign: signs ? {} : null, encrypt: encrypts ? {} : null };
  const payload = payloadEntity({ files: [file], messageId: '', at: new Date(0) }, made);
  const entity = await collect(entityBytes(payload).bytes());
  const body = await collect(payload.body.bytes());
  const packed = compress === 'none' ? null : await packedOf(entity, encoding);
  const signed = compress === 'before-signing' && packed !== null ? packed.entity : entity;
  return {
    fields: payload.head,
    file: await collect(file.content.bytes()),
    body,
    entity,
    packed,
    hashed: signs ? [signed] : [entity, body],
  };
}

async function packedOf(entity: Buffer, encoding: 'der' | 'ber'): Promise<NonNullable<Layers['packed']>> {
  const octets = await collect((await compressed(contentOf(entity), encoding)).bytes());
  return { octets, entity: await collect(entityBytes(cmsEntity('compressed-data', contentOf(octets))).bytes()) };
}

interface MicReading {
  readonly what: string;
  /** Null: there is nothing of the kind in this message. */
  readonly of: (layers: Layers) => Buffer | null;
}

const ENCODING = 'Content-Transfer-Encoding';
const headWith = ({ fields }: Layers, encoding: string): Buffer =>
  headBytes(fields.map(([name, value]) => [name, name === ENCODING ? encoding : value] as const));
const bareLines = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
const trimmed = (bytes: Buffer): Buffer =>
  bytes.subarray(0, bytes.length - (bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0));

/** The first that fits is told: two of them may be the same octets of one message. */
const READINGS: readonly MicReading[] = [
  { what: 'the payload with its MIME headers', of: ({ entity }) => entity },
  { what: 'the compressed part with its MIME headers', of: ({ packed }) => packed?.entity ?? null },
  { what: 'the payload alone, without its MIME headers', of: ({ body }) => body },
  {
    what: 'the payload and its headers with every line end made CRLF: it was written anew on their side',
    of: ({ entity }) => withLineEnds(entity, 0),
  },
  { what: 'the payload alone with every line end made CRLF', of: ({ body }) => withLineEnds(body, 0) },
  { what: 'the payload and its headers with every line end made LF', of: ({ entity }) => bareLines(entity) },
  { what: 'the payload and its headers without the last line end', of: ({ entity }) => trimmed(entity) },
  {
    what: 'the payload in base64, with headers that say so',
    of: (layers) => Buffer.concat([headWith(layers, 'base64'), base64Lines(layers.file)]),
  },
  {
    what: 'the payload decoded, with headers that say binary',
    of: (layers) => Buffer.concat([headWith(layers, 'binary'), layers.file]),
  },
  {
    what: 'the payload decoded, with its headers as they were sent',
    of: ({ fields, file }) => Buffer.concat([headBytes(fields), file]),
  },
  { what: 'the payload alone, decoded', of: ({ file }) => file },
  {
    what: 'the payload without its Content-Transfer-Encoding header',
    of: ({ fields, body }) => Buffer.concat([headBytes(fields.filter(([name]) => name !== ENCODING)), body]),
  },
  { what: 'the compressed octets alone', of: ({ packed }) => packed?.octets ?? null },
  { what: 'nothing at all: their side lost the content before it hashed', of: () => Buffer.alloc(0) },
];

export interface MicQuestion {
  readonly file: OutFile;
  readonly mic: NonNullable<ReadMdn['mic']>;
  /** What was waited for when it was sent: the channel may have changed since. */
  readonly expected: ExpectedMics;
  /** As the channel is now. */
  readonly profile: MicProfile;
}

/** What the partner hashed, and the setting that agrees with it; null when their MIC is of nothing we know. The file is held in memory, several times. */
export async function adviseOnMic({ file, mic, expected, profile }: MicQuestion): Promise<Finding | null> {
  const sent = await sentLayers(file, profile, expected);
  const own = digestOf(mic.base64, sent.hashed);
  if (own !== null) return ownReading(own, mic, profile);
  for (const { what, of } of READINGS) {
    const bytes = of(sent);
    const digest = bytes === null ? null : digestOf(mic.base64, [bytes]);
    if (digest === null) continue;
    if (digest !== mic.digest)
      return {
        what: `They hashed ${what}, with ${digest}, though they name ${mic.spelled}. ${nothingAccepts('hash what was signed, with the digest they name')}`,
        setting: null,
      };
    const told = `They hashed ${what}, with ${digest}.`;
    for (const candidate of candidates(profile)) {
      const layers = await layersOf(file, candidate.profile);
      const read = of(layers);
      if (read === null || !layers.hashed.some((bytes) => bytes.equals(read))) continue;
      const changes = [...candidate.changes, ...digestChange(digest, candidate.profile, read)];
      if (changes.length === 0) return { what: `${told} ${AGREES_BY_NOW}`, setting: null };
      return { what: [told, ...(candidate.givesUp ?? [])].join(' '), setting: changes.join(', ') };
    }
    return { what: `${told} ${nothingAccepts('hash what was signed, octet for octet')}`, setting: null };
  }
  return null;
}

const nothingAccepts = (must: string): string => `No setting accepts this: the partner must ${must}.`;
const AGREES_BY_NOW = 'The channel was changed since, and agrees with that: release the delivery.';

/** They have what we sent: it is the digest alone. */
function ownReading(digest: DigestName, { digest: named, spelled }: MicQuestion['mic'], profile: MicProfile): Finding {
  const told = `They hashed what we sent, with ${digest}`;
  if (digest !== named)
    return {
      what: `${told}, though they name ${spelled}. ${nothingAccepts('name the digest they hash with')}`,
      setting: null,
    };
  if (digest === profile.digest) return { what: `${told}. ${AGREES_BY_NOW}`, setting: null };
  return {
    what: `${told}, and of a message of this size we know the MIC in ${profile.digest} alone.`,
    setting: `${digestSetting(profile)}: ${digest}`,
  };
}

/** The digest with which these octets come out as the MIC. */
const digestOf = (base64: string, contents: readonly Buffer[]): DigestName | null =>
  digests.find(({ name }) => contents.some((bytes) => createHash(name).update(bytes).digest('base64') === base64))
    ?.name ?? null;

const digestSetting = ({ signs }: MicProfile): string => (signs ? 'sign' : 'mdnDigest');

/** Beyond 1 MiB not every digest is kept: see digesting.ts. */
const digestChange = (digest: DigestName, profile: MicProfile, bytes: Buffer): readonly string[] =>
  bytes.length <= memoryBytesMax || ['sha1', 'sha256', profile.digest].includes(digest)
    ? []
    : [`${digestSetting(profile)}: ${digest}`];

interface Candidate {
  readonly changes: readonly string[];
  readonly profile: MicProfile;
  readonly givesUp?: readonly string[];
}

/** A setting that a person may not want, with what it costs. */
const WITHOUT_SIGNATURE =
  'But sign: none gives up our signature: nothing then proves to the partner who sent it and that it is unchanged. Better that the partner hashes what was signed.';

/** The channel as it is, then with one setting changed, then with two; without a signature last. */
function candidates(now: MicProfile): readonly Candidate[] {
  const orders = (['after-signing', 'before-signing', 'none'] as const).filter((order) => order !== now.compress);
  const other = now.transferEncoding === 'binary' ? 'base64' : 'binary';
  const changed: readonly Candidate[] = [now.compress, ...orders]
    .flatMap((compress) =>
      [now.transferEncoding, other].map((transferEncoding) => ({
        changes: [
          ...(compress === now.compress ? [] : [`compress: ${compress}`]),
          ...(transferEncoding === now.transferEncoding ? [] : [`transferEncoding: ${transferEncoding}`]),
        ],
        profile: { ...now, compress, transferEncoding } as MicProfile,
      })),
    )
    .toSorted((a, b) => a.changes.length - b.changes.length);
  if (!now.signs) return changed;
  const unsigned = changed.map(({ changes, profile }) => ({
    changes: ['sign: none', ...changes],
    profile: { ...profile, signs: false },
    givesUp: [WITHOUT_SIGNATURE],
  }));
  return [...changed, ...unsigned];
}

/** The message as it left: under the settings of now, or, when those were changed since, under the ones that give the MIC we waited for. */
async function sentLayers(file: OutFile, now: MicProfile, expected: ExpectedMics): Promise<Layers> {
  if (Object.keys(expected).length === 0) return layersOf(file, now);
  const signing: readonly Candidate[] = now.signs ? [] : candidates({ ...now, signs: true });
  for (const { profile } of [...candidates(now), ...signing]) {
    const layers = await layersOf(file, profile);
    const [hashed] = layers.hashed;
    if (hashed !== undefined && isExpected(hashed, expected)) return layers;
  }
  return layersOf(file, now);
}

const isExpected = (bytes: Buffer, expected: ExpectedMics): boolean =>
  digests.some(({ name }) => expected[name]?.includes(createHash(name).update(bytes).digest('base64')));
