import { FailureError, failureOf } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import { mdnToPost, setMdnSent } from '../../store/as2/received.ts';
import { hurryDelivery, keepReceipt, keepUnbelieved, sentMessage } from '../../store/as2/sent.ts';
import { deliveryById } from '../../store/deliveries/delivery.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { workChannel } from '../../store/work/work-row.ts';
import { contentOf } from '../../transports/as2/content.ts';
import type { ExpectedMdn, MdnVerdict } from '../../transports/as2/mdn/read.ts';
import type { MdnLookups } from '../../transports/as2/receive/answer-mdn.ts';
import { receiptFromVerdict } from '../../transports/as2/send/as2-transport.ts';
import { post } from '../../transports/as2/send/post.ts';
import type { Line } from '../../transports/http/client/exchange.ts';
import type { FlowContext } from '../context.ts';
import { gather, writeGathered } from '../gathered.ts';
import { receiveReceipt } from '../outbound/deliver.ts';

/** What becomes of receipts that come by themselves: early, late, twice, or refusing. */
export function mdnLookups(context: FlowContext): MdnLookups {
  const { database, clock } = context;
  return {
    async awaitedMdn(channelId, messageId) {
      const found = await sentMessage(database, channelId, messageId);
      return found === undefined
        ? undefined
        : { deliveryId: found.deliveryId, expected: found.expected as ExpectedMdn };
    },
    async settle(deliveryId, { read, verdict, isBelieved, headers, body }) {
      if (!isBelieved) return keepUnbelieved(database, deliveryId, { headers, body, verdict }, clock.now());

      const outcome = outcomeOf(() => receiptFromVerdict(read, verdict));
      const refusal = 'refusal' in outcome ? outcome.refusal : null;
      await database.inTransaction(async (tx) => {
        const delivery = await deliveryById(tx, deliveryId);
        if (delivery === undefined) throw new FailureError('bug', `The delivery ${deliveryId} is gone.`);
        // The first that was accepted stands; what a second one says is not heard.
        if (!(await keepReceipt(tx, deliveryId, { headers, body, verdict, refusal }, clock.now()))) return;
        if ('refusal' in outcome) {
          await hurryDelivery(tx, deliveryId);
          return tx.announce(workChannel);
        }
        const gathered = gather();
        await receiveReceipt(context, tx, gathered, delivery, outcome.receipt);
        await writeGathered(tx, gathered);
      });
    },
  };
}

type Outcome = { readonly receipt: ReturnType<typeof receiptFromVerdict> } | { readonly refusal: string };

function outcomeOf(judge: () => ReturnType<typeof receiptFromVerdict>): Outcome {
  try {
    return { receipt: judge() };
  } catch (thrown) {
    return { refusal: failureOf(thrown).message };
  }
}

/** The verdict of a synchronous receipt, kept as evidence. */
export const keepSynchronous = (
  { database, clock }: FlowContext,
  deliveryId: string,
  { headers, body }: { readonly headers: readonly (readonly [string, string])[]; readonly body: Buffer },
  verdict: MdnVerdict,
): Promise<boolean> => keepReceipt(database, deliveryId, { headers, body, verdict, refusal: null }, clock.now());

/** Posts a receipt of ours to its address. False when the work is about something else. */
export async function deliverMdn(
  { database, clock }: FlowContext,
  lineTo: (channelId: string) => Promise<Line>,
  work: Work,
): Promise<boolean> {
  const found = await mdnToPost(database, work.subjectId);
  if (found === undefined) return false;
  const { mdn, isSent } = found;
  if (!isSent && mdn.url !== null) {
    const { status } = await post(new URL(mdn.url), mdn.headers, contentOf(mdn.body), await lineTo(mdn.channelId));
    if (status >= 500 || [408, 425, 429].includes(status))
      throw new FailureError('partner-refused-for-now', `HTTP: ${mdn.url} answered our receipt with ${status}.`);
    if (status >= 300)
      throw new FailureError('partner-refused', `HTTP: ${mdn.url} answered our receipt with ${status}.`);
  }
  await database.inTransaction(async (tx) => {
    if (await finishWork(tx, work.id, work.attempts)) await setMdnSent(tx, work.subjectId, clock.now());
  });
  return true;
}
