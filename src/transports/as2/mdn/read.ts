import { ByteReader } from '../byte-reader.ts';
import type { DigestName } from '../cms/algorithms.ts';
import type { Certificate } from '../cms/certificate.ts';
import { collect } from '../content.ts';
import { As2Fault } from '../fault.ts';
import { mdnBytesMax } from '../limits.ts';
import type { ExpectedMics } from '../message/build.ts';
import { emptyHead, fieldOf, type Head, parseFields, readHead } from '../mime/head.ts';
import { MultipartReader } from '../mime/multipart.ts';
import { parseParameterized } from '../mime/parameters.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import { digestCalled, messageIdIn } from '../names.ts';
import { type Disposition, parseDisposition, wasTaken } from './disposition.ts';
import { type MdnSignature, openSignedMdn } from './signed.ts';

/** A receipt as it came; nothing in it is believed yet. */
export interface ReadMdn {
  readonly signature: MdnSignature;
  readonly originalMessageId: string | undefined;
  readonly disposition: Disposition;
  readonly dispositionText: string;
  readonly mic: { readonly base64: string; readonly spelled: string; readonly digest: DigestName | undefined } | null;
  /** What it says to people, and in its Error, Failure and Warning fields. At most 2,000 characters. */
  readonly text: string;
}

/** Whether these headers announce a receipt: it may come to the address of messages, and then only its content tells. */
export function looksLikeMdn(head: Head): boolean {
  const type = parseParameterized(fieldOf(head, 'content-type'));
  if (type.value === 'multipart/report') return true;
  // A signed receipt looks like a signed message; but only a message asks for a receipt or names no report.
  return type.value === 'multipart/signed' && fieldOf(head, 'disposition-notification-to') === undefined;
}

/** Reads a receipt and verifies its signature. Throws As2Fault when it is none. */
export async function readMdn(
  head: Head,
  body: AsyncIterable<Uint8Array>,
  verifyWith: readonly Certificate[],
): Promise<ReadMdn> {
  const bytes = await bounded(decodedBytes(fieldOf(head, 'content-transfer-encoding'), body));
  const type = parseParameterized(fieldOf(head, 'content-type'));
  const opened =
    type.value === 'multipart/signed'
      ? await openSignedMdn(bytes, type.parameters, verifyWith)
      : { signature: { kind: 'none' } as const, head, body: bytes };
  return { ...(await readReport(opened.head, opened.body)), signature: opened.signature };
}

