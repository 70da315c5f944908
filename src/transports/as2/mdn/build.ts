import { createHash } from 'node:crypto';
import type { DigestName } from '../cms/algorithms.ts';
import type { Identity } from '../cms/certificate.ts';
import { collect, contentOf } from '../content.ts';
import type { OutEntity } from '../message/entity.ts';
import { signedEntity } from '../message/sign.ts';
import { micalgOf } from '../names.ts';

export interface MdnContent {
  /** Of the message it answers, exactly as they came: their quotes and their brackets. */
  readonly originalMessageId: string;
  readonly originalFrom: string;
  readonly originalTo: string;
  /** "processed", "processed/error: decryption-failed". */
  readonly disposition: string;
  /** For people. */
  readonly text: string;
  /** Null when it could not be computed. `spelled`: the digest as they asked for it. */
  readonly mic: { readonly base64: string; readonly spelled: string } | null;
  readonly messageId: string;
  readonly at: Date;
  readonly version: '1.2' | '1.3';
}

export interface BuiltMdn {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A receipt as RFC 8098 and RFC 4130 7.4 want it, signed when `signing` is given. Its body is whole: it is small, and is kept to be sent again. */
export async function buildMdn(
  content: MdnContent,
  signing: { readonly identity: Identity; readonly digest: DigestName; readonly scheme: 'pkcs1' | 'pss' } | null,
): Promise<BuiltMdn> {
  const seed = createHash('sha256').update(content.messageId).digest('hex');
  const report = reportEntity(content, `----=_report_${seed.slice(0, 20)}`);
  const entity =
    signing === null
      ? report
      : (await signedEntity(report, `----=_mdn_${seed.slice(20, 40)}`, { ...signing, signingTime: content.at })).entity;
  return {
    headers: [
      ['AS2-Version', content.version],
      ['EDIINT-Features', 'multiple-attachments, AS2-Reliability'],
      ['Message-ID', content.messageId],
      ['AS2-From', content.originalTo],
      ['AS2-To', content.originalFrom],
      ['Subject', 'Message Disposition Notification'],
      ['Date', content.at.toUTCString()],
      ['MIME-Version', '1.0'],
      ...entity.head,
    ],
    body: await collect(entity.body.bytes()),
  };
}

function reportEntity(content: MdnContent, boundary: string): OutEntity {
  const to = content.originalTo;
  const lines = [
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    'Content-Transfer-Encoding: 7bit',
    '',
    oneLine(content.text),
    '',
    `--${boundary}`,
    'Content-Type: message/disposition-notification',
    'Content-Transfer-Encoding: 7bit',
    '',
    'Reporting-UA: Tallyport',
    `Original-Recipient: rfc822; ${oneLine(to)}`,
    `Final-Recipient: rfc822; ${oneLine(to)}`,
    `Original-Message-ID: ${oneLine(content.originalMessageId)}`,
    `Disposition: automatic-action/MDN-sent-automatically; ${content.disposition}`,
    ...(content.mic === null ? [] : [`Received-Content-MIC: ${content.mic.base64}, ${oneLine(content.mic.spelled)}`]),
    '',
    `--${boundary}--`,
    '',
  ];
  return {
    head: [['Content-Type', `multipart/report; report-type=disposition-notification; boundary="${boundary}"`]],
    body: contentOf(Buffer.from(lines.join('\r\n'), 'latin1')),
  };
}

/** What they sent us stands in a header of ours only without line breaks. */
const oneLine = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 1_000);

/** The digest's name for a MIC: as they asked for it, else as RFC 5751 writes it. */
export const micSpelling = (digest: DigestName, asked: string | null): string => asked ?? micalgOf(digest);
