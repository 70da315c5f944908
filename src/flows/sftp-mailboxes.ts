import { FailureError } from '../core/failure.ts';
import type { Channel } from '../partners/configuration.ts';
import { deliveryById } from '../store/deliveries/delivery.ts';
import {
  closedUploads,
  findUploadRow,
  listUploads,
  putUpload,
  removeUploadRow,
  type UploadRow,
  uploadUsage,
} from '../store/sftp/uploads.ts';
import { deliveryChunk, findWaiting, leftLately, listWaiting, type WaitingRow } from '../store/sftp/waiting.ts';
import { chunkBytes } from '../store/wire/chunks.ts';
import { sftpFetchedMs } from '../transports/limits.ts';
import type { Account, Inbox, Outbox, Upload, Waiting } from '../transports/sftp/server/mailbox.ts';
import type { FlowContext } from './context.ts';
import { gather, writeGathered } from './gathered.ts';
import { receiveReceipt } from './outbound/deliver.ts';

/** The account that a channel of our SFTP server is; undefined for channels of other kinds. */
export function accountOfChannel({ id, settings, fileBytesMax }: Channel): Account | undefined {
  if (settings.kind !== 'sftp-mailbox') return undefined;
  const { mayList, mayDelete, mayRename, mayOverwrite, leavesWhen } = settings;
  // A date is the last day on which it is good.
  const until = (day: string | null): string | null => (day === null ? null : `${day}T23:59:59.999Z`);
  return {
    channelId: id,
    username: settings.username,
    keys: settings.keys.map(({ publicKey, expiresOn }) => ({ publicKey, expiresAt: until(expiresOn) })),
    passwords: settings.passwords.map(({ scrypt, expiresOn }) => ({ scrypt, expiresAt: until(expiresOn) })),
    login: settings.login,
    fileBytesMax,
    settleMs: settings.takeWhen === 'settled' ? settings.settleMs : null,
    quotaBytes: settings.quotaBytes,
    quotaFiles: settings.quotaFiles,
    inbox: { name: settings.inboxName, mayList, mayDelete, mayRename, mayOverwrite },
    outbox: { name: settings.outboxName, mayList, mayDelete, leavesWhen },
  };
}

/** What lies in the outboxes: deliveries that are available. */
export function sftpOutboxes(context: FlowContext): Outbox {
  const { database } = context;
  return {
    chunkBytes,
    list: async (channelId, after, countMax) =>
      (await listWaiting(database, channelId, after?.id ?? null, countMax)).map(waitingOf),
    async find(channelId, name) {
      const row = await findWaiting(database, channelId, name);
      return row === undefined ? undefined : waitingOf(row);
    },
    async chunk({ id }, ordinal) {
      const bytes = await deliveryChunk(database, id, ordinal);
      if (bytes === undefined) throw new FailureError('bug', `The delivery ${id} has no chunk ${ordinal}.`);
      return bytes;
    },
    async left(channelId, { id, name }, how) {
      const delivery = await deliveryById(database, id);
      // `replaced`: they were reading it while it was given to another channel, and now they have it.
      if (delivery?.channel_id !== channelId) return;
      if (delivery.state !== 'available' && !(delivery.state === 'replaced' && how === 'read')) return;
      const detail = how === 'read' ? `${name} was read to its end` : `${name} was deleted by the partner`;
      await database.inTransaction(async (tx) => {
        const gathered = gather();
        await receiveReceipt(context, tx, gathered, delivery, { kind: 'fetched', detail });
        await writeGathered(tx, gathered);
      });
    },
    leftLately: (channelId, name) => leftLately(database, channelId, name, sftpFetchedMs),
  };
}

const waitingOf = ({ id, file_name, byte_length, at }: WaitingRow): Waiting => ({
  id,
  name: file_name,
  byteLength: Number(byte_length),
  modifiedS: Math.floor(at.getTime() / 1_000),
});

/** Names in the inboxes. */
export const sftpInboxes = ({ database }: FlowContext): Inbox => ({
  list: async (channelId, after, countMax) =>
    (await listUploads(database, channelId, after ?? '', countMax)).map(uploadOf),
  async find(channelId, name) {
    const row = await findUploadRow(database, channelId, name);
    return row === undefined ? undefined : uploadOf(row);
  },
  put: (channelId, { name, byteLength, modifiedS, part }) =>
    putUpload(database, channelId, {
      name,
      byte_length: BigInt(byteLength),
      modified_s: BigInt(modifiedS),
      holder: part?.holder ?? null,
      spool: part?.spool ?? null,
      is_closed: part?.isClosed ?? null,
    }),
  remove: (channelId, name) => removeUploadRow(database, channelId, name),
  closed: async (channelId, holder, milliseconds, limit) =>
    (await closedUploads(database, channelId, holder, { milliseconds, limit })).map(uploadOf),
  usage: (channelId) => uploadUsage(database, channelId),
});

const uploadOf = ({ name, byte_length, modified_s, holder, spool, is_closed }: UploadRow): Upload => ({
  name,
  byteLength: Number(byte_length),
  modifiedS: Number(modified_s),
  part: holder === null || spool === null ? null : { holder, spool, isClosed: is_closed === true },
});
