import { FailureError } from '../../core/failure.ts';
import { sentEvidence } from '../../store/as2/diagnosis.ts';
import { deliveryById } from '../../store/deliveries/delivery.ts';
import { readChunks } from '../../store/wire/chunks.ts';
import { contentOf } from '../../transports/as2/content.ts';
import { findReading, micReadings } from '../../transports/as2/doctor/mic-readings.ts';
import { As2Fault } from '../../transports/as2/fault.ts';
import { type ReadMdn, readMdn } from '../../transports/as2/mdn/read.ts';
import type { MessageProfile } from '../../transports/as2/message/build.ts';
import type { FlowContext } from '../context.ts';
import { examineReceipt } from './doctor-received.ts';
import { isAs2 } from './relations.ts';

/** What a failed send broke at, with the evidence, and what would mend it. */
export interface Diagnosis {
  readonly deliveryId: string;
  readonly messageId: string | null;
  readonly state: string;
  /** Which part of the way broke last; null: none did. */
  readonly broke: 'DNS' | 'TCP' | 'TLS' | 'HTTP' | 'MDN' | 'MIC' | 'other' | null;
  readonly evidence: readonly string[];
  readonly findings: readonly { readonly what: string; readonly setting: string | null }[];
}

/** 64 MB: the payload is hashed in a dozen readings, in memory. */
const payloadBytesMax = 64 * 1024 * 1024;

/** FailureError `not-found` when there is no such delivery, `usage-wrong` when it does not go over AS2. */
export async function diagnose(context: FlowContext, deliveryId: string): Promise<Diagnosis> {
  const { database } = context;
  const delivery = await deliveryById(database, deliveryId);
  const known = await sentEvidence(database, deliveryId);
  if (delivery === undefined || known === undefined)
    throw new FailureError('not-found', `There is no delivery ${deliveryId}.`);
  const channel = (await context.configuration()).channel(delivery.channel_id);
  if (channel === undefined || !isAs2(channel))
    throw new FailureError(
      'usage-wrong',
      `The delivery ${deliveryId} goes over ${delivery.channel_id}, which is not AS2.`,
    );
  const mdn = await readKept(known.mdn_headers, known.mdn_body);
  const { settings } = channel;
  const evidence = [
    ...known.attempts.map(
      ({ number, outcome, detail }) => `attempt ${number}: ${outcome ?? 'under way'}: ${detail ?? ''}`,
    ),
    ...(mdn === null ? [] : [`receipt: ${mdn.dispositionText}`, ...(mdn.text === '' ? [] : [`it says: ${mdn.text}`])]),
    ...(mdn?.mic == null ? [] : [`its MIC: ${mdn.mic.base64} (${mdn.mic.spelled})`]),
  ];
  const last = delivery.state === 'sent' ? null : (known.attempts.at(-1)?.detail ?? null);
  const findings: { readonly what: string; readonly setting: string | null }[] = [];
  const isTheirsOurs = mdn?.mic != null && isSentMic(known.expected, mdn.mic);
  if (isTheirsOurs) evidence.push('their MIC is of what we sent');
  if (mdn?.mic != null && !isTheirsOurs && delivery.byte_length <= payloadBytesMax) {
    const pieces: Uint8Array[] = [];
    for await (const piece of readChunks(database, delivery.raw_file_id)) pieces.push(piece);
    const profile: MessageProfile = { ...settings, sign: null, encrypt: null };
    const contentType = delivery.syntax === 'edifact' ? 'application/EDIFACT' : 'application/EDI-X12';
    const file = { content: contentOf(...pieces), contentType, name: delivery.file_name };
    // Not plain, whatever the profile says without keys: inner parts are encoded as they are under a signature.
    const signed = {
      ...profile,
      compress: settings.compress === 'none' ? 'before-signing' : settings.compress,
    } as const;
    const message = {
      from: settings.ourName,
      to: settings.theirName,
      messageId: '',
      subject: '',
      at: delivery.at,
      files: [file],
      mdn: null,
    };
    const readings = await micReadings(message, signed);
    for (const { what, digest, setting } of findReading(mdn.mic.base64, readings))
      findings.push({
        what: `They hashed ${what}, with ${digest}${digest === mdn.mic.digest ? '' : `, though they name ${mdn.mic.spelled}`}.`,
        setting,
      });
    if (findings.length === 0 && known.verdict !== null && delivery.state !== 'sent')
      findings.push({
        what: 'Their MIC is of none of the readings we know: they have other content than we sent.',
        setting: null,
      });
  }
  if (mdn !== null) findings.push(...findingsOf(mdn, settings.mdn === 'signed'));
  const { mdn_headers: headers, mdn_body: body } = known;
  if (Object(known.verdict).kind === 'signature-wrong' && headers !== null && body !== null)
    findings.push(...(await examineReceipt(context, channel.id, { headers, body })));
  return { deliveryId, messageId: known.message_id, state: delivery.state, broke: brokeAt(last), evidence, findings };
}

/** Whether a MIC is one of those we wait for: then nothing is wrong with it, whatever else is with the receipt. */
function isSentMic(expected: unknown, { digest, base64 }: NonNullable<ReadMdn['mic']>): boolean {
  const mics: unknown = Object(Object(expected).mics)[digest ?? ''];
  return Array.isArray(mics) && mics.includes(base64);
}

function brokeAt(detail: string | null): Diagnosis['broke'] {
  if (detail === null) return null;
  const stage = /^(DNS|TCP|TLS|HTTP|MDN|MIC)\b/.exec(detail)?.[1];
  return stage === undefined ? 'other' : (stage as Exclude<Diagnosis['broke'], null>);
}

/** What a receipt says without its MIC. */
function findingsOf(
  mdn: ReadMdn,
  wantsSigned: boolean,
): readonly { readonly what: string; readonly setting: string | null }[] {
  const found: { readonly what: string; readonly setting: string | null }[] = [];
  const text = mdn.disposition.text?.toLowerCase() ?? '';
  if (wantsSigned && mdn.signature.kind === 'none')
    found.push({ what: 'The receipt is not signed, though we asked for it.', setting: 'mdn: unsigned' });
  if (text.includes('decryption-failed'))
    found.push({
      what: 'They cannot decrypt: we encrypt for another certificate than theirs, or with a cipher they lack. Some (Tallyport too) say so of every fault of an encrypted message, also of a signature they cannot verify: their log has the reason.',
      setting: 'theirCertificates, ourKeys, encrypt, keyTransport: pkcs1',
    });
  if (text.includes('authentication-failed') || text.includes('integrity-check-failed'))
    found.push({
      what: 'They cannot verify our signature: they have another certificate of ours, or their side rewrites the part.',
      setting: 'ourKeys, signatureScheme: pkcs1, transferEncoding: base64',
    });
  if (text.includes('decompression-failed'))
    found.push({ what: 'They cannot inflate what we compress.', setting: 'compress: none' });
  if (text.includes('insufficient'))
    found.push({ what: 'They want more security than the channel gives.', setting: 'sign, encrypt' });
  if (text.includes('unknown-trading'))
    found.push({ what: 'They do not know our name, or theirs as we write it.', setting: 'ourName, theirName' });
  return found;
}

async function readKept(
  headers: readonly (readonly [string, string])[] | null,
  body: Buffer | null,
): Promise<ReadMdn | null> {
  if (headers === null || body === null) return null;
  try {
    const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    return await readMdn({ fields, raw: Buffer.alloc(0) }, contentOf(body).bytes(), []);
  } catch (error) {
    if (error instanceof As2Fault) return null;
    throw error;
  }
}
