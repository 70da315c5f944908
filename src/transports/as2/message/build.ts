import { createHash } from 'node:crypto';
import { digests as allDigests, type CipherName, type DigestName } from '../cms/algorithms.ts';
import type { Identity } from '../cms/certificate.ts';
import { compressed } from '../cms/compress.ts';
import { encrypted } from '../cms/encrypt.ts';
import type { Recipient } from '../cms/recipients.ts';
import type { ContentDigests } from '../cms/verify.ts';
import { type Content, contentOf, joined, type SizedContent, unhurried } from '../content.ts';
import { fileNameParameter } from '../mime/parameters.ts';
import { base64 } from '../mime/transfer-encoding.ts';
import { micalgOf, quotedName } from '../names.ts';
import type { Spooled } from '../spool.ts';
import { cmsEntity, entityBytes, headBytes, type OutEntity } from './entity.ts';
import { digestsOfContent, signedEntity } from './sign.ts';

/** How one partner wants its messages. */
export interface MessageProfile {
  readonly sign: { readonly identity: Identity; readonly digest: DigestName; readonly scheme: 'pkcs1' | 'pss' } | null;
  readonly encrypt: { readonly recipients: readonly Recipient[]; readonly cipher: CipherName } | null;
  readonly compress: 'none' | 'before-signing' | 'after-signing';
  /** Of the inner parts: base64 for Axway and n-software of old. HTTP itself is binary always. */
  readonly transferEncoding: 'binary' | 'base64';
  readonly encoding: 'der' | 'ber';
  readonly version: '1.2' | '1.3';
}

export interface MdnRequest {
  readonly signed: boolean;
  /** What the MIC and the signature of the MDN shall be made with. */
  readonly digest: DigestName;
  /** Null: in the same HTTP exchange. */
  readonly asynchronousUrl: string | null;
}

export interface OutFile {
  readonly content: SizedContent;
  readonly contentType: string;
  readonly name: string | null;
}

export interface OutMessage {
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  readonly subject: string;
  /** One and the same at every attempt: when the message was made, which is also the time of signing. */
  readonly at: Date;
  readonly files: readonly OutFile[];
  readonly mdn: MdnRequest | null;
}

/** Which MICs an MDN may answer with; base64, by digest. The first reading is ours, the others are other products'. */
export type ExpectedMics = Readonly<Partial<Record<DigestName, readonly string[]>>>;

export interface BuiltMessage {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Content;
  readonly mics: ExpectedMics;
  readonly isSigned: boolean;
  /** Lets go of what was kept on the disk for it. */
  discard(): Promise<void>;
}

export type SpoolContent = (source: AsyncIterable<Uint8Array>) => Promise<Spooled>;

/** Makes the entity of a message, and all MICs that may answer it. Its bytes are made as they are read, so a large file is never held. */
export async function buildMessage(
  message: OutMessage,
  profile: MessageProfile,
  spool: SpoolContent,
): Promise<BuiltMessage> {
  const kept: Spooled[] = [];
  const payload = payloadEntity(message, profile);
  let entity: OutEntity<Content> = payload;
  let micDigests: readonly ContentDigests[] | null = null;
  const compress = async (inner: OutEntity): Promise<OutEntity> => {
    const content = await compressed(
      { ...entityBytes(inner), bytes: () => unhurried(entityBytes(inner).bytes()) },
      profile.encoding,
    );
    // A signature and a Content-Length want lengths before bytes, so what has none yet is kept first.
    if (isSized(content)) return cmsEntity('compressed-data', content);
    const spooled = await spool(content.bytes());
    kept.push(spooled);
    return cmsEntity('compressed-data', spooled);
  };
  try {
    if (profile.compress === 'before-signing') entity = await compress(payload);
    if (profile.sign !== null) {
      const signing = { ...profile.sign, signingTime: message.at };
      const signed = await signedEntity(sized(entity), boundaryOf(message, 'signed'), signing);
      entity = signed.entity;
      micDigests = [signed.digests];
    }
    if (profile.compress === 'after-signing') entity = await compress(sized(entity));
    micDigests ??= await unsignedDigests(payload, entity, profile, message);
    if (profile.encrypt !== null) entity = envelope(sized(entity), profile.encrypt, profile.encoding);
  } catch (error) {
    for (const spooled of kept) await spooled.discard();
    throw error;
  }
  return {
    headers: [...messageHeaders(message, profile), ...entity.head],
    body: entity.body,
    mics: micsOf(micDigests),
    isSigned: profile.sign !== null,
    discard: async () => {
      for (const spooled of kept) await spooled.discard();
    },
  };
}

const isSized = (content: Content): content is SizedContent => content.byteLength !== null;

function sized(entity: OutEntity<Content>): OutEntity {
  const { body } = entity;
  if (!isSized(body)) throw new TypeError('an entity of unknown length');
  return { head: entity.head, body };
}

