import type { Channel } from '../../partners/configuration.ts';
import { fileNameOf } from '../../partners/file-name.ts';
import type { StoredDelivery } from '../../store/deliveries/delivery.ts';
import type { DeliveryRow } from '../../store/rows/outbound.ts';
import type { Rows } from '../../store/rows.ts';
import type { NewEvent } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { isMailbox } from './transport-table.ts';
import type { WrittenRows } from './written.ts';

export interface Written {
  readonly rawFileId: string;
  readonly channel: Channel;
  readonly company: string;
  readonly partner: string;
  readonly usage: 'test' | 'production';
  /** "855", "997": part of the file's name. */
  readonly message: string;
  readonly documentId: string | null;
  readonly acknowledgmentId: string | null;
}

/** What was written, with its delivery: still to be put down. A mailbox has it at once, every other channel is still to send it. */
export interface Entered {
  readonly delivery: StoredDelivery;
  readonly rows: Rows;
  readonly event: NewEvent;
}

export function enterWritten(context: FlowContext, of: Written, rows: WrittenRows): Entered {
  const { newId, clock } = context;
  const at = clock.now();
  const id = newId();
  const transmissionId = newId();
  const settings = of.channel.settings;
  const template = 'fileName' in settings ? settings.fileName : '{message}-{controlNumber}.edi';
  const controlNumber = rows.interchange.control_number;
  const fileName = fileNameOf(template, {
    partner: of.partner,
    message: of.message,
    controlNumber,
    usage: of.usage,
    deliveryId: id,
    date: at.toISOString().slice(0, 10).replaceAll('-', ''),
    time: at.toISOString().slice(11, 19).replaceAll(':', ''),
  });
  const owned = { company_id: of.company, partner_id: of.partner, usage: of.usage, channel_id: of.channel.id };
  const delivery: DeliveryRow = {
    id,
    transmission_id: transmissionId,
    raw_file_id: of.rawFileId,
    interchange_id: rows.interchange.id,
    ...owned,
    file_name: fileName,
    document_id: of.documentId,
    acknowledgment_id: of.acknowledgmentId,
    state: isMailbox(of.channel) ? 'available' : 'sending',
    at,
    sent_at: null,
  };
  return {
    delivery: { ...delivery, byte_length: BigInt(rows.byteLength), syntax: rows.interchange.syntax },
    rows: {
      transmission: [
        {
          id: transmissionId,
          direction: 'out',
          channel_id: of.channel.id,
          source_key: null,
          name: fileName,
          headers: {},
          remote: null,
          at,
        },
      ],
      raw_file: [
        {
          id: of.rawFileId,
          transmission_id: transmissionId,
          ordinal: 1,
          direction: 'out',
          channel_id: of.channel.id,
          sha256: rows.sha256,
          byte_length: rows.byteLength,
          state: 'composed',
          at,
        },
      ],
      interchange: [rows.interchange],
      functional_group: [...rows.groups],
      transaction: [...rows.transactions],
      delivery: [delivery],
      // The first attempt is recorded with what it sends, before the wire is touched.
      ...(isMailbox(of.channel)
        ? {}
        : {
            delivery_attempt: [
              { delivery_id: id, number: 1, started_at: at, finished_at: null, outcome: null, detail: null },
            ],
          }),
    },
    event: {
      at,
      type: 'interchange/composed',
      actor: 'gateway',
      company: of.company,
      usage: of.usage,
      data: { message: of.message, controlNumber, fileName },
      objects: [
        { kind: 'interchange', id: rows.interchange.id, qualifier: 'composed' },
        { kind: 'delivery', id, qualifier: 'carries' },
        ...(of.documentId === null ? [] : [{ kind: 'document', id: of.documentId, qualifier: 'said' }]),
        ...(of.acknowledgmentId === null
          ? []
          : [{ kind: 'acknowledgment', id: of.acknowledgmentId, qualifier: 'said' }]),
      ],
    },
  };
}
