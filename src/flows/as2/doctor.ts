import { FailureError } from '../../core/failure.ts';
import type { As2Settings } from '../../partners/as2-settings.ts';
import { type SentEvidence, sentEvidence } from '../../store/as2/diagnosis.ts';
import { deliveryById } from '../../store/deliveries/delivery.ts';
import { readChunks } from '../../store/wire/chunks.ts';
import { contentOf } from '../../transports/as2/content.ts';
import { type Finding, isInForce } from '../../transports/as2/doctor/look.ts';
import { adviseOnMic, type MicProfile } from '../../transports/as2/doctor/mic-readings.ts';
import { As2Fault } from '../../transports/as2/fault.ts';
import { wasTaken } from '../../transports/as2/mdn/disposition.ts';
import { type ReadMdn, readMdn } from '../../transports/as2/mdn/read.ts';
import type { ExpectedMics } from '../../transports/as2/message/build.ts';
import type { FlowContext } from '../context.ts';
import { examineReceipt } from './doctor-received.ts';
import { isAs2 } from './relations.ts';

/** What a failed send broke at, with the evidence, and what would mend it. */
export interface Diagnosis {
  readonly deliveryId: string;
  readonly messageId: string | null;
  readonly state: string;
  /** Which part of the way broke last; null: none did. */
  readonly broke: 'DNS' | 'TCP' | 'TLS' | 'HTTP' | 'MDN' | 'MIC' | 'configuration' | 'other' | null;
  readonly evidence: readonly string[];
  readonly findings: readonly Finding[];
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
  const isBelieved = Object(known.verdict).believed !== false;
  if (mdn !== null && !isBelieved)
    evidence.push('that receipt is not believed, since nobody of theirs has signed it: the true one is waited for');
  const findings: Finding[] = [];
  const isTheirsOurs = mdn?.mic != null && isSentMic(known.expected, mdn.mic);
  if (isTheirsOurs) evidence.push('their MIC is of what we sent');
  if (mdn?.mic != null && !isTheirsOurs && delivery.byte_length <= payloadBytesMax) {
    const pieces: Uint8Array[] = [];
    for await (const piece of readChunks(database, delivery.raw_file_id)) pieces.push(piece);
    const contentType = delivery.syntax === 'edifact' ? 'application/EDIFACT' : 'application/EDI-X12';
    const file = { content: contentOf(...pieces), contentType, name: delivery.file_name };
    const expected = (Object(known.expected).mics ?? {}) as ExpectedMics;
    const found = await adviseOnMic({ file, mic: mdn.mic, expected, profile: micProfileOf(settings) });
    if (found !== null) findings.push(found);
    else if (known.verdict !== null && delivery.state !== 'sent')
      findings.push({
        what: 'Their MIC is of none of the readings we know: they have other content than we sent.',
        setting: null,
      });
  }
  if (mdn !== null) findings.push(...findingsOf(mdn, settings));
  if (
    delivery.state !== 'sent' &&
    /^TLS: \S+ shows a certificate we do not trust/.test(known.attempts.at(-1)?.detail ?? '')
  )
    findings.push({
      what:
        settings.serverCertificates.length === 0
          ? 'No authority that is known here has signed the certificate of their server. Ask the partner by another way than this one for it or its authority.'
          : 'Their server shows a certificate that is none of serverCertificates, nor under any of them: it is a new one, or not theirs. Ask the partner by another way than this one.',
      setting: 'serverCertificates: add it',
    });
  const { mdn_headers: headers, mdn_body: body } = known;
  if (Object(known.verdict).kind === 'signature-wrong' && headers !== null && body !== null)
    findings.push(...(await examineReceipt(context, channel.id, { headers, body })));
  const broke = delivery.state === 'sent' ? null : brokeAt(known.attempts.at(-1), isBelieved);
  return { deliveryId, messageId: known.message_id, state: delivery.state, broke, evidence, findings };
}

/** Whether a MIC is one of those we wait for: then nothing is wrong with it, whatever else is with the receipt. */
function isSentMic(expected: unknown, { digest, base64 }: NonNullable<ReadMdn['mic']>): boolean {
  const mics: unknown = Object(Object(expected).mics)[digest ?? ''];
  return Array.isArray(mics) && mics.includes(base64);
}

function brokeAt(last: SentEvidence['attempts'][number] | undefined, isBelieved: boolean): Diagnosis['broke'] {
  const detail = last?.detail ?? null;
  if (last === undefined || detail === null) return null;
  if (last.outcome === 'sent') return isBelieved ? null : 'MDN'; // its receipt is due
  const stage = /^(DNS|TCP|TLS|HTTP|MDN|MIC)\b/.exec(detail)?.[1];
  if (stage === undefined && (last.outcome === 'config-invalid' || last.outcome === 'credential-missing'))
    return 'configuration';
  return stage === undefined ? 'other' : (stage as Exclude<Diagnosis['broke'], null>);
}

const micProfileOf = ({ sign, encrypt, compress, transferEncoding, encoding, mdnDigest }: As2Settings): MicProfile => ({
  signs: sign !== 'none',
  encrypts: encrypt !== 'none',
  compress,
  transferEncoding,
  encoding,
  digest: sign === 'none' ? mdnDigest : sign,
});

/** What a receipt says without its MIC. A setting that is in force already helps nobody, and is not named. */
export function findingsOf(mdn: ReadMdn, settings: As2Settings): readonly Finding[] {
  const found: Finding[] = [];
  const text = mdn.disposition.text?.toLowerCase() ?? '';
  const add = (what: string, ...proposed: readonly string[]): void => {
    found.push({ what, setting: proposed.filter((one) => !isInForce(one, settings)).join(', ') || null });
  };
  if (mdn.disposition.type === 'unknown')
    add(
      `The receipt has ${mdn.dispositionText === '' ? 'no Disposition' : 'a Disposition that says neither processed nor failed'}, so it does not say that they have the message: the partner must send one (RFC 3798).`,
    );
  if (settings.sign !== 'none' && wasTaken(mdn.disposition) && mdn.mic === null)
    add(
      'The receipt has no Received-Content-MIC, so it does not say what they have verified, if anything. No setting accepts this of a signed message: the partner must send one (RFC 4130 7.4.3).',
    );
  // A refusal is often unsigned by design (ours of an unknown name is): taking unsigned receipts would not make it less of one.
  if (settings.mdn === 'signed' && mdn.signature.kind === 'none' && wasTaken(mdn.disposition))
    add(
      'The receipt is not signed, though we asked for it: best that they sign it. With mdn: unsigned it counts, but proves nothing: anybody on the way can write one, and the partner can deny it.',
      'mdn: unsigned',
    );
  if (text.includes('decryption-failed'))
    add(
      'They cannot decrypt: we encrypt for another certificate than theirs, or with a cipher they lack. Some (Tallyport too) say so of every fault of an encrypted message, also of a signature they cannot verify: their log has the reason.',
      'theirCertificates',
      'ourKeys',
      'encrypt',
      'keyTransport: pkcs1',
    );
  if (text.includes('authentication-failed') || text.includes('integrity-check-failed'))
    add(
      'They cannot verify our signature: they have another certificate of ours, or their side rewrites the part.',
      'ourKeys',
      'signatureScheme: pkcs1',
      'transferEncoding: base64',
    );
  if (text.includes('decompression-failed')) add('They cannot inflate what we compress.', 'compress: none');
  if (text.includes('insufficient')) add('They want more security than the channel gives.', 'sign', 'encrypt');
  if (text.includes('unknown-trading'))
    add('They do not know our name, or theirs as we write it.', 'ourName', 'theirName');
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
