import { FailureError, failureOf, nextStepAfter } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import type { Tx } from '../../store/database.ts';
import {
  beginAttempt,
  deliveryById,
  endAttempt,
  recordReceipt,
  type StoredDelivery,
} from '../../store/deliveries/delivery.ts';
import { markAvailable } from '../../store/deliveries/mark-available.ts';
import { readChunks } from '../../store/wire/chunks.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { OutboundDelivery, Receipt } from '../../transports/transport.ts';
import type { FlowContext } from '../context.ts';
import { deliverAnnouncement } from './announcement.ts';
import { delivered } from './delivered.ts';
import { channelGone, isMailbox, type TransportTable } from './transport-table.ts';

/** Sends what was composed: a retry, a repeat, or an announcement to a back office. */
export async function deliver(context: FlowContext, transports: TransportTable, work: Work): Promise<void> {
  const delivery = await deliveryById(context.database, work.subjectId);
  if (delivery === undefined) return deliverAnnouncement(context, work);
  if (delivery.state === 'sent' || delivery.state === 'available') return finishAlone(context, work);
  await deliverNow(context, transports, work, delivery.id, false);
}

/** One attempt: recorded before the wire is touched, its end after. The same bytes, name and key at every attempt. */
export async function deliverNow(
  context: FlowContext,
  transports: TransportTable,
  work: Work,
  deliveryId: string,
  attemptBegun: boolean,
): Promise<void> {
  const { database, clock } = context;
  const known = await context.configuration();
  const delivery = await deliveryById(database, deliveryId);
  if (delivery === undefined) throw new FailureError('bug', `The delivery ${deliveryId} is gone.`);
  const channel = known.channel(delivery.channel_id);
  if (channel === undefined) throw channelGone(delivery.channel_id);
  if (isMailbox(channel)) return makeAvailable(context, work, delivery);
  const number = attemptBegun ? 1 : await database.inTransaction((tx) => beginAttempt(tx, deliveryId, clock.now()));
  if (number === undefined) return finishAlone(context, work); // another worker's attempt arrived while this one began
  const attempt = { deliveryId, number };
  try {
    const receipt = await transports.transportOf(channel).send(outbound(context, delivery));
    await database.inTransaction(async (tx) => {
      if (!(await finishWork(tx, work.id, work.attempts))) return;
      const detail = receipt === 'receipt-follows' ? receipt : receipt.detail;
      await endAttempt(tx, attempt, clock.now(), { outcome: 'sent', detail });
      if (receipt !== 'receipt-follows') await receiveReceipt(context, tx, delivery, receipt);
    });
  } catch (thrown) {
    const failure = failureOf(thrown);
    const failed = nextStepAfter(failure.kind) === 'park';
    await endAttempt(database, attempt, clock.now(), { outcome: failure.kind, detail: failure.message, failed });
    throw failure;
  }
}

async function finishAlone({ database }: FlowContext, work: Work): Promise<void> {
  await database.inTransaction((tx) => finishWork(tx, work.id, work.attempts));
}

/** A repeat for a mailbox is there as soon as it is recorded. */
const makeAvailable = ({ database }: FlowContext, work: Work, delivery: StoredDelivery): Promise<void> =>
  database.inTransaction(async (tx) => {
    if (await finishWork(tx, work.id, work.attempts)) await markAvailable(tx, delivery.id);
  });

/** The other side has it: the receipt is kept, and what was owed is given. */
export async function receiveReceipt(
  context: FlowContext,
  tx: Tx,
  delivery: StoredDelivery,
  receipt: Receipt,
): Promise<void> {
  const at = context.clock.now();
  if (!(await recordReceipt(tx, delivery.id, receipt.kind, at, { detail: receipt.detail }))) return;
  await delivered(tx, delivery, at);
  await writeRows(tx, {}, [
    {
      at,
      type: 'delivery/sent',
      actor: 'gateway',
      company: delivery.company_id,
      usage: delivery.usage,
      data: { receipt: receipt.kind, fileName: delivery.file_name },
      objects: [
        { kind: 'delivery', id: delivery.id, qualifier: 'subject' },
        ...(delivery.interchange_id === null
          ? []
          : [{ kind: 'interchange', id: delivery.interchange_id, qualifier: 'sent' }]),
        ...(delivery.document_id === null ? [] : [{ kind: 'document', id: delivery.document_id, qualifier: 'sent' }]),
      ],
    },
  ]);
}

function outbound({ database }: FlowContext, delivery: StoredDelivery): OutboundDelivery {
  return {
    id: delivery.id,
    channelId: delivery.channel_id,
    fileName: delivery.file_name,
    byteLength: Number(delivery.byte_length),
    bytes: () => readChunks(database, delivery.raw_file_id),
    idempotencyKey: delivery.id,
    contentType: delivery.syntax === 'edifact' ? 'application/EDIFACT' : 'application/EDI-X12',
  };
}
