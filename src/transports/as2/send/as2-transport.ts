import { FailureError } from '../../../core/failure.ts';
import type { Line } from '../../http/client/exchange.ts';
import type { OutboundDelivery, Receipt, ReceiptDue, Transport } from '../../transport.ts';
import type { Certificate } from '../cms/certificate.ts';
import { As2Fault } from '../fault.ts';
import { type ExpectedMdn, judgeMdn, type MdnVerdict, type ReadMdn, readMdn } from '../mdn/read.ts';
import { buildMessage, type MdnRequest, type MessageProfile } from '../message/build.ts';
import { fieldOf } from '../mime/head.ts';
import { bareMessageId, messageIdOf } from '../names.ts';
import type { Spooled } from '../spool.ts';
import { type HttpAnswer, post } from './post.ts';

/** All that sending to one partner takes; its keys are looked up for each message, for they change by the clock. */
export interface As2Sending {
  readonly url: URL;
  readonly ourName: string;
  readonly theirName: string;
  readonly subject: string;
  /** After the @ of our Message-IDs. */
  readonly host: string;
  readonly profile: MessageProfile;
  readonly mdn: MdnRequest | null;
  /** Ours to wait for an asynchronous receipt before the same message is sent again. */
  readonly mdnDueMs: number;
  readonly verifyMdnWith: readonly Certificate[];
  readonly line: Line;
}

/** What is remembered of a message before it leaves: its receipt may come before our own 200. */
export interface SentMessage {
  readonly deliveryId: string;
  readonly channelId: string;
  readonly messageId: string;
  readonly expected: ExpectedMdn;
}

export interface SentMessages {
  /** What an asynchronous receipt refused this delivery with; told once, so that a person's release sends it anew. */
  takeRefusal(deliveryId: string): Promise<string | null>;
  /** How often the partner has taken it without a receipt, since it was last parked: what never reached them does not count. */
  unansweredSends(deliveryId: string): Promise<number>;
  remember(sent: SentMessage): Promise<void>;
  /** The receipt as it came, and what it means; kept as evidence, the first that was accepted for good. */
  keepMdn(
    deliveryId: string,
    mdn: { readonly headers: readonly (readonly [string, string])[]; readonly body: Buffer },
    verdict: MdnVerdict,
  ): Promise<void>;
}

export interface As2TransportOptions {
  readonly sendingTo: (channelId: string) => Promise<As2Sending>;
  readonly sent: SentMessages;
  readonly spool: (source: AsyncIterable<Uint8Array>) => Promise<Spooled>;
}

/** Sends deliveries as AS2 messages: the same payload, Message-ID and MIC at every attempt. Only a receipt that holds counts as arrived. */
export function as2Transport({ sendingTo, sent, spool }: As2TransportOptions): Transport {
  return {
    async send(delivery) {
      const sending = await sendingTo(delivery.channelId);
      if (sending.ourName === sending.theirName)
        throw new FailureError('config-invalid', `AS2-From and AS2-To are both ${sending.ourName}.`);
      await checkBefore(delivery, sending, sent);
      const built = await buildMessage(messageOf(delivery, sending), sending.profile, spool);
      try {
        const messageId = idOf(delivery, sending);
        const { sign, encrypt } = sending.profile;
        const keys = {
          signedWith: sign?.identity.certificate.fingerprint ?? null,
          encryptedFor: encrypt?.recipients.map(({ certificate }) => certificate.fingerprint) ?? [],
        };
        const expected = {
          signed: sending.mdn?.signed ?? false,
          messageIsSigned: built.isSigned,
          mics: built.mics,
          keys,
        };
        await sent.remember({ deliveryId: delivery.id, channelId: delivery.channelId, messageId, expected });
        const answer = await post(sending.url, built.headers, built.body, sending.line);
        return await receiptOf(delivery, sending, answer, expected, sent);
      } finally {
        await built.discard();
      }
    },
  };
}

/** Sends without an answer, after which nobody is there: then a person must ask. */
const unansweredSendsMax = 5;

async function checkBefore(delivery: OutboundDelivery, { mdn, url }: As2Sending, sent: SentMessages): Promise<void> {
  if (mdn === null || mdn.asynchronousUrl === null) return;
  const refusal = await sent.takeRefusal(delivery.id);
  if (refusal !== null) throw new FailureError('partner-refused', refusal.slice(0, 300), { remedy: doctorRemedy });
  if ((await sent.unansweredSends(delivery.id)) < unansweredSendsMax) return;
  throw new FailureError(
    'partner-refused',
    `MDN: ${url.host} took the message ${unansweredSendsMax} times and sent no receipt that can be believed.`,
    {
      remedy:
        'Ask the partner whether our address for receipts can be reached, and tallyport doctor as2 whether one came unsigned; then release the delivery.',
    },
  );
}

const doctorRemedy =
  'Run tallyport doctor as2 with the delivery’s id: it names what differs. Then release the delivery.';

