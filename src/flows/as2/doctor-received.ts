import { FailureError } from '../../core/failure.ts';
import type { As2Settings } from '../../partners/as2-settings.ts';
import { keyPairs } from '../../store/as2/key-pairs.ts';
import { refusedMessage, type StoredRefused, type UnkeptRow, unkeptHours } from '../../store/as2/refused.ts';
import { readCertificate } from '../../transports/as2/cms/certificate.ts';
import { type Cabinet, type Finding, isInForce } from '../../transports/as2/doctor/look.ts';
import { examine } from '../../transports/as2/doctor/received.ts';
import type { Head } from '../../transports/as2/mime/head.ts';
import type { FlowContext } from '../context.ts';
import { openKeyRing } from './key-ring.ts';
import { isAs2 } from './relations.ts';

/** Why a message of a partner was refused, with the evidence, and what would accept it. */
export interface RefusedDiagnosis {
  readonly id: string;
  readonly channel: string;
  readonly messageId: string | null;
  readonly at: string;
  /** What it was answered: the modifier of the disposition. */
  readonly modifier: string;
  readonly detail: string;
  readonly evidence: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Looks into a message that was refused, by its id or its Message-ID; with the keys and certificates of the whole installation.
 * FailureError `not-found` when none of that name is kept; `credential-missing` when the keys cannot be opened.
 */
export async function diagnoseRefused(
  context: FlowContext,
  masterKey: Buffer | null,
  idOrMessageId: string,
): Promise<RefusedDiagnosis> {
  const refused = await refusedMessage(context.database, idOrMessageId);
  if (refused === undefined) {
    const hours = (await unkeptHours(context.database, null, 5)).map(unkeptInWords);
    throw new FailureError(
      'not-found',
      [`No refused message ${idOrMessageId} is kept: they are for 14 days, and so many an hour.`, ...hours].join(' '),
    );
  }
  const { id, channel_id: channel, message_id: messageId, modifier, detail, body, headers, remote, at } = refused;
  const settings = (await context.configuration()).channels.filter(isAs2).find((one) => one.id === channel)?.settings;
  const head: Head = { fields: headers, raw: Buffer.alloc(0) };
  const looked =
    body === null
      ? { evidence: [UNREAD.has(modifier) ? 'its body was not read' : UNKEPT], findings: [] }
      : LOOKED_INTO.has(modifier)
        ? await examine(head, body, await cabinetOf(context, masterKey, channel))
        : { evidence: [], findings: [] };
  return {
    id,
    channel,
    messageId,
    at: at.toISOString(),
    modifier,
    detail,
    evidence: [`from ${remote ?? 'somewhere'}: ${body?.length ?? 'many'} bytes`, ...looked.evidence],
    findings: [...findingsOf(refused), ...looked.findings].map((finding) => weighed(finding, settings)),
  };
}

/** "Of the hour from 2026-12-01T04:00:00.000Z on acme/as2, 60 of decryption-failed were kept, 133 more only counted." */
export const unkeptInWords = ({ channel, modifier, hour, kept, count }: UnkeptRow): string =>
  `Of the hour from ${hour.toISOString()} on ${channel}, ${kept} of ${modifier} were kept, ${count} more only counted.`;

const GIVES_UP: Readonly<Record<string, string>> = {
  'requireSignature: false':
    'That gives up knowing who sent a message and that it is unchanged: best that they send what was agreed.',
  'requireEncryption: false': 'That gives up that nobody on the way reads it: best that they send what was agreed.',
  'allowWeak: true': 'That takes what is no longer safe: best that they send what was agreed.',
};

/** With what its setting costs; without it where the channel has it by now. What the channel accepts already stays in a list. */
function weighed({ what, setting }: Finding, settings: As2Settings | undefined): Finding {
  if (setting === null || settings === undefined) return { what, setting };
  const form = /^signedOver: \[(.+)\]$/.exec(setting)?.[1];
  const forms = form === undefined ? [] : [...new Set<string>([...settings.signedOver, form])];
  const proposed = form === undefined ? setting : `signedOver: [${forms.join(', ')}]`;
  if (isInForce(proposed, settings))
    return { what: `${what} The channel accepts that by now: have it sent again.`, setting: null };
  const cost = GIVES_UP[setting];
  return { what: cost === undefined ? what : `${what} ${cost}`, setting: proposed };
}

const UNKEPT = 'its octets were not kept: it is larger than 512 KiB';
/** Refused by their headers alone. */
const UNREAD: ReadonlySet<string> = new Set(['malformed', 'not-admitted', 'receipt-address']);

const LOOKED_INTO: ReadonlySet<string> = new Set([
  'decryption-failed',
  'authentication-failed',
  'integrity-check-failed',
  'decompression-failed',
  'unexpected-processing-error',
  'unsupported format',
]);

/** Why the signature of a receipt does not hold, from the receipt itself: mostly a new certificate that nobody has told of. */
export async function examineReceipt(
  context: FlowContext,
  channelId: string,
  { headers, body }: { readonly headers: Head['fields']; readonly body: Buffer },
): Promise<readonly Finding[]> {
  const theirs = await theirCabinet(context, channelId);
  const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return (await examine({ fields, raw: Buffer.alloc(0) }, body, { ours: [], theirs })).findings;
}

async function cabinetOf(context: FlowContext, masterKey: Buffer | null, channelId: string): Promise<Cabinet> {
  const { database, clock } = context;
  const channels = (await context.configuration()).channels.filter(isAs2);
  const own = channels.find(({ id }) => id === channelId);
  const names = (await keyPairs(database)).map(({ name }) => name);
  const identities = await openKeyRing(database, clock, masterKey).identities(names);
  const inChannel = new Set(own?.settings.ourKeys.map(({ name }) => name));
  return {
    ours: identities.map((identity, index) => {
      const name = names[index] ?? '';
      return { name, inChannel: inChannel.has(name), identity };
    }),
    theirs: await theirCabinet(context, channelId),
  };
}

/** The channel's own first: what it has is not told as a stranger's. */
async function theirCabinet(context: FlowContext, channelId: string): Promise<Cabinet['theirs']> {
  return (await context.configuration()).channels
    .filter(isAs2)
    .toSorted((a, b) => Number(b.id === channelId) - Number(a.id === channelId))
    .flatMap(({ id, settings }) =>
      settings.theirCertificates.map(({ pem, use }) => ({
        whose: `the channel ${id}`,
        inChannel: id === channelId && use !== 'encryption',
        certificate: readCertificate(pem),
      })),
    );
}

/** What the reason says without a look at the message. */
function findingsOf({ modifier, detail }: StoredRefused): readonly Finding[] {
  switch (modifier) {
    case 'insufficient-message-security':
      return [
        {
          what: `They send less security than was agreed: ${detail}`,
          setting: detail.includes('signature was')
            ? 'requireSignature: false'
            : detail.includes('Encryption was')
              ? 'requireEncryption: false'
              : 'allowWeak: true',
        },
      ];
    case 'unsupported format':
      return detail.startsWith('Several')
        ? [{ what: 'They send several files in one message.', setting: 'attachments: several' }]
        : [];
    case 'unsupported MIC-algorithms':
      return [{ what: 'They ask for a receipt with digests we do not have: ask them for sha-256.', setting: null }];
    case 'malformed':
      return detail.includes('on one line')
        ? [
            {
              what: 'They fold a header of HTTP: for them to write on one line, or for a proxy before us to unfold.',
              setting: null,
            },
          ]
        : [{ what: `Their request is no HTTP that can be read: ${detail}`, setting: null }];
    case 'receipt-address':
      return [{ what: detail, setting: 'receiptHosts: add that host' }];
    case 'decompression-failed':
      return [
        { what: 'It inflates to more than a file of this channel may have, or is broken.', setting: 'fileBytesMax' },
      ];
    default:
      return [];
  }
}
