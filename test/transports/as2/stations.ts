import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, contentOf } from '../../../src/transports/as2/content.ts';
import { judgeMdn, type MdnVerdict, type ReadMdn, readMdn } from '../../../src/transports/as2/mdn/read.ts';
import {
  type BuiltMessage,
  buildMessage,
  type MdnRequest,
  type MessageProfile,
  type OutFile,
} from '../../../src/transports/as2/message/build.ts';
import type { Head } from '../../../src/transports/as2/mime/head.ts';
import { answerMessage } from '../../../src/transports/as2/receive/answer.ts';
import type {
  As2Answer,
  As2Event,
  As2Lookups,
  KeptMdn,
  ReceivedMessage,
  RefusedMessage,
  Station,
} from '../../../src/transports/as2/receive/station.ts';
import type { As2Relation } from '../../../src/transports/as2/relation.ts';
import { spool } from '../../../src/transports/as2/spool.ts';
import { cut } from './cms/opening.ts';
import { type OpensslWorld, opensslWorld } from './openssl.ts';

/** Two stations: what one sends, the other takes; nothing but the network is left out. */
export interface Stations {
  readonly world: OpensslWorld;
  /** The receiving one. */
  readonly station: Station;
  readonly taken: TakenMessage[];
  readonly events: As2Event[];
  readonly posted: KeptMdn[];
  readonly refused: RefusedMessage[];
  readonly temporaryFolder: string;
  relation: As2Relation;
  close(): void;
}

export interface TakenMessage extends Omit<ReceivedMessage, 'files'> {
  readonly files: readonly { readonly name: string | null; readonly contentType: string; readonly bytes: Buffer }[];
}

export function stations(more: Partial<As2Lookups> = {}): Stations {
  const world = opensslWorld({ sender: 'rsa', receiver: 'rsa', stranger: 'rsa', curve: 'p256', receiverCurve: 'p256' });
  const taken: TakenMessage[] = [];
  const events: As2Event[] = [];
  const posted: KeptMdn[] = [];
  const refused: RefusedMessage[] = [];
  const temporaryFolder = mkdtempSync(join(tmpdir(), 'tallyport-as2-spool-'));
  const result: Stations = {
    world,
    taken,
    events,
    posted,
    refused,
    temporaryFolder,
    relation: {
      channelId: 'sender/as2',
      theirName: 'Sender Inc',
      ourName: 'RECEIVER',
      keys: {
        decryptWith: [world.identity('receiver'), world.identity('receiverCurve')],
        verifyWith: [world.identity('sender').certificate, world.identity('curve').certificate],
      },
      signMdnWith: world.identity('receiver'),
      signedOver: [],
      policy: { requireSignature: false, requireEncryption: false, allowWeak: true },
      fileBytesMax: 50_000_000,
      attachments: 'several',
      micOverCompressed: 'entity',
      onDuplicate: 'stored-mdn',
      version: '1.2',
      mayReach: (url) => url.hostname === 'sender.example',
    },
    station: {
      clock: { now: () => new Date('2026-11-25T12:00:00Z') },
      newId: () => randomUUID(),
      host: 'receiver.example',
      spool: (source, bytesMax) => spool(source, bytesMax, temporaryFolder),
      report: (event) => void events.push(event),
      failures: { pause: async () => undefined, isCrowded: () => false },
      lookups: {
        relationOf: async (from, to) =>
          from === result.relation.theirName && to === result.relation.ourName ? result.relation : undefined,
        earlierAnswer: async (key) => taken.find((message) => message.key === key),
        async take(message) {
          const files = await Promise.all(
            message.files.map(async ({ name, contentType, spooled }) => ({
              name,
              contentType,
              bytes: await collect(spooled.bytes()),
            })),
          );
          const earlier = taken.find(({ key }) => key === message.key);
          if (earlier !== undefined) return { isNew: false, mdn: earlier.mdn };
          taken.push({ ...message, files });
          if (message.mdn !== null && message.mdn.url !== null) posted.push(message.mdn);
          return { isNew: true, mdn: message.mdn };
        },
        keepRefused: async (message) => void refused.push(message),
        postMdn: async (_channelId, mdn) => void posted.push(mdn),
        ...more,
      },
    },
    close: () => world.close(),
  };
  return result;
}

