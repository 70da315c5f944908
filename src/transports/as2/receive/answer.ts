import { FailureError } from '../../../core/failure.ts';
import { As2Fault, dispositionOfFault } from '../fault.ts';
import { buildMdn } from '../mdn/build.ts';
import { type MicSources, type OpenOutcome, openMessage, undecryptableText } from '../message/open.ts';
import { fieldOf, isRepeated } from '../mime/head.ts';
import { drain } from '../mime/multipart.ts';
import { messageIdIn, messageKey, nameIn } from '../names.ts';
import { type As2Relation, policyFault } from '../relation.ts';
import { remembered, shownHeaders, tellRefused } from './evidence.ts';
import { askedIn, contentOfMdn, type Exchange, mdnFor, micOf } from './exchange.ts';
import type { As2Answer, As2Request, KeptMdn, Station } from './station.ts';
import { turnAway } from './turn-away.ts';

/**
 * Takes one message, or says why not. Everything a partner can do wrong has an answer here; thrown are only the sender's breaking off and
 * failures of ours.
 */
export async function answerMessage(station: Station, request: As2Request): Promise<As2Answer> {
  const { head } = request;
  const theirName = nameIn(fieldOf(head, 'as2-from'));
  const ourName = nameIn(fieldOf(head, 'as2-to'));
  const messageId = messageIdIn(fieldOf(head, 'message-id'));
  const repeated = ['as2-from', 'as2-to', 'message-id'].find((name) => isRepeated(head, name));
  if (theirName === undefined || ourName === undefined || messageId === undefined || repeated !== undefined) {
    const detail =
      repeated === undefined
        ? 'AS2-From, AS2-To or Message-ID is absent or none.'
        : `There is more than one header ${repeated}.`;
    await request.turn?.();
    await tellRefused(station, request, {
      channelId: null,
      messageId: messageId ?? null,
      modifier: 'malformed',
      detail,
    });
    return { status: 400, mdn: null, detail };
  }
  const relation = await station.lookups.relationOf(theirName, ourName);
  if (relation === undefined) return answerStranger(station, request, messageId);
  const turnedAway = await turnAway(station, request, relation, messageId);
  if (turnedAway !== null) return turnedAway;
  const kept = remembered(request);
  const asked = askedIn(head, relation);
  if (asked.asynchronous === 'forbidden') return answerForbidden(station, request, relation, messageId);
  const exchange: Exchange = {
    station,
    request: kept,
    relation,
    messageId,
    ...asked,
    asynchronous: asked.asynchronous,
  };
  const key = messageKey(theirName, ourName, messageId);
  const earlier = await station.lookups.earlierAnswer(key);
  if (earlier !== undefined) return answerAgain(exchange, earlier.mdn);
  if (exchange.options.unsupported && exchange.options.required)
    return answerFault(
      exchange,
      new As2Fault('unsupported MIC-algorithms', 'We know none of the digests that the receipt is wanted with.'),
    );
  // Where no signature is wanted, that a message is taken answers a guess too: then they are not read faster than they are answered.
  if (!relation.policy.requireSignature && station.failures.isCrowded(relation.channelId, request.remote))
    return tooMany;
  const micDigest = exchange.options.digest;
  const { keys, fileBytesMax, signedOver } = relation;
  const { spool } = station;
  const outcome = await openMessage(head, kept.body, { keys, fileBytesMax, signedOver, micDigest, spool });
  if (!outcome.ok) return refuse(exchange, outcome.fault, outcome);
  try {
    const fault = disagreement(outcome, relation);
    if (fault !== null) return await refuse(exchange, fault, outcome);
    return await take(exchange, key, outcome);
  } finally {
    for (const { spooled } of outcome.files) await spooled.discard();
  }
}

type Opened = Extract<OpenOutcome, { readonly ok: true }>;

/** What of it was not agreed; null when all was. */
function disagreement({ layers, files, isForgeable }: Opened, relation: As2Relation): As2Fault | null {
  const weak = policyFault(layers, relation.policy);
  if (weak !== null) return new As2Fault('insufficient-message-security', weak);
  if (relation.policy.requireSignature && isForgeable)
    return new As2Fault('insufficient-message-security', 'A signature inside the encryption was agreed.');
  return relation.attachments === 'one' && files.length > 1
    ? new As2Fault('unsupported format', 'Several attachments were not agreed.')
    : null;
}

async function take(exchange: Exchange, key: string, opened: Opened): Promise<As2Answer> {
  const { layers, files, mics, isForgeable } = opened;
  const { station, request, relation, messageId } = exchange;
  const mic = micOf(exchange, layers, mics);
  const mdn = await mdnFor(exchange, {
    disposition: 'processed',
    text: 'The message was received and its content stored.',
    mic,
  });
  const { channelId } = relation;
  try {
    const headers = keptHeaders(request);
    const message = {
      channelId,
      key,
      messageId,
      headers,
      remote: request.remote,
      files,
      layers,
      mdn,
      mic: mic?.base64 ?? null,
    };
    const taken = await station.lookups.take(message);
    if (!taken.isNew) return answerAgain(exchange, taken.mdn);
    station.report({ kind: 'taken', channelId, messageId, layers });
    return { status: 200, mdn: mdn?.url === null ? mdn : null };
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    station.report({ kind: 'failed', channelId, messageId, failure: thrown });
    const fault = new As2Fault('unexpected-processing-error', 'It could not be stored. Send it again later.');
    // Told as it is also of what anybody could have made: that such a one opens is what its channel tells by taking it.
    return answerFault(exchange, fault, isForgeable ? [] : mics);
  }
}

