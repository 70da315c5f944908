import { type FailureError, nextStepAfter } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import type { Agreement, Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import { endAttempt, type StoredDelivery } from '../../store/deliveries/delivery.ts';
import { type DeliverySoFar, deliverySoFar, markReplaced, troubleSince } from '../../store/deliveries/fallback.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { FlowContext } from '../context.ts';
import { gather, writeGathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { isMailbox } from './transport-table.ts';

/*
 * An agreement's channels in order: `channel`, then `fallback.channels`. A document begins with the first, so the way back needs nothing.
 *
 *   attempt fails ── it may pass ──▶ the channel is in trouble since its first failure after its last success
 *        │                             │ not yet `afterMinutes`: try again      │ since `afterMinutes`: the next channel
 *        └─ a person must act (login, host key, folder) ──────────────────────────▶ the next channel, at once
 *
 * Trouble is the channel's and not the delivery's: in an outage only the first document waits for it, those after it try once. Our own
 * failures (database, disk, a bug) are nobody's trouble. The next channel gets a delivery of its own: how far an upload or a message came
 * is kept by delivery, and is of no meaning on another server.
 *
 * Twice: where one attempt is not certain to have given the partner nothing (an answer was lost, a receipt is missing), the channel is
 * left only under `whenUnsure: send`, and the Event says so. Else the same channel is tried again, where a repeat is known as one.
 */

/** What is known of an attempt that failed. */
interface FailedAttempt {
  readonly work: Work;
  readonly delivery: StoredDelivery;
  readonly number: number;
  readonly failure: FailureError;
}

/** Nobody can be asked again with other words: these are failures of ours before the wire is touched. */
const beforeTheWire: ReadonlySet<string> = new Set(['config-invalid', 'credential-missing']);
const ofTheChannel: ReadonlySet<string> = new Set([
  ...beforeTheWire,
  'partner-unreachable',
  'partner-refused-for-now',
  'partner-refused',
]);

/** Whether it is certain that a failed attempt gave the partner nothing. */
export const gaveNothing = (failure: FailureError): boolean => failure.nothingSent || beforeTheWire.has(failure.kind);

/**
 * Lets a document leave by the next channel of its agreement when its own cannot carry it: ends the attempt and the work, and makes a
 * delivery of the same bytes for the other channel. False when it stays where it is; nothing is written then but the channel's trouble.
 */
export async function fallOver(
  context: FlowContext,
  known: KnownConfiguration,
  attempt: FailedAttempt,
): Promise<boolean> {
  const { delivery, failure, number } = attempt;
  if (!known.inFallback.has(delivery.channel_id) || !ofTheChannel.has(failure.kind)) return false;
  const at = context.clock.now();
  return context.database.inTransaction(async (tx) => {
    const passes = nextStepAfter(failure.kind) === 'retry';
    const since = passes ? await troubleSince(tx, delivery.channel_id, at) : at;
    const soFar = await deliverySoFar(tx, delivery.id, number);
    const agreement = known.agreements.find(({ id }) => id === soFar?.agreement_id);
    const next = agreement === undefined ? undefined : nextChannel(known, agreement, delivery.channel_id);
    if (soFar === undefined || agreement?.fallback === undefined || next === undefined) return false;
    const { afterMinutes, whenUnsure } = agreement.fallback;
    if (passes && at.getTime() - since.getTime() < afterMinutes * 60_000) return false;
    const mayHaveArrived = soFar.may_have_arrived || !gaveNothing(failure);
    if (mayHaveArrived && whenUnsure === 'hold') return false;
    return replace(context, tx, attempt, next, { at, mayHaveArrived });
  });
}

function nextChannel(
  known: KnownConfiguration,
  { channel, fallback }: Agreement,
  current: string,
): Channel | undefined {
  const order = [channel, ...(fallback?.channels ?? [])];
  const place = order.indexOf(current);
  const next = place === -1 ? undefined : order[place + 1];
  return next === undefined || next === null ? undefined : known.channel(next);
}

async function replace(
  { newId }: FlowContext,
  tx: Tx,
  { work, delivery, number, failure }: FailedAttempt,
  next: Channel,
  { at, mayHaveArrived }: { readonly at: Date } & { readonly mayHaveArrived: DeliverySoFar['may_have_arrived'] },
): Promise<boolean> {
  await endAttempt(tx, {
    deliveryId: delivery.id,
    number,
    at,
    outcome: failure.kind,
    detail: failure.message,
    nothingSent: gaveNothing(failure),
  });
  // Another worker has it, or a receipt came: then there is nothing to do here, and nothing to try again either.
  if (!(await finishWork(tx, work.id, work.attempts))) return true;
  if (!(await markReplaced(tx, delivery.id))) return true;
  const id = newId();
  const transmissionId = newId();
  const mailbox = isMailbox(next);
  const gathered = gather();
  gathered.rows.transmission = [
    {
      id: transmissionId,
      direction: 'out',
      channel_id: next.id,
      source_key: null,
      name: delivery.file_name,
      headers: {},
      remote: null,
      at,
    },
  ];
  gathered.rows.delivery = [
    {
      id,
      transmission_id: transmissionId,
      raw_file_id: delivery.raw_file_id,
      interchange_id: delivery.interchange_id,
      company_id: delivery.company_id,
      partner_id: delivery.partner_id,
      usage: delivery.usage,
      channel_id: next.id,
      file_name: delivery.file_name,
      document_id: delivery.document_id,
      acknowledgment_id: delivery.acknowledgment_id,
      state: mailbox ? 'available' : 'ready',
      at,
      sent_at: null,
    },
  ];
  gathered.events.push({
    at,
    type: 'delivery/fell-over',
    actor: 'gateway',
    reason: failure.message,
    company: delivery.company_id,
    usage: delivery.usage,
    data: { from: delivery.channel_id, to: next.id, failure: failure.kind, mayHaveArrived },
    objects: [
      { kind: 'delivery', id: delivery.id, qualifier: 'replaced' },
      { kind: 'delivery', id, qualifier: 'subject' },
      { kind: 'channel', id: delivery.channel_id, qualifier: 'failed' },
      ...(delivery.document_id === null ? [] : [{ kind: 'document', id: delivery.document_id, qualifier: 'carried' }]),
    ],
  });
  if (!mailbox) gathered.work.push({ kind: 'deliver', subjectId: id, fairnessKey: next.id, orderKey: work.orderKey });
  await writeGathered(tx, gathered);
  return true;
}