async function bounded(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let byteLength = 0;
  for await (const piece of source) {
    byteLength += piece.byteLength;
    if (byteLength > mdnBytesMax)
      throw new As2Fault('unexpected-processing-error', `A receipt of more than ${mdnBytesMax} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function readReport(head: Head, body: Buffer): Promise<Omit<ReadMdn, 'signature'>> {
  const type = parseParameterized(fieldOf(head, 'content-type'));
  if (type.value !== 'multipart/report')
    throw new As2Fault(
      'unsupported format',
      `No receipt: its content is ${type.value === '' ? 'of no type' : type.value.slice(0, 100)}.`,
    );
  const parts = new MultipartReader(new ByteReader(inOne(body)), type.parameters.get('boundary'));
  let fields: Head = emptyHead;
  let found = false;
  const texts: string[] = [];
  for (let part = await parts.next(); part !== null; part = await parts.next()) {
    const reader = new ByteReader(part);
    const partHead = (await readHead(reader)) ?? emptyHead;
    const kind = parseParameterized(fieldOf(partHead, 'content-type')).value;
    const bytes = await collect(decodedBytes(fieldOf(partHead, 'content-transfer-encoding'), reader.rest()));
    if (kind === 'message/disposition-notification' && !found) {
      found = true;
      fields = { fields: parseFields(withoutBlankLines(bytes)) ?? [], raw: bytes };
    } else if (kind === 'text/plain' || kind === '') texts.push(bytes.toString('latin1').trim());
  }
  if (!found) throw new As2Fault('unsupported format', 'A report without its message/disposition-notification.');
  const told = ['error', 'failure', 'warning'].flatMap((name) => fieldOf(fields, name) ?? []);
  return {
    originalMessageId: messageIdIn(fieldOf(fields, 'original-message-id')),
    disposition: parseDisposition(fieldOf(fields, 'disposition')),
    dispositionText: (fieldOf(fields, 'disposition') ?? '').slice(0, 300),
    mic: micIn(fieldOf(fields, 'received-content-mic')),
    text: printable([...texts, ...told].join(' | ')).slice(0, 2_000),
  };
}

async function* inOne(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Groups of fields may be parted by blank lines (RFC 3464 2.1); we want them all. */
const withoutBlankLines = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replaceAll(/(?:\r?\n){2,}/g, '\r\n'), 'latin1');

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();

/** "7v7F…=, sha-256": blanks may stand anywhere, and the digest may be absent (SHA-1 by RFC 4130 7.4.3). */
function micIn(value: string | undefined): ReadMdn['mic'] {
  if (value === undefined) return null;
  const comma = value.lastIndexOf(',');
  const base64 = (comma < 0 ? value : value.slice(0, comma)).replaceAll(/[\s"]/g, '');
  const spelled = comma < 0 ? 'sha1' : value.slice(comma + 1).trim();
  if (!/^[A-Za-z0-9+/]{1,200}={0,2}$/.test(base64)) return null;
  return { base64, spelled: spelled.slice(0, 50), digest: digestCalled(spelled) };
}

/*
 *   accepted            they have it, and it is what we sent
 *   refused             they say that they do not have it
 *   unsigned            a signed receipt was asked for
 *   signature-wrong     signed, but not by a key of theirs over these bytes
 *   mic-absent          we signed, and they do not say what they verified: pyas2 answers so after storing ciphertext as payload
 *   mic-differs         they have something else
 *   not-ours            it answers another message
 */
export type MdnVerdict =
  | {
      readonly kind: 'accepted';
      readonly warning: string | null;
      readonly micReading: number | null;
      /** The fingerprint of the certificate that verified it; null: it is not signed. */
      readonly signedBy: string | null;
    }
  | {
      readonly kind: 'refused' | 'unsigned' | 'signature-wrong' | 'mic-absent' | 'mic-differs';
      readonly detail: string;
    };

export interface ExpectedMdn {
  readonly signed: boolean;
  readonly messageIsSigned: boolean;
  readonly mics: ExpectedMics;
  /** Fingerprints of what the message was signed with and encrypted for: kept with it, for whoever asks during a switch. */
  readonly keys?: { readonly signedWith: string | null; readonly encryptedFor: readonly string[] };
}

/** What a receipt means for the message it answers. The worst is told first; only what is accepted counts as delivered. */
export function judgeMdn(mdn: ReadMdn, expected: ExpectedMdn): MdnVerdict {
  const { signature, disposition, mic } = mdn;
  if (signature.kind === 'wrong') return { kind: 'signature-wrong', detail: signature.detail };
  if (!wasTaken(disposition))
    return {
      kind: 'refused',
      detail: [mdn.dispositionText, mdn.text]
        .filter((text) => text !== '')
        .join(': ')
        .slice(0, 300),
    };
  if (expected.signed && signature.kind === 'none') return { kind: 'unsigned', detail: 'The receipt is not signed.' };
  const signedBy = signature.kind === 'good' ? signature.certificate.fingerprint : null;
  const warning = disposition.modifier === 'warning' ? (disposition.text ?? 'warning') : null;
  if (mic === null)
    return expected.messageIsSigned
      ? { kind: 'mic-absent', detail: 'The receipt has no Received-Content-MIC.' }
      : { kind: 'accepted', warning: warning ?? 'no MIC', micReading: null, signedBy };
  const readings = mic.digest === undefined ? undefined : expected.mics[mic.digest];
  const reading = readings?.indexOf(mic.base64) ?? -1;
  if (reading >= 0) return { kind: 'accepted', warning, micReading: reading, signedBy };
  const wanted = readings?.[0] ?? `none of ${mic.spelled}`;
  return { kind: 'mic-differs', detail: `The receipt's MIC is ${mic.base64} (${mic.spelled}), ours ${wanted}.` };
}