/** What the shape of a payload hangs on: not on keys, only on whether there are any. */
export interface PayloadProfile extends Pick<MessageProfile, 'compress' | 'transferEncoding'> {
  readonly sign: object | null;
  readonly encrypt: object | null;
}

export function payloadEntity(
  message: Pick<OutMessage, 'files' | 'messageId' | 'at'>,
  profile: PayloadProfile,
): OutEntity {
  const entities = message.files.map((file) => fileEntity(file, profile));
  const [only] = entities;
  if (only === undefined) throw new TypeError('a message without files');
  if (entities.length === 1) return only;
  const boundary = boundaryOf(message, 'related');
  const parts = entities.flatMap((part, index) => [
    contentOf(Buffer.from(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n`)),
    contentOf(headBytes(part.head)),
    part.body,
  ]);
  const type = message.files[0]?.contentType ?? 'application/octet-stream';
  return {
    head: [['Content-Type', `multipart/related; boundary="${boundary}"; type="${type}"`]],
    body: joined(...parts, contentOf(Buffer.from(`\r\n--${boundary}--\r\n`))),
  };
}

function fileEntity(
  { content, contentType, name }: OutFile,
  { transferEncoding, sign, encrypt, compress }: PayloadProfile,
): OutEntity {
  // A plain message is its HTTP body: an inner encoding there would be the HTTP message's own.
  const isPlain = sign === null && encrypt === null && compress === 'none';
  const encoding = isPlain ? 'binary' : transferEncoding;
  return {
    head: [
      ['Content-Type', contentType],
      ['Content-Transfer-Encoding', encoding],
      ...(name === null ? [] : [['Content-Disposition', `attachment; ${fileNameParameter(name)}`] as const]),
    ],
    body: encoding === 'base64' ? base64(content) : content,
  };
}

function envelope(
  entity: OutEntity,
  { recipients, cipher }: NonNullable<MessageProfile['encrypt']>,
  encoding: 'der' | 'ber',
): OutEntity<Content> {
  const content = entityBytes(entity);
  const isGcm = cipher.endsWith('gcm');
  const body = encrypted({ ...content, bytes: () => unhurried(content.bytes()) }, { recipients, cipher, encoding });
  return cmsEntity(isGcm ? 'authEnveloped-data' : 'enveloped-data', body);
}

/**
 * What an MDN may answer for where there is no signature: see `keepPayload` for who hashes what. Plain: the body; else the payload's entity,
 * decrypted and decompressed, with its headers. The other of the two comes second.
 */
async function unsignedDigests(
  payload: OutEntity,
  entity: OutEntity<Content>,
  { encrypt }: MessageProfile,
  message: OutMessage,
): Promise<readonly ContentDigests[]> {
  const expected = [message.mdn?.digest ?? 'sha256'];
  const body = await digestsOfContent(payload.body, expected);
  const whole = await digestsOfContent(entityBytes(payload), expected);
  return entity === payload && encrypt === null ? [body, whole] : [whole, body];
}

const micsOf = (sources: readonly ContentDigests[]): ExpectedMics =>
  Object.fromEntries(
    allDigests.flatMap(({ name }) => {
      const values = sources.flatMap((digests) => digests(name)?.[0]?.toString('base64') ?? []);
      return values.length === 0 ? [] : [[name, [...new Set(values)]]];
    }),
  );

const boundaryOf = ({ messageId, at }: Pick<OutMessage, 'messageId' | 'at'>, use: string): string =>
  `----=_${createHash('sha256').update(`${use} ${messageId} ${at.toISOString()}`).digest('hex').slice(0, 24)}`;

function messageHeaders(message: OutMessage, { version }: MessageProfile): readonly (readonly [string, string])[] {
  const { mdn } = message;
  const features = message.files.length > 1 ? 'multiple-attachments, AS2-Reliability' : 'AS2-Reliability';
  return [
    ['AS2-Version', version],
    ['EDIINT-Features', features],
    ['Message-ID', message.messageId],
    ['AS2-From', quotedName(message.from)],
    ['AS2-To', quotedName(message.to)],
    ['Subject', message.subject],
    ['Date', message.at.toUTCString()],
    ['MIME-Version', '1.0'],
    ...(mdn === null ? [] : mdnHeaders(message, mdn)),
  ];
}

function mdnHeaders(
  { messageId }: OutMessage,
  { signed, digest, asynchronousUrl }: MdnRequest,
): readonly (readonly [string, string])[] {
  const host = /@([^>]+)>?$/.exec(messageId)?.[1] ?? 'tallyport';
  return [
    ['Disposition-Notification-To', `mdn@${host}`],
    ...(signed
      ? [
          [
            'Disposition-Notification-Options',
            `signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, ${micalgOf(digest)}`,
          ] as const,
        ]
      : []),
    ...(asynchronousUrl === null ? [] : [['Receipt-Delivery-Option', asynchronousUrl] as const]),
  ];
}
