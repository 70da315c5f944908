import { failureOf, nextStepAfter, withTryAgainBy } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import type { Tx } from '../../store/database.ts';
import {
  beginAttempt,
  deliveryById,
  endAttempt,
  recordReceipt,
  type StoredDelivery,
} from '../../store/deliveries/delivery.ts';
import { endTrouble, withdrawOthers } from '../../store/deliveries/fallback.ts';
import { markAvailable } from '../../store/deliveries/mark-available.ts';
import { readChunks } from '../../store/wire/chunks.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { OutboundDelivery, Receipt, ReceiptDue } from '../../transports/transport.ts';
import type { FlowContext } from '../context.ts';
import { openConvoy } from '../convoy.ts';
import { type Gathered, gather, writeGathered } from '../gathered.ts';
import { sideBySide } from '../side-by-side.ts';
import { deliverAnnouncement } from './announcement.ts';
import { delivered } from './delivered.ts';
import { fallOver, gaveNothing } from './fall-over.ts';
import { channelGone, isMailbox, type TransportTable } from './transport-table.ts';

/** Sends what was composed: the same bytes, name and key at every attempt. */
export interface Sender {
  /** Sends with an attempt that is recorded already; `bytes` when they are at hand. */
  send(work: Work, delivery: StoredDelivery, attemptNumber: number, bytes: Uint8Array | null): Promise<void>;
  /** Records another attempt, then sends. */
  sendAgain(work: Work, delivery: StoredDelivery): Promise<void>;
}

interface Arrival {
  readonly work: Work;
  readonly delivery: StoredDelivery;
  readonly attemptNumber: number;
  readonly receipt: Receipt | ReceiptDue | 'receipt-follows';
}

export function openSender(context: FlowContext, transports: TransportTable): Sender {
  const { database, clock } = context;
  const arrivals = openConvoy((together: readonly Arrival[]) => recordArrivals(context, together), {
    subjectOf: ({ delivery }) => delivery.id,
  });

  const send: Sender['send'] = async (work, delivery, attemptNumber, bytes) => {
    const known = await context.configuration();
    const channel = known.channel(delivery.channel_id);
    if (channel === undefined) throw channelGone(delivery.channel_id);
    try {
      const receipt = await transports.transportOf(channel).send(outbound(context, delivery, attemptNumber, bytes));
      await arrivals.join('all', { work, delivery, attemptNumber, receipt });
    } catch (thrown) {
      const failure = failureOf(thrown);
      const fell = await fallOver(context, known, { work, delivery, number: attemptNumber, failure });
      if (fell.kind === 'over') return;
      const failed = nextStepAfter(failure.kind) === 'park';
      await endAttempt(database, {
        deliveryId: delivery.id,
        number: attemptNumber,
        at: clock.now(),
        outcome: failure.kind,
        detail: failure.message,
        failed,
        nothingSent: gaveNothing(failure),
      });
      throw fell.tryAgainBy === null ? failure : withTryAgainBy(failure, fell.tryAgainBy);
    }
  };
  return {
    send,
    async sendAgain(work, delivery) {
      const channel = (await context.configuration()).channel(delivery.channel_id);
      if (channel === undefined) throw channelGone(delivery.channel_id);
      if (isMailbox(channel)) return makeAvailable(context, work, delivery);
      const number = await database.inTransaction((tx) => beginAttempt(tx, delivery.id, clock.now()));
      if (number === undefined) return finishAlone(context, work); // another worker's attempt arrived while this one began
      await send(work, delivery, number, null);
    },
  };
}

/** A retry, a repeat, a receipt of ours, or an announcement to a back office. */
export async function deliver(
  context: FlowContext,
  sender: Sender,
  work: Work,
  deliverMdn?: TransportTable['deliverMdn'],
): Promise<void> {
  const delivery = await deliveryById(context.database, work.subjectId);
  if (delivery === undefined) {
    if ((await deliverMdn?.(work)) === true) return;
    return deliverAnnouncement(context, work);
  }
  if (delivery.state === 'sent' || delivery.state === 'available' || delivery.state === 'replaced')
    return finishAlone(context, work);
  await sender.sendAgain(work, delivery);
}

async function finishAlone({ database }: FlowContext, work: Work): Promise<void> {
  await database.inTransaction((tx) => finishWork(tx, work.id, work.attempts));
}

