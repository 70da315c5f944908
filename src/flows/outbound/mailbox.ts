import { deliveryById, mailboxOf, type StoredDelivery } from '../../store/deliveries/delivery.ts';
import { readChunks } from '../../store/wire/chunks.ts';
import type { Mailbox, MailboxEntry } from '../../transports/http/mailbox.ts';
import type { FlowContext } from '../context.ts';
import { gather, writeGathered } from '../gathered.ts';
import { receiveReceipt } from './deliver.ts';

const contentTypeOf = (syntax: string): string =>
  syntax === 'edifact' ? 'application/EDIFACT' : 'application/EDI-X12';

/** What waits for partners on our listener, kept in the database, so that every process may answer for it. */
export function mailboxFor(context: FlowContext): Mailbox {
  const { database } = context;
  const own = async (
    channelId: string,
    deliveryId: string,
    states: readonly StoredDelivery['state'][],
  ): Promise<StoredDelivery | undefined> => {
    if (!/^[0-9a-f-]{36}$/.test(deliveryId)) return undefined;
    const delivery = await deliveryById(database, deliveryId);
    return delivery?.channel_id === channelId && states.includes(delivery.state) ? delivery : undefined;
  };
  return {
    async list(channelId, countMax) {
      const waiting = await mailboxOf(database, channelId, countMax);
      return waiting.map(
        ({ id, file_name, byte_length, at, syntax }): MailboxEntry => ({
          id,
          fileName: file_name,
          byteLength: Number(byte_length),
          contentType: contentTypeOf(syntax),
          createdAt: at.toISOString(),
        }),
      );
    },
    async open(channelId, deliveryId) {
      const delivery = await own(channelId, deliveryId, ['available', 'sent']);
      if (delivery === undefined) return undefined;
      const { id, file_name, byte_length, syntax, raw_file_id } = delivery;
      const entry = {
        id,
        fileName: file_name,
        byteLength: Number(byte_length),
        contentType: contentTypeOf(syntax),
        createdAt: delivery.at.toISOString(),
      };
      return { entry, bytes: readChunks(database, raw_file_id) };
    },
    async confirm(channelId, deliveryId, receipt) {
      // `replaced`: fetched before it was given to another channel, and now they have it.
      const delivery = await own(channelId, deliveryId, ['available', 'sent', 'replaced']);
      if (delivery === undefined) return false;
      await database.inTransaction(async (tx) => {
        const gathered = gather();
        await receiveReceipt(context, tx, gathered, delivery, receipt);
        await writeGathered(tx, gathered);
      });
      return true;
    },
  };
}
