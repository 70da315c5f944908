import type { Work } from '../../core/work.ts';
import type { Tx } from '../../store/database.ts';
import { acknowledgmentForUpdate } from '../../store/deliveries/acknowledgment.ts';
import { deliveryOf } from '../../store/deliveries/delivery.ts';
import { documentForUpdate } from '../../store/documents/document.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { FlowContext } from '../context.ts';
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

/**
 * Turns an answer into bytes and sends them: composing commits with the first attempt recorded, then the wire is touched, then the receipt
 * is committed with the work. A worker that dies in between finds the delivery composed, and sends the same bytes again.
 */
export async function compose(context: FlowContext, transports: TransportTable, work: Work): Promise<void> {
  const composed = await context.database.inTransaction((tx) => composeOnce(context, tx, work));
  if (composed.deliveryId !== null) {
    await deliverNow(context, transports, work, composed.deliveryId, composed.attemptBegun);
  }
}

async function composeOnce(context: FlowContext, tx: Tx, work: Work): Promise<Composed> {
  const known = await context.configuration();
  const done = async (): Promise<Composed> => {
    await finishWork(tx, work.id, work.attempts);
    return { deliveryId: null, attemptBegun: false };
  };
  const document = await documentForUpdate(tx, work.subjectId);
  const acknowledgment = document === undefined ? await acknowledgmentForUpdate(tx, work.subjectId) : undefined;
  const subject = document ?? acknowledgment;
  if (subject === undefined) return done();
  if (subject.state !== 'entered' && subject.state !== 'ready') {
    const earlier = await deliveryOf(tx, work.subjectId);
    return earlier === undefined || earlier.state === 'sent' || earlier.state === 'available'
      ? done()
      : { deliveryId: earlier.id, attemptBegun: false };
  }
  const agreement = document === undefined ? undefined : known.agreement(document.agreement_id);
  const channelId = acknowledgment?.channel_id ?? agreement?.channel ?? '';
  const channel = known.channel(channelId);
  if (channel === undefined) throw channelGone(channelId);
  const deliveryId =
    document !== undefined && agreement !== undefined
      ? await composeDocument(context, known, tx, document, agreement, channel)
      : acknowledgment !== undefined
        ? await composeAcknowledgment(context, known, tx, acknowledgment, channel)
        : null;
  return deliveryId === null || isMailbox(channel) ? done() : { deliveryId, attemptBegun: true };
}
