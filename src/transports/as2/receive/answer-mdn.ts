import { collect, contentOf } from '../content.ts';
import { As2Fault } from '../fault.ts';
import { mdnBytesMax } from '../limits.ts';
import { type ExpectedMdn, judgeMdn, type MdnVerdict, type ReadMdn, readMdn } from '../mdn/read.ts';
import { fieldOf, isRepeated } from '../mime/head.ts';
import { drain } from '../mime/multipart.ts';
import { bareMessageId, nameIn } from '../names.ts';
import { remembered, tellRefused } from './evidence.ts';
import type { As2Answer, As2Request, Station } from './station.ts';
import { turnAway } from './turn-away.ts';

/** A message of ours whose receipt is awaited, or came before. */
export interface AwaitedMdn {
  readonly deliveryId: string;
  readonly expected: ExpectedMdn;
}

export interface MdnLookups {
  /** By the message's id without brackets, among what was sent over this channel: one partner cannot answer for another. */
  awaitedMdn(channelId: string, bareMessageId: string): Promise<AwaitedMdn | undefined>;
  /** Keeps the receipt and does what follows from it: the delivery has arrived, or has failed. The first that was accepted stands. */
  settle(
    deliveryId: string,
    mdn: {
      readonly read: ReadMdn;
      readonly verdict: MdnVerdict;
      /** False: a signed one was asked for, and nobody of theirs has signed this. It is evidence, and nothing follows from it. */
      readonly isBelieved: boolean;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Buffer;
    },
  ): Promise<void>;
}

/**
 * Takes a receipt that came by itself. It may come before our own request was answered, twice, late, or for nothing that we sent; it may also
 * come to the address of messages.
 */
export async function answerMdn(station: Station, mdns: MdnLookups, received: As2Request): Promise<As2Answer> {
  const request = remembered(received);
  const { head, body } = request;
  const theirName = nameIn(fieldOf(head, 'as2-from'));
  const ourName = nameIn(fieldOf(head, 'as2-to'));
  const relation =
    theirName === undefined || ourName === undefined ? undefined : await station.lookups.relationOf(theirName, ourName);
  const refuse = async (
    status: number,
    channelId: string | null,
    messageId: string | null,
    detail: string,
  ): Promise<As2Answer> => {
    await drain(body);
    await tellRefused(station, channelId === null ? received : request, {
      channelId,
      messageId,
      modifier: 'receipt',
      detail,
    });
    return { status, mdn: null };
  };
  if (isRepeated(head, 'as2-from') || isRepeated(head, 'as2-to'))
    return refuse(400, null, null, 'There is more than one header AS2-From or AS2-To.');
  if (relation === undefined) return refuse(403, null, null, 'A receipt between two names without an agreement.');
  const turnedAway = await turnAway(station, received, relation, null);
  if (turnedAway !== null) return turnedAway;
  const { channelId } = relation;
  try {
    const bytes = await collect(bounded(body));
    const read = await readMdn(head, contentOf(bytes).bytes(), relation.keys.verifyWith);
    const id = read.originalMessageId;
    const awaited = id === undefined ? undefined : await mdns.awaitedMdn(channelId, bareMessageId(id));
    if (awaited === undefined)
      return await refuse(404, channelId, id ?? null, 'A receipt for nothing that was sent over this channel.');
    const verdict = judgeMdn(read, awaited.expected);
    // Whoever saw the Message-ID on the wire can write one: it must not end the wait for the true one.
    const isBelieved = !awaited.expected.signed || read.signature.kind === 'good';
    await mdns.settle(awaited.deliveryId, { read, verdict, isBelieved, headers: head.fields, body: bytes });
    if (!isBelieved)
      await tellRefused(station, request, {
        channelId,
        messageId: id ?? null,
        modifier: 'receipt',
        detail:
          `A receipt that cannot be believed, since it is ${read.signature.kind === 'none' ? 'not signed' : 'not signed by a key of theirs'}: ${read.dispositionText}`.slice(
            0,
            300,
          ),
      });
    return { status: 200, mdn: null };
  } catch (error) {
    if (!(error instanceof As2Fault)) throw error;
    return refuse(400, channelId, null, error.message);
  }
}

async function* bounded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let byteLength = 0;
  for await (const piece of source) {
    byteLength += piece.byteLength;
    if (byteLength > mdnBytesMax)
      throw new As2Fault('unexpected-processing-error', `A receipt of more than ${mdnBytesMax} bytes.`);
    yield piece;
  }
}