/**
 * The receipt is wanted at a host that is not in the channel. Nothing is posted there, and nothing is taken either: a sender who is not told would
 * wait for his receipt, send the message again, and give it up for lost while we have it.
 */
async function answerForbidden(
  station: Station,
  request: As2Request,
  { channelId }: As2Relation,
  messageId: string,
): Promise<As2Answer> {
  const detail = 'Its Receipt-Delivery-Option names a host that is not in this channel, so no receipt would be posted.';
  await request.turn?.();
  await tellRefused(station, request, { channelId, messageId, modifier: 'receipt-address', detail });
  return { status: 403, mdn: null, detail: `The message was not taken. ${detail}` };
}

/** Taken before: the same answer again, and nothing else happens. */
async function answerAgain(exchange: Exchange, mdn: KeptMdn | null): Promise<As2Answer> {
  const { station, relation, request, messageId, wantsMdn } = exchange;
  await drain(request.body);
  station.report({ kind: 'duplicate', channelId: relation.channelId, messageId, layers: null });
  if (!wantsMdn) return { status: 200, mdn: null };
  const answer =
    mdn !== null && relation.onDuplicate === 'stored-mdn'
      ? mdn
      : await mdnFor(exchange, {
          disposition: 'processed/warning: duplicate-document',
          text: 'The message was received before.',
          mic: null,
        });
  return sendOrPost(exchange, answer);
}

/**
 * Not taken: nothing is kept of it, so that the same message may come again and succeed. Of what is forgeable nothing is told but that it could not
 * be decrypted, in the octets of a wrong key, without a digest of what came out; the true reason is the operator's alone.
 */
async function refuse(
  exchange: Exchange,
  fault: As2Fault,
  { isForgeable, ...opened }: Pick<OpenOutcome, 'isForgeable'> & { readonly mics?: MicSources },
): Promise<As2Answer> {
  const { station, request, relation, messageId } = exchange;
  const { channelId } = relation;
  await drain(request.body);
  const told = isForgeable ? new As2Fault('decryption-failed', undecryptableText) : fault;
  if (told.modifier !== 'decryption-failed') return answerFault(exchange, fault, opened.mics);
  const detail = fault.modifier === told.modifier ? fault.reason : `${fault.reason} (They were told ${told.modifier}.)`;
  await tellRefused(station, request, { channelId, messageId, modifier: fault.modifier, detail });
  const after = station.failures.pause(channelId, request.remote);
  if (after === null) return tooMany;
  const mdn = await mdnFor(exchange, { disposition: dispositionOfFault(told.modifier), text: told.message, mic: null });
  return { ...(await sendOrPost(exchange, mdn)), after };
}

const tooMany: As2Answer = { status: 429, mdn: null };

async function answerFault(exchange: Exchange, fault: As2Fault, mics: MicSources = []): Promise<As2Answer> {
  const { station, relation, request, messageId } = exchange;
  const { modifier, message: detail } = fault;
  await drain(request.body);
  await tellRefused(station, request, { channelId: relation.channelId, messageId, modifier, detail });
  const told = { disposition: dispositionOfFault(modifier), text: detail, mic: micOf(exchange, null, mics) };
  return sendOrPost(exchange, await mdnFor(exchange, told));
}

async function sendOrPost({ station, relation }: Exchange, mdn: KeptMdn | null): Promise<As2Answer> {
  if (mdn === null || mdn.url === null) return { status: 200, mdn };
  await station.lookups.postMdn(relation.channelId, mdn);
  return { status: 200, mdn: null };
}

/** Somebody we do not know: told so when an answer in this exchange is wanted; no address of a stranger's is ever called. */
async function answerStranger(station: Station, request: As2Request, messageId: string): Promise<As2Answer> {
  const { head, body } = request;
  await drain(body);
  const fault = new As2Fault('unknown-trading-partner', 'There is no agreement between these two names.');
  const { modifier, message: detail } = fault;
  await tellRefused(station, request, { channelId: null, messageId, modifier, detail });
  const { wantsMdn, asynchronous } = askedIn(head, { mayReach: () => false });
  if (!wantsMdn || asynchronous !== null) return { status: 403, mdn: null };
  const content = contentOfMdn(station, head, messageId, '1.2', {
    disposition: dispositionOfFault(fault.modifier),
    text: fault.message,
    mic: null,
  });
  return { status: 200, mdn: await buildMdn(content, null) };
}

const keptHeaders = (request: As2Request): Record<string, string> =>
  Object.fromEntries(shownHeaders(request).toReversed());
