import type { Work } from '../../core/work.ts';
import type { Tx } from '../../store/database.ts';
import { acknowledgmentForUpdate } from '../../store/deliveries/acknowledgment.ts';
import { deliveryOf } from '../../store/deliveries/delivery.ts';
import { documentForUpdate } from '../../store/documents/document.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { composeAcknowledgment } from './compose-acknowledgment.ts';
import { composeDocument } from './compose-document.ts';
import { deliverNow } from './deliver.ts';
import { channelGone, isMailbox, type TransportTable } from './transport-table.ts';

/** What composing came to: a delivery that is still to be sent, or nothing more to do. */
interface Composed {
  readonly deliveryId: string | null;
  /** Composing recorded the first attempt with what it sends. */
  readonly attemptBegun: boolean;
}
const nothingToSend: Composed = { deliveryId: null, attemptBegun: false };

/**
 * Turns an answer into bytes and sends them: composing commits with the first attempt recorded, then the wire is touched, then the receipt
 * is committed with the work. A worker that dies in between finds the delivery composed, and sends the same bytes again.
 */
export async function compose(context: FlowContext, transports: TransportTable, work: Work): Promise<void> {
  const known = await context.configuration();
  const composed = await context.database.inTransaction((tx) => composeOnce(context, known, tx, work));
  if (composed.deliveryId !== null) {
    await deliverNow(context, transports, work, composed.deliveryId, composed.attemptBegun);
  }
}

async function composeOnce(context: FlowContext, known: KnownConfiguration, tx: Tx, work: Work): Promise<Composed> {
  const document = await documentForUpdate(tx, work.subjectId);
  if (document !== undefined) {
    if (document.state !== 'entered') return composedBefore(tx, work);
    const agreement = known.agreement(document.agreement_id);
    const channel = known.channel(agreement.channel ?? '');
    if (channel === undefined) throw channelGone(agreement.channel ?? '');
    return sendBy(tx, work, isMailbox(channel), () =>
      composeDocument(context, known, tx, document, agreement, channel),
    );
  }
  const acknowledgment = await acknowledgmentForUpdate(tx, work.subjectId);
  if (acknowledgment?.state !== 'ready') return composedBefore(tx, work);
  const channel = known.channel(acknowledgment.channel_id);
  if (channel === undefined) throw channelGone(acknowledgment.channel_id);
  return sendBy(tx, work, isMailbox(channel), () => composeAcknowledgment(context, known, tx, acknowledgment, channel));
}

/** In a mailbox it is as soon as it is composed: this is then the last effect, and the work is finished with it. */
async function sendBy(tx: Tx, work: Work, mailbox: boolean, composing: () => Promise<string>): Promise<Composed> {
  if (!mailbox) return { deliveryId: await composing(), attemptBegun: true };
  if (await finishWork(tx, work.id, work.attempts)) await composing();
  return nothingToSend;
}

/** Another attempt composed it: then it only has to arrive. */
async function composedBefore(tx: Tx, work: Work): Promise<Composed> {
  const earlier = await deliveryOf(tx, work.subjectId);
  if (earlier !== undefined && earlier.state !== 'sent' && earlier.state !== 'available')
    return { deliveryId: earlier.id, attemptBegun: false };
  await finishWork(tx, work.id, work.attempts);
  return nothingToSend;
}
