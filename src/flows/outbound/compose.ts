import type { Work } from '../../core/work.ts';
import { UnnamedError } from '../../parsers/edifact/acknowledge.ts';
import type { Tx } from '../../store/database.ts';
import { acknowledgmentForUpdate } from '../../store/deliveries/acknowledgment.ts';
import { deliveryOf, type StoredDelivery } from '../../store/deliveries/delivery.ts';
import { documentForUpdate } from '../../store/documents/document.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { FlowContext } from '../context.ts';
import { openConvoy } from '../convoy.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import type { WorkHandler } from '../run-work.ts';
import { sideBySide } from '../side-by-side.ts';
import { composeAcknowledgment } from './compose-acknowledgment.ts';
import { composeDocument } from './compose-document.ts';
import type { Sender } from './deliver.ts';
import { type Outgoing, outgoing, type ReadyDelivery, writeOutgoing } from './outgoing.ts';
import { channelGone, isMailbox } from './transport-table.ts';
import { withhold } from './withhold.ts';

/** What composing came to: a delivery with its attempt begun, one that another attempt composed, or nothing more to do. */
type Composed =
  | ({ readonly kind: 'ready' } & ReadyDelivery)
  | { readonly kind: 'composed-before'; readonly delivery: StoredDelivery }
  | { readonly kind: 'nothing' };
const nothingToSend: Composed = { kind: 'nothing' };

/**
 * Turns answers into bytes and sends them: composing commits with the first attempt recorded, then the wire is touched, then the receipt
 * is committed with the work. A worker that dies in between finds the delivery composed, and sends the same bytes again.
 *
 * Answers over one channel are composed in convoy: they take numbers from the same ranges.
 */
export function openComposer(context: FlowContext, sender: Sender): WorkHandler {
  const convoy = openConvoy((works: readonly Work[]) => composeTogether(context, works), {
    subjectOf: ({ subjectId }) => subjectId,
  });
  return async (work) => {
    const composed = await convoy.join(work.fairnessKey, work).catch(async (thrown: unknown) => {
      if (!(thrown instanceof UnnamedError)) throw thrown;
      await withhold(context, work, thrown.message);
      return nothingToSend;
    });
    if (composed.kind === 'ready') await sender.send(work, composed.delivery, 1, composed.bytes);
    if (composed.kind === 'composed-before') await sender.sendAgain(work, composed.delivery);
  };
}

async function composeTogether(context: FlowContext, works: readonly Work[]): Promise<readonly Composed[]> {
  const known = await context.configuration();
  return context.database.inTransaction(async (tx) => {
    const out = outgoing();
    const composed = await sideBySide(works.map((work) => composeOnce(context, known, tx, out, work)));
    await writeOutgoing(tx, out);
    return composed;
  });
}

async function composeOnce(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  out: Outgoing,
  work: Work,
): Promise<Composed> {
  const [document, acknowledgment] = await Promise.all([
    documentForUpdate(tx, work.subjectId),
    acknowledgmentForUpdate(tx, work.subjectId),
  ]);
  if (document !== undefined) {
    if (document.state !== 'entered') return composedBefore(tx, work);
    const agreement = known.agreement(document.agreement_id);
    const channel = known.channel(agreement.channel ?? '');
    if (channel === undefined) throw channelGone(agreement.channel ?? '');
    return sendBy(tx, work, isMailbox(channel), () =>
      composeDocument(context, known, tx, out, document, agreement, channel),
    );
  }
  if (acknowledgment?.state !== 'ready') return composedBefore(tx, work);
  const channel = known.channel(acknowledgment.channel_id);
  if (channel === undefined) throw channelGone(acknowledgment.channel_id);
  return sendBy(tx, work, isMailbox(channel), () =>
    composeAcknowledgment(context, known, tx, out, acknowledgment, channel),
  );
}

/** In a mailbox it is as soon as it is composed: this is then the last effect, and the work is finished with it. */
async function sendBy(
  tx: Tx,
  work: Work,
  mailbox: boolean,
  composing: () => Promise<ReadyDelivery>,
): Promise<Composed> {
  if (!mailbox) return { kind: 'ready', ...(await composing()) };
  if (await finishWork(tx, work.id, work.attempts)) await composing();
  return nothingToSend;
}

/** Another attempt composed it: then it only has to arrive. */
async function composedBefore(tx: Tx, work: Work): Promise<Composed> {
  const earlier = await deliveryOf(tx, work.subjectId);
  if (earlier !== undefined && earlier.state !== 'sent' && earlier.state !== 'available')
    return { kind: 'composed-before', delivery: earlier };
  await finishWork(tx, work.id, work.attempts);
  return nothingToSend;
}