const idOf = (delivery: OutboundDelivery, { host }: As2Sending): string => messageIdOf(delivery.id, host);

const messageOf = (delivery: OutboundDelivery, sending: As2Sending) => ({
  from: sending.ourName,
  to: sending.theirName,
  messageId: idOf(delivery, sending),
  subject: sending.subject,
  at: timeOf(delivery.id),
  files: [
    {
      content: { byteLength: delivery.byteLength, bytes: () => delivery.bytes() },
      contentType: delivery.contentType,
      name: delivery.fileName,
    },
  ],
  mdn: sending.mdn,
});

/** A delivery's id is a UUID of version 7 and begins with its time in milliseconds: the same at every attempt, as boundary and signing time must be. */
export function timeOf(id: string): Date {
  const milliseconds = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return new Date(Number.isFinite(milliseconds) && milliseconds < 4e12 ? Math.floor(milliseconds / 1_000) * 1_000 : 0);
}

async function receiptOf(
  delivery: OutboundDelivery,
  sending: As2Sending,
  answer: HttpAnswer,
  expected: ExpectedMdn,
  sent: SentMessages,
): Promise<Receipt | ReceiptDue> {
  const { url, mdn } = sending;
  checkStatus(url, answer.status);
  if (mdn === null) return { kind: 'http-accepted', detail: `${url.host} answered ${answer.status}` };
  if (mdn.asynchronousUrl !== null) return { kind: 'receipt-due', dueMs: sending.mdnDueMs };
  const read = await readAnswer(url, answer, sending.verifyMdnWith);
  const verdict = judgeMdn(read, expected);
  const own =
    read.originalMessageId === undefined ||
    bareMessageId(read.originalMessageId) === bareMessageId(idOf(delivery, sending));
  if (!own)
    throw new FailureError(
      'partner-refused-for-now',
      `MDN: the receipt of ${url.host} answers another message, ${read.originalMessageId}.`,
    );
  await sent.keepMdn(delivery.id, { headers: answer.head.fields, body: answer.body }, verdict);
  return receiptFromVerdict(read, verdict);
}

async function readAnswer(url: URL, answer: HttpAnswer, verifyWith: readonly Certificate[]): Promise<ReadMdn> {
  try {
    return await readMdn(answer.head, inOne(answer.body), verifyWith);
  } catch (error) {
    if (!(error instanceof As2Fault)) throw error;
    const type = fieldOf(answer.head, 'content-type') ?? 'nothing';
    throw new FailureError(
      'partner-refused-for-now',
      `MDN: ${url.host} answered ${answer.status} without a receipt (${type.slice(0, 80)}, ${answer.body.length} bytes).`,
    );
  }
}

async function* inOne(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** 408, 425, 429 and 5xx pass; every other answer but a 2xx wants a person. */
function checkStatus(url: URL, status: number): void {
  if (status >= 200 && status < 300) return;
  const text = `HTTP: ${url.host} answered ${status}.`;
  if (status >= 500 || [408, 425, 429].includes(status))
    throw new FailureError('partner-refused-for-now', text, { nothingSent: [425, 429, 503].includes(status) });
  const remedy =
    status >= 300 && status < 400
      ? 'Redirects are not followed: put the address it redirects to into url.'
      : 'Ask the partner why, then release the delivery.';
  throw new FailureError('partner-refused', text, { remedy, nothingSent: true });
}

/** The receipt of an accepted message. Thrown is what is none: a message without a good receipt has not arrived, whatever HTTP said. */
export function receiptFromVerdict(read: ReadMdn, verdict: MdnVerdict): Receipt {
  if (verdict.kind === 'accepted') {
    const mic = read.mic === null ? 'without a MIC' : `MIC ${read.mic.base64} (${read.mic.spelled}) as sent`;
    const other =
      verdict.micReading !== null && verdict.micReading > 0 ? ', in another reading of the RFCs than ours' : '';
    const warning = verdict.warning === null ? '' : `, with the warning ${verdict.warning}`;
    const signed = verdict.signedBy === null ? '' : `; signed with ${verdict.signedBy.slice(0, 16)}`;
    return { kind: 'mdn', detail: `${read.dispositionText}; ${mic}${other}${warning}${signed}`.slice(0, 300) };
  }
  // "unexpected-processing-error" is their full disk or their restart; everything else stays as it is until somebody changes something.
  const passes = verdict.kind === 'refused' && read.disposition.text?.toLowerCase() === 'unexpected-processing-error';
  throw new FailureError(
    passes ? 'partner-refused-for-now' : 'partner-refused',
    `${WHAT[verdict.kind]}: ${verdict.detail}`.slice(0, 300),
    {
      remedy: doctorRemedy,
    },
  );
}

const WHAT = {
  refused: 'MDN, refused',
  unsigned: 'MDN, not signed',
  'signature-wrong': 'MDN, signature wrong',
  'mic-absent': 'MIC, absent',
  'mic-differs': 'MIC, another',
} as const;
