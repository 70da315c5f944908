import { FailureError } from '../../core/failure.ts';
import { canSend } from '../../partners/check-agreement.ts';
import type { Tx } from '../../store/database.ts';
import { deliveryById } from '../../store/deliveries/delivery.ts';
import { isUncertain, withdraw } from '../../store/deliveries/fallback.ts';
import { openWorkOn } from '../../store/work/pending-work.ts';
import { cancelWork } from '../../store/work/release-work.ts';
import type { FlowContext } from '../context.ts';
import type { ActedBy } from '../remittances/settling.ts';
import { standIn } from './stand-in.ts';

/**
 * A person lets what has not arrived leave by another channel of its partner: by one that is no fallback, or by the first one again. Gives
 * the new delivery's id. FailureError `not-found`, and `usage-wrong` when it has arrived, is being sent at this moment, or the channel is
 * none; nothing is changed then.
 */
export async function reroute(
  context: FlowContext,
  tx: Tx,
  deliveryId: string,
  channelName: string,
  { actor, reason }: ActedBy,
): Promise<string> {
  const delivery = await deliveryById(tx, deliveryId);
  if (delivery === undefined) throw new FailureError('not-found', `There is no delivery ${deliveryId}.`);
  const next = (await context.configuration()).channel(`${delivery.partner_id}/${channelName}`);
  if (next === undefined || !canSend(next))
    throw new FailureError('usage-wrong', `${delivery.partner_id} has no channel '${channelName}' that can send.`);
  if (next.id === delivery.channel_id)
    throw new FailureError('usage-wrong', `The delivery ${deliveryId} leaves by ${next.id} already.`);
  const subjects = [delivery.id, delivery.document_id, delivery.acknowledgment_id].filter((id) => id !== null);
  const open = await openWorkOn(tx, ['deliver', 'compose'], subjects);
  for (const { id } of open)
    if (!(await cancelWork(tx, id)))
      throw new FailureError('usage-wrong', `The delivery ${deliveryId} is being sent at this moment: ask again.`);
  if (!(await withdraw(tx, deliveryId)))
    throw new FailureError('usage-wrong', `The delivery ${deliveryId} is ${delivery.state}: it cannot be rerouted.`);
  return standIn(context, tx, delivery, next, {
    at: context.clock.now(),
    type: 'delivery/rerouted',
    actor,
    reason,
    // From a mailbox they may have fetched it, and not said so yet.
    data: { mayHaveArrived: delivery.state === 'available' || (await isUncertain(tx, deliveryId)) },
    orderKey: open[0]?.order_key ?? null,
  });
}