/** A repeat for a mailbox is there as soon as it is recorded. */
const makeAvailable = ({ database }: FlowContext, work: Work, delivery: StoredDelivery): Promise<void> =>
  database.inTransaction(async (tx) => {
    if (await finishWork(tx, work.id, work.attempts)) await markAvailable(tx, delivery.id);
  });

/** Whatever arrived while the last ones were recorded is recorded together: one flush of the log for all of it. */
const recordArrivals = async (context: FlowContext, arrivals: readonly Arrival[]): Promise<readonly undefined[]> => {
  const { inFallback } = await context.configuration();
  const well = new Set(arrivals.map(({ delivery }) => delivery.channel_id).filter((id) => inFallback.has(id)));
  return context.database.inTransaction(async (tx) => {
    const gathered = gather();
    await sideBySide(arrivals.map((arrival) => recordArrival(context, tx, gathered, arrival)));
    if (well.size > 0) await endTrouble(tx, [...well]);
    await writeGathered(tx, gathered);
    return arrivals.map(() => undefined);
  });
};

async function recordArrival(
  context: FlowContext,
  tx: Tx,
  gathered: Gathered,
  { work, delivery, attemptNumber, receipt }: Arrival,
): Promise<void> {
  if (!(await finishWork(tx, work.id, work.attempts))) return;
  const detail =
    receipt === 'receipt-follows' ? receipt : receipt.kind === 'receipt-due' ? receipt.kind : receipt.detail;
  const at = context.clock.now();
  await endAttempt(tx, { deliveryId: delivery.id, number: attemptNumber, at, outcome: 'sent', detail });
  if (receipt === 'receipt-follows') return;
  if (receipt.kind !== 'receipt-due') return receiveReceipt(context, tx, gathered, delivery, receipt);
  // No receipt by then: the same message goes out once more. When it has come meanwhile, this work finds the delivery sent, and ends.
  gathered.work.push({
    kind: 'deliver',
    subjectId: delivery.id,
    fairnessKey: work.fairnessKey,
    notBefore: new Date(at.getTime() + receipt.dueMs),
  });
}

/** No other channel had to do with it. */
const alone = { arrived_by: null, withdrawn: [] } as const;

/** The other side has it: the receipt is kept, and what was owed is given. */
export async function receiveReceipt(
  context: FlowContext,
  tx: Tx,
  gathered: Gathered,
  delivery: StoredDelivery,
  receipt: Receipt,
): Promise<void> {
  const at = context.clock.now();
  if (
    !(await recordReceipt(tx, { deliveryId: delivery.id, kind: receipt.kind, at, detail: { detail: receipt.detail } }))
  )
    return;
  const { inFallback } = await context.configuration();
  const { arrived_by: before, withdrawn } =
    inFallback.has(delivery.channel_id) || (delivery.replaces ?? null) !== null
      ? await withdrawOthers(tx, delivery.id)
      : alone;
  // What arrives a second time, over another channel, meets no expectation twice.
  if (before === null) await delivered(tx, delivery, at);
  gathered.events.push({
    at,
    type: before === null ? 'delivery/sent' : 'delivery/arrived-twice',
    actor: 'gateway',
    company: delivery.company_id,
    usage: delivery.usage,
    data: {
      receipt: receipt.kind,
      fileName: delivery.file_name,
      channel: delivery.channel_id,
      ...(before === null ? {} : { alsoBy: before }),
      ...(withdrawn.length === 0 ? {} : { withdrawn }),
    },
    objects: [
      { kind: 'delivery', id: delivery.id, qualifier: 'subject' },
      ...(delivery.interchange_id === null
        ? []
        : [{ kind: 'interchange', id: delivery.interchange_id, qualifier: 'sent' }]),
      ...(delivery.document_id === null ? [] : [{ kind: 'document', id: delivery.document_id, qualifier: 'sent' }]),
    ],
  });
}

function outbound(
  { database }: FlowContext,
  delivery: StoredDelivery,
  attemptNumber: number,
  bytes: Uint8Array | null,
): OutboundDelivery {
  return {
    id: delivery.id,
    channelId: delivery.channel_id,
    fileName: delivery.file_name,
    byteLength: Number(delivery.byte_length),
    bytes: () => (bytes === null ? readChunks(database, delivery.raw_file_id) : atHand(bytes)),
    idempotencyKey: delivery.id,
    contentType: delivery.syntax === 'edifact' ? 'application/EDIFACT' : 'application/EDI-X12',
    isFirstAttempt: attemptNumber === 1,
  };
}

async function* atHand(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
