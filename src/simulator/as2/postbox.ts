import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCertificate } from '../../transports/as2/cms/certificate.ts';
import { collect, contentOf } from '../../transports/as2/content.ts';
import { judgeMdn, type MdnVerdict, type ReadMdn, readMdn } from '../../transports/as2/mdn/read.ts';
import {
  type BuiltMessage,
  buildMessage,
  type MessageProfile,
  type OutMessage,
} from '../../transports/as2/message/build.ts';
import { bareMessageId } from '../../transports/as2/names.ts';
import type { AwaitedMdn } from '../../transports/as2/receive/answer-mdn.ts';
import type { KeptMdn, ReceivedMessage } from '../../transports/as2/receive/station.ts';
import type { As2Relation } from '../../transports/as2/relation.ts';
import { post } from '../../transports/as2/send/post.ts';
import { spool } from '../../transports/as2/spool.ts';
import type { Line } from '../../transports/http/client/exchange.ts';
import { checkList, failuresOf } from '../check.ts';
import { as2IdentityIn } from '../own-keys.ts';
import type { Postbox } from '../postbox.ts';
import type { Host } from '../process.ts';
import { listenForAs2 } from './listener.ts';
import { micOfEncrypted, micOfSigned } from './own-mic.ts';

/** How a company speaks AS2; plain JSON. */
export interface As2Postbox {
  readonly party: string;
  readonly ourName: string;
  readonly theirName: string;
  /** The gateway's address for messages and for receipts. */
  readonly url: string;
  readonly listenPort: number;
  /** PEM. */
  readonly theirCertificate: string;
  /** Where our key lies. */
  readonly keyFolder: string;
  /** Whether receipts come in the same exchange or by themselves later: of what we send and of what we are sent. */
  readonly receipts: 'sync' | 'async';
  readonly contentType: string;
  /** Where we keep what we took. */
  readonly taken: string;
}

/** A message of ours whose receipt has not come. */
interface Awaited {
  readonly fileName: string;
  readonly expected: AwaitedMdn['expected'];
  readonly ownMic: string;
}

/** 64 MB, and a minute for an answer: files of a demo have some KB. */
const fileBytesMax = 64 * 1024 * 1024;
const line: Line = {
  timeoutMs: 60_000,
  trusted: [],
  client: null,
  basic: null,
  proxyUrl: null,
  proxyBasic: null,
  allowLoopback: true,
  chunked: false,
};

/**
 * A partner's AS2 station: signs, encrypts and compresses what it sends, and answers what it is sent with a signed receipt. CMS and MIME are
 * the gateway's own library, used from the other side; the MICs are reckoned once more in `own-mic.ts`, and everything must agree.
 */
