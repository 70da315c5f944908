import { type FailureError, nextStepAfter } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import type { Agreement, Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import { endAttempt, type StoredDelivery } from '../../store/deliveries/delivery.ts';
import { type DeliverySoFar, deliverySoFar, markReplaced, troubleSince } from '../../store/deliveries/fallback.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answeringAgreement } from '../split/whose.ts';
import { standIn } from './stand-in.ts';

/*
 * An agreement's channels in order: `channel`, then `fallback.channels`; for an acknowledgment of ours the channel that it goes back by,
 * then the `fallback.channels` of the agreement that says how it is written. What leaves begins with the first, so the way back needs
 * nothing.
 *
 *   attempt fails ── it may pass ──▶ the channel is in trouble since its first failure after its last success
 *        │                             │ not yet `afterMinutes`: try again, then at the latest │ since `afterMinutes`: the next channel
 *        └─ a person must act (login, host key, folder) ──────────────────────────▶ the next channel, at once
 *        └─ they refuse the content ──▶ parked: the channel is well, and another would only hide that the document is wrong
 *
 * Trouble is the channel's and not the delivery's: in an outage only the first document waits for it, those after it try once. Our own
 * failures (database, disk, a bug) are nobody's trouble. The next channel gets a delivery of its own: how far an upload or a message came
 * is kept by delivery, and is of no meaning on another server.
 *
 * Twice: where one attempt is not certain to have given the partner nothing (an answer was lost, a receipt is missing, we were killed), the
 * channel is left only under `whenUnsure: send`, and the Event says so. Else the same channel is tried again, where a repeat is known as one.
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

/** What follows a failed attempt: another channel carries it, or the same one tries again, by then at the latest when a time is given. */
export type FellOver = { readonly kind: 'over' } | { readonly kind: 'stays'; readonly tryAgainBy: Date | null };
const stays: FellOver = { kind: 'stays', tryAgainBy: null };

/**
 * Lets a document or an acknowledgment leave by the next channel of its agreement when its own cannot carry it: ends the attempt and the
 * work, and makes a delivery of the same bytes for the other channel. When it stays, nothing is written but the channel's trouble.
 */
export async function fallOver(
  context: FlowContext,
  known: KnownConfiguration,
  attempt: FailedAttempt,
): Promise<FellOver> {
  const { delivery, failure, number } = attempt;
  if (!known.inFallback.has(delivery.channel_id) || !ofTheChannel.has(failure.kind) || failure.isOfContent)
    return stays;
  const at = context.clock.now();
  return context.database.inTransaction(async (tx) => {
    const passes = nextStepAfter(failure.kind) === 'retry';
    const since = passes ? await troubleSince(tx, delivery.channel_id, at) : at;
    const soFar = await deliverySoFar(tx, delivery.id, number);
    const agreement = soFar === undefined ? undefined : agreementOf(known, delivery, soFar);
    const next =
      soFar === undefined || agreement === undefined ? undefined : nextChannel(known, agreement, delivery, soFar);
    if (soFar === undefined || agreement?.fallback === undefined || next === undefined) return stays;
    const { afterMinutes, whenUnsure } = agreement.fallback;
    const mayHaveArrived = soFar.may_have_arrived || !gaveNothing(failure);
    if (mayHaveArrived && whenUnsure === 'hold') return stays;
    const turn = since.getTime() + afterMinutes * 60_000;
    if (passes && at.getTime() < turn) return { kind: 'stays', tryAgainBy: new Date(turn) };
    await replace(context, tx, attempt, next, { at, mayHaveArrived });
    return { kind: 'over' };
  });
}

/** Whose order of channels it is: a document's own agreement's, or the one's that says how their interchange is acknowledged. */
function agreementOf(
  known: KnownConfiguration,
  { company_id: company, partner_id: partner, usage }: StoredDelivery,
  { agreement_id, answered }: DeliverySoFar,
): Agreement | undefined {
  if (answered === null) return known.agreements.find(({ id }) => id === agreement_id);
  const { syntax, sender, receiver } = answered;
  return answeringAgreement(known.between(company, partner), {
    company,
    partner,
    usage,
    syntax,
    ours: { ...receiver, syntax },
    theirs: { ...sender, syntax },
  });
}

/** The next one that has not had its turn; none when all have. */
function nextChannel(
  known: KnownConfiguration,
  { direction, channel, fallback }: Agreement,
  { channel_id: current }: StoredDelivery,
  { channels: tried }: DeliverySoFar,
): Channel | undefined {
  const order = [...(direction === 'out' && channel !== null ? [channel] : []), ...(fallback?.channels ?? [])];
  const next = order.slice(order.indexOf(current) + 1).find((id) => !tried.includes(id));
  return next === undefined ? undefined : known.channel(next);
}

async function replace(
  context: FlowContext,
  tx: Tx,
  { work, delivery, number, failure }: FailedAttempt,
  next: Channel,
  { at, mayHaveArrived }: { readonly at: Date; readonly mayHaveArrived: boolean },
): Promise<void> {
  await endAttempt(tx, {
    deliveryId: delivery.id,
    number,
    at,
    outcome: failure.kind,
    detail: failure.message,
    nothingSent: gaveNothing(failure),
  });
  // Another worker has it, or a receipt came: then there is nothing to do here, and nothing to try again either.
  if (!(await finishWork(tx, work.id, work.attempts))) return;
  if (!(await markReplaced(tx, delivery.id))) return;
  await standIn(context, tx, delivery, next, {
    at,
    type: 'delivery/fell-over',
    actor: 'gateway',
    reason: failure.message,
    data: { failure: failure.kind, mayHaveArrived },
    orderKey: work.orderKey,
  });
}
