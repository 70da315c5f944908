import type { Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import type { StoredDelivery } from '../../store/deliveries/delivery.ts';
import type { FlowContext } from '../context.ts';
import { gather, writeGathered } from '../gathered.ts';
import { isMailbox } from './transport-table.ts';

/** Why another channel takes over, and who said so. */
export interface TakingOver {
  readonly at: Date;
  readonly type: 'delivery/fell-over' | 'delivery/rerouted';
  readonly actor: string;
  readonly reason: string;
  /** Beside both channels. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly orderKey: string | null;
}

/**
 * A delivery of the same bytes under the same name by another channel, in the place of one that is marked as replaced; with its Event and
 * its work. Gives its id.
 */
export async function standIn(
  { newId }: FlowContext,
  tx: Tx,
  delivery: StoredDelivery,
  next: Channel,
  { at, type, actor, reason, data, orderKey }: TakingOver,
): Promise<string> {
  const id = newId();
  const transmissionId = newId();
  const mailbox = isMailbox(next);
  const { company_id, partner_id, usage, file_name, raw_file_id, interchange_id, document_id, acknowledgment_id } =
    delivery;
  const gathered = gather();
  gathered.rows.transmission = [
    {
      id: transmissionId,
      direction: 'out',
      channel_id: next.id,
      source_key: null,
      name: file_name,
      headers: {},
      remote: null,
      at,
    },
  ];
  gathered.rows.delivery = [
    {
      id,
      transmission_id: transmissionId,
      raw_file_id,
      interchange_id,
      company_id,
      partner_id,
      usage,
      channel_id: next.id,
      file_name,
      document_id,
      acknowledgment_id,
      state: mailbox ? 'available' : 'ready',
      replaces: delivery.id,
      at,
      sent_at: null,
    },
  ];
  gathered.events.push({
    at,
    type,
    actor,
    reason,
    company: company_id,
    usage,
    data: { from: delivery.channel_id, to: next.id, ...data },
    objects: [
      { kind: 'delivery', id: delivery.id, qualifier: 'replaced' },
      { kind: 'delivery', id, qualifier: 'subject' },
      { kind: 'channel', id: delivery.channel_id, qualifier: 'left' },
      ...(document_id === null ? [] : [{ kind: 'document', id: document_id, qualifier: 'carried' }]),
      ...(acknowledgment_id === null ? [] : [{ kind: 'acknowledgment', id: acknowledgment_id, qualifier: 'carried' }]),
    ],
  });
  if (!mailbox) gathered.work.push({ kind: 'deliver', subjectId: id, fairnessKey: next.id, orderKey });
  await writeGathered(tx, gathered);
  return id;
}