export async function as2Postbox(options: As2Postbox, host: Host): Promise<Postbox> {
  const { party, ourName, theirName, taken } = options;
  const identity = as2IdentityIn(options.keyFolder);
  const theirs = readCertificate(options.theirCertificate);
  const waiting = new Map<string, { readonly fileName: string; readonly bytes: Buffer }>();
  const answered = new Map<string, KeptMdn | null>();
  const awaited = new Map<string, Awaited>();
  const ownUrl = `http://127.0.0.1:${options.listenPort}/`;

  const complain = (message: string) => host.tell({ kind: 'failed', party, conversation: null, message });
  const checkReceipt = ({ fileName, ownMic }: Awaited, read: ReadMdn, verdict: MdnVerdict) => {
    const list = checkList(`MDN of ${fileName}`);
    list.same('verdict', verdict.kind, 'accepted');
    list.same('signature', read.signature.kind, 'good');
    list.same('disposition', read.dispositionText, 'automatic-action/MDN-sent-automatically; processed');
    list.same('MIC', read.mic?.base64, ownMic);
    list.same('digest', read.mic?.digest, 'sha256');
    const failed = failuresOf(list.checks);
    const passed = list.checks.length - failed.length;
    host.tell({ kind: 'checked', party, conversation: null, subject: `MDN of ${fileName}`, passed, failed });
  };

  const relation: As2Relation = {
    channelId: party,
    theirName,
    ourName,
    keys: { decryptWith: [identity], verifyWith: [theirs] },
    signMdnWith: identity,
    policy: { requireSignature: true, requireEncryption: true, allowWeak: false },
    signedOver: [],
    fileBytesMax,
    attachments: 'one',
    micOverCompressed: 'entity',
    onDuplicate: 'stored-mdn',
    version: '1.2',
    mayReach: ({ hostname }) => hostname === new URL(options.url).hostname,
  };

  const take = async (message: ReceivedMessage, body: Buffer): Promise<void> => {
    const list = checkList(`AS2 message ${message.messageId}`);
    list.that('signature', message.layers.signed !== null, undefined, 'a signature');
    list.that('encryption', message.layers.encrypted !== null, undefined, 'encryption');
    list.same('compression', message.layers.compressed, 'inside-signature');
    list.same('MIC', message.mic ?? undefined, await micOfEncrypted(body, identity));
    list.same('receipt', message.mdn?.url === null ? 'sync' : 'async', options.receipts);
    const failed = failuresOf(list.checks);
    const passed = list.checks.length - failed.length;
    host.tell({ kind: 'checked', party, conversation: null, subject: 'AS2 message', passed, failed });
    for (const { name, spooled } of message.files) {
      const fileName = name ?? `${message.key}.edi`;
      waiting.set(message.key, { fileName, bytes: await collect(spooled.bytes()) });
    }
  };

  await listenForAs2({
    port: options.listenPort,
    host,
    relationOf: (from, to) => (from === theirName && to === ourName ? relation : undefined),
    earlier: (key) => (answered.has(key) ? { mdn: answered.get(key) ?? null } : undefined),
    async take(message, body) {
      await take(message, body);
      answered.set(message.key, message.mdn);
    },
    async postReceipt({ url, headers, body }) {
      const { status } = await post(new URL(url ?? ''), headers, contentOf(body), line);
      if (status >= 300) complain(`our receipt was answered ${status}`);
    },
    awaited: (id) => awaited.get(id)?.expected,
    settle(id, read, verdict) {
      const sent = awaited.get(id);
      awaited.delete(id);
      if (sent !== undefined) checkReceipt(sent, read, verdict);
    },
    complain,
  });

  const profile: MessageProfile = {
    sign: { identity, digest: 'sha256', scheme: 'pkcs1' },
    encrypt: { recipients: [{ certificate: theirs, keyTransport: 'pkcs1' }], cipher: 'aes-256-cbc' },
    compress: 'before-signing',
    transferEncoding: 'binary',
    encoding: 'der',
    version: '1.2',
  };
  const keepInMemory = (source: AsyncIterable<Uint8Array>) => spool(source, fileBytesMax, options.keyFolder);

  return {
    async put(fileName, text) {
      const id = `${randomUUID()}@${party}`;
      const message: OutMessage = {
        from: ourName,
        to: theirName,
        messageId: `<${id}>`,
        subject: fileName,
        at: host.now(),
        files: [{ content: contentOf(Buffer.from(text, 'latin1')), contentType: options.contentType, name: fileName }],
        mdn: { signed: true, digest: 'sha256', asynchronousUrl: options.receipts === 'async' ? ownUrl : null },
      };
      // Once without the envelope, which is all that keeps us from seeing what is signed: the rest comes out the same.
      const plain = await buildMessage(message, { ...profile, encrypt: null }, keepInMemory);
      const ownMic = micOfSigned(headerOf(plain, 'content-type'), await collect(plain.body.bytes()));
      const built = await buildMessage(message, profile, keepInMemory);
      const sent: Awaited = { fileName, ownMic, expected: { signed: true, messageIsSigned: true, mics: built.mics } };
      if (options.receipts === 'async') awaited.set(id, sent);
      const answer = await post(new URL(options.url), built.headers, built.body, line);
      if (answer.status !== 200) throw new Error(`${fileName}: the gateway answered ${answer.status}`);
      if (options.receipts === 'async') return id;
      const read = await readMdn(answer.head, contentOf(answer.body).bytes(), [theirs]);
      if (bareMessageId(read.originalMessageId ?? '') !== id)
        throw new Error(`the receipt of ${fileName} is another's`);
      checkReceipt(sent, read, judgeMdn(read, sent.expected));
      return id;
    },
    list: async () => [...waiting].map(([id, { fileName }]) => ({ id, fileName })),
    async take({ id, fileName }) {
      const bytes = waiting.get(id)?.bytes ?? Buffer.alloc(0);
      waiting.delete(id);
      await mkdir(taken, { recursive: true });
      await writeFile(join(taken, fileName), bytes);
      return bytes;
    },
    unanswered: () => [...awaited.values()].map(({ fileName }) => `the MDN of ${fileName}`),
  };
}

const headerOf = ({ headers }: BuiltMessage, name: string): string =>
  headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1] ?? '';
