import { FailureError, failureOf } from '../../core/failure.ts';
import { inForce } from '../../partners/as2-settings.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { Certificate } from '../../transports/as2/cms/certificate.ts';
import { contentOf } from '../../transports/as2/content.ts';
import { As2Fault } from '../../transports/as2/fault.ts';
import { judgeMdn, readMdn } from '../../transports/as2/mdn/read.ts';
import { buildMessage } from '../../transports/as2/message/build.ts';
import { messageIdOf } from '../../transports/as2/names.ts';
import { post } from '../../transports/as2/send/post.ts';
import { spool } from '../../transports/as2/spool.ts';
import type { FlowContext } from '../context.ts';
import { type As2Channel, type As2Surroundings, certificateOf, isAs2, sendingOver } from './relations.ts';

export interface Rehearsal {
  readonly channel: string;
  /** Ours that signed the test. */
  readonly key: string;
  readonly fingerprint: string;
  /** Theirs that it was encrypted for; null: it was not encrypted. */
  readonly encryptedFor: string | null;
  /** accepted: they took it, so they have the certificate. refused: they answered that they did not. unclear: no receipt that says it. */
  readonly outcome: 'accepted' | 'refused' | 'unclear';
  readonly detail: string;
  /** The certificate that the receipt was signed with, and which of theirs that is. */
  readonly receiptSignedWith: { readonly fingerprint: string; readonly subject: string; readonly which: string } | null;
}

export interface RehearsalWish {
  /** A key of ours by its name; null: the channel's next one. */
  readonly key: string | null;
}

const text = `This is a test of a certificate before the day it is switched to. It holds no business document and asks for nothing but its receipt.\r\n`;

/**
 * Sends a signed test with the next key of ours, encrypted for their next certificate if there is one, and tells which of theirs signed the
 * receipt. Nothing is retried and nothing is kept but an Event. FailureError `not-found` for no such channel, `usage-wrong` when there is no next key.
 */
export async function rehearse(
  context: FlowContext,
  around: As2Surroundings,
  channelId: string,
  { key }: RehearsalWish,
  actor: string,
): Promise<Rehearsal> {
  const channel = (await context.configuration()).channel(channelId);
  if (channel === undefined || !isAs2(channel))
    throw new FailureError('not-found', `There is no AS2 channel ${channelId}.`);
  const at = context.clock.now();
  const name = key ?? nextKey(channel, at);
  const [signer] = await around.keys.identities([name]);
  if (signer === undefined) throw new FailureError('bug', `The key ${name} did not open.`);
  const next = channel.settings.theirCertificates.find((one) => one.use !== 'signing' && isLater(one.from, at));
  const recipient = next === undefined ? undefined : certificateOf(next);
  const sending = await sendingOver(channel, around, at, { signer, recipient });
  if (sending.profile.sign === null)
    throw new FailureError(
      'usage-wrong',
      `The channel ${channelId} signs nothing (sign: none), so there is nothing to rehearse.`,
    );
  const told = await outcomeOf(context, sending, channel, at);
  const rehearsal: Rehearsal = {
    channel: channelId,
    key: name,
    fingerprint: signer.certificate.fingerprint,
    encryptedFor: sending.profile.encrypt?.recipients[0]?.certificate.fingerprint ?? null,
    ...told,
  };
  const objects = [
    { kind: 'channel', id: channelId, qualifier: 'subject' },
    { kind: 'key', id: name, qualifier: 'rehearsed' },
  ];
  await context.database.inTransaction((tx) =>
    writeRows(tx, {}, [{ at: context.clock.now(), type: 'as2/rehearsed', actor, data: rehearsal, objects }]),
  );
  return rehearsal;
}

type Sending = Awaited<ReturnType<typeof sendingOver>>;
type Told = Pick<Rehearsal, 'outcome' | 'detail' | 'receiptSignedWith'>;

async function outcomeOf(context: FlowContext, sending: Sending, channel: As2Channel, at: Date): Promise<Told> {
  const message = {
    from: sending.ourName,
    to: sending.theirName,
    messageId: messageIdOf(context.newId(), sending.host),
    subject: 'Test of a certificate',
    at,
    files: [{ content: contentOf(Buffer.from(text)), contentType: 'text/plain', name: 'certificate-test.txt' }],
    // In the same exchange whatever the channel says: somebody waits for the answer.
    mdn: { signed: true, digest: sending.mdn?.digest ?? 'sha256', asynchronousUrl: null } as const,
  };
  const built = await buildMessage(message, sending.profile, (source) =>
    spool(source, Number.MAX_SAFE_INTEGER, context.temporaryFolder),
  );
  try {
    const answer = await post(sending.url, built.headers, built.body, sending.line);
    if (answer.status < 200 || answer.status > 299)
      return { outcome: 'unclear', detail: `HTTP: they answered ${answer.status}.`, receiptSignedWith: null };
    const read = await readMdn(answer.head, contentOf(answer.body).bytes(), sending.verifyMdnWith);
    const verdict = judgeMdn(read, { signed: true, messageIsSigned: built.isSigned, mics: built.mics });
    const signed = read.signature.kind === 'good' ? read.signature.certificate : null;
    return {
      outcome: verdict.kind === 'accepted' ? 'accepted' : verdict.kind === 'refused' ? 'refused' : 'unclear',
      detail: verdict.kind === 'accepted' ? read.dispositionText : verdict.detail,
      receiptSignedWith: signed === null ? null : shown(signed, channel, at),
    };
  } catch (error) {
    if (error instanceof As2Fault) return { outcome: 'unclear', detail: error.message, receiptSignedWith: null };
    const failure = failureOf(error);
    if (failure.kind !== 'partner-unreachable') throw failure;
    return { outcome: 'unclear', detail: failure.message, receiptSignedWith: null };
  } finally {
    await built.discard();
  }
}

/** The fingerprint with its place in the channel: during a switch it says whether they have switched too. */
function shown(certificate: Certificate, { settings }: As2Channel, at: Date): Rehearsal['receiptSignedWith'] {
  const { fingerprint, subject } = certificate;
  const ordered = inForce(settings.theirCertificates, 'signing', at);
  const place = ordered.findIndex((one) => certificateOf(one).fingerprint === fingerprint);
  const entry = ordered[place];
  const which = place === 0 ? 'the one in force' : isLater(entry?.from ?? null, at) ? 'the next one' : 'an earlier one';
  return { fingerprint, subject, which };
}

const isLater = (from: string | null, at: Date): boolean => from !== null && Date.parse(from) > at.getTime();

function nextKey({ id, settings }: As2Channel, at: Date): string {
  const next = settings.ourKeys
    .filter(({ use, from }) => use !== 'encryption' && isLater(from, at))
    .toSorted((a, b) => Date.parse(a.from ?? '') - Date.parse(b.from ?? ''))[0];
  if (next !== undefined) return next.name;
  throw new FailureError('usage-wrong', `The channel ${id} has no next key.`, {
    remedy: 'Add it to ourKeys with the day it is switched to, or say --key.',
  });
}