export const order = Buffer.from('ISA*00*          *00*          *ZZ*SENDER*~\r\nGS*PO~\r\nST*850*0001~\n'.repeat(20));

export const plainProfile: MessageProfile = {
  sign: null,
  encrypt: null,
  compress: 'none',
  transferEncoding: 'binary',
  encoding: 'der',
  version: '1.2',
};
export const signedMdn: MdnRequest = { signed: true, digest: 'sha256', asynchronousUrl: null };

export interface Sending {
  readonly profile?: Partial<MessageProfile>;
  readonly mdn?: MdnRequest | null;
  readonly files?: readonly OutFile[];
  readonly from?: string;
  readonly to?: string;
  readonly messageId?: string;
}

export const fileOf = (
  bytes: Uint8Array,
  name: string | null = 'po.edi',
  contentType = 'application/EDI-X12',
): OutFile => ({
  content: contentOf(bytes),
  contentType,
  name,
});

export const build = ({ temporaryFolder }: Stations, sending: Sending): Promise<BuiltMessage> =>
  buildMessage(
    {
      from: sending.from ?? 'Sender Inc',
      to: sending.to ?? 'RECEIVER',
      messageId: sending.messageId ?? `<${randomUUID()}@sender.example>`,
      subject: 'Purchase order',
      at: new Date('2026-11-25T11:59:00Z'),
      files: sending.files ?? [fileOf(order)],
      mdn: sending.mdn === undefined ? signedMdn : sending.mdn,
    },
    { ...plainProfile, ...sending.profile },
    (source) => spool(source, 1e9, temporaryFolder),
  );

export const headOf = (headers: readonly (readonly [string, string])[]): Head => ({
  fields: headers.map(([name, value]) => [name.toLowerCase(), value] as const),
  raw: Buffer.alloc(0),
});

export interface Exchanged {
  readonly built: BuiltMessage;
  readonly answer: As2Answer;
  readonly mdn: ReadMdn | null;
  readonly verdict: MdnVerdict | null;
}

/** Sends, receives, and judges the receipt that came in the answer. */
export async function exchange(
  between: Stations,
  sending: Sending,
  change: (wire: { headers: [string, string][]; body: Buffer }) => void = () => undefined,
): Promise<Exchanged> {
  const built = await build(between, sending);
  const wire = {
    headers: built.headers.map(([name, value]): [string, string] => [name, value]),
    body: await collect(built.body.bytes()),
  };
  change(wire);
  const answer = await answerMessage(between.station, {
    head: headOf(wire.headers),
    body: cut(wire.body, 1_000),
    remote: '192.0.2.1',
  });
  await built.discard();
  if (answer.mdn === null) return { built, answer, mdn: null, verdict: null };
  return { built, answer, ...(await judged(between, built, answer.mdn, sending.mdn?.signed ?? true)) };
}

export async function judged(
  { world }: Stations,
  built: BuiltMessage,
  mdn: { readonly headers: readonly (readonly [string, string])[]; readonly body: Buffer },
  signed = true,
): Promise<{ readonly mdn: ReadMdn; readonly verdict: MdnVerdict }> {
  const read = await readMdn(headOf(mdn.headers), cut(mdn.body, 333), [world.identity('receiver').certificate]);
  return { mdn: read, verdict: judgeMdn(read, { signed, messageIsSigned: built.isSigned, mics: built.mics }) };
}

/** The disposition of an answer, as text; it is read and not verified. */
export const judgedText = ({ mdn }: As2Answer): string =>
  mdn === null
    ? 'without a receipt'
    : (/^disposition: *(.*)$/im.exec(mdn.body.toString('latin1'))?.[1]?.trim() ?? 'none');
