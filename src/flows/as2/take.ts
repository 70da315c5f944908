import { claimReceived, insertMdn, receivedBefore, type StoredMdn } from '../../store/as2/received.ts';
import type { Tx } from '../../store/database.ts';
import { chunkBytes, insertChunk } from '../../store/wire/chunks.ts';
import { insertWork } from '../../store/work/insert-work.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { Layers, OpenedFile } from '../../transports/as2/message/open.ts';
import type { KeptMdn, ReceivedMessage } from '../../transports/as2/receive/station.ts';
import type { FlowContext } from '../context.ts';

/**
 * Takes a message that was opened and verified: the claim of its key, Transmission, RawFiles, the receipt and the work to read it, in one
 * transaction. Only after it may the receipt leave. Two copies at once: the second waits for the first, and gets its receipt.
 */
export async function takeMessage(
  context: FlowContext,
  message: ReceivedMessage,
): Promise<{ readonly isNew: boolean; readonly mdn: KeptMdn | null }> {
  const { database, configuration } = context;
  const inOrder = (await configuration()).channel(message.channelId)?.firstInFirstOut ?? false;
  const taken = await database.inTransaction((tx) => enter(context, tx, message, inOrder));
  if (taken) return { isNew: true, mdn: message.mdn };
  return { isNew: false, mdn: (await receivedBefore(database, message.key))?.mdn ?? null };
}

async function enter(context: FlowContext, tx: Tx, message: ReceivedMessage, inOrder: boolean): Promise<boolean> {
  const at = context.clock.now();
  const { channelId, key, messageId, mic } = message;
  const transmissionId = context.newId();
  const mdn = message.mdn === null ? null : { ...message.mdn, id: context.newId(), channelId };
  const layers = { ...shownLayers(message.layers), receipt: message.mdn?.signedWith ?? null };
  const received = { key, channelId, messageId, transmissionId, layers, mic, mdnId: mdn?.id ?? null, at };
  if (!(await claimReceived(tx, received))) return false;
  const files = message.files.map((file, index) => ({ id: context.newId(), file, ordinal: index + 1 }));
  await writeRows(
    tx,
    {
      transmission: [
        {
          id: transmissionId,
          direction: 'in',
          channel_id: channelId,
          source_key: `as2:${key}`,
          name: message.files[0]?.name ?? null,
          headers: message.headers,
          remote: message.remote,
          at,
        },
      ],
      raw_file: files.map(({ id, file, ordinal }) => ({
        id,
        transmission_id: transmissionId,
        ordinal,
        direction: 'in',
        channel_id: channelId,
        sha256: `\\x${file.spooled.sha256.toString('hex')}`,
        byte_length: file.spooled.byteLength,
        state: 'received',
        at,
      })),
    },
    [
      {
        at,
        type: 'transmission/received',
        actor: `channel:${channelId}`,
        data: {
          name: message.files[0]?.name ?? null,
          byteLength: lengthOf(message.files),
          as2: { messageId, mic, ...layers },
        },
        objects: [
          { kind: 'transmission', id: transmissionId, qualifier: 'received' },
          ...files.map(({ id }) => ({ kind: 'raw-file', id, qualifier: 'carried' })),
        ],
      },
    ],
  );
  for (const { id, file } of files) {
    let ordinal = 0;
    for await (const bytes of inChunks(file.spooled.bytes())) await insertChunk(tx, id, ordinal++, bytes);
  }
  if (mdn !== null) await insertMdn(tx, mdn, mdn.url === null ? 'answered' : 'ready', at);
  const orderKey = inOrder ? `channel:${channelId}` : null;
  await insertWork(tx, [
    ...files.map(({ id }) => ({ kind: 'split', subjectId: id, fairnessKey: channelId, orderKey }) as const),
    ...(mdn === null || mdn.url === null
      ? []
      : [{ kind: 'deliver', subjectId: mdn.id, fairnessKey: receiptsOf(channelId) } as const]),
  ]);
  return true;
}

/** A receipt that goes out by itself: of a refused message, or once more. */
export async function postMdnLater(
  { database, clock, newId }: FlowContext,
  channelId: string,
  mdn: KeptMdn,
): Promise<void> {
  const stored: StoredMdn = { ...mdn, id: newId(), channelId };
  await database.inTransaction(async (tx) => {
    await insertMdn(tx, stored, 'ready', clock.now());
    await insertWork(tx, [{ kind: 'deliver', subjectId: stored.id, fairnessKey: receiptsOf(channelId) }]);
  });
}

/** Receipts have a turn of their own: behind 5,000 messages of ours they would come so late that the partner sends all of theirs again. */
const receiptsOf = (channelId: string): string => `receipts:${channelId}`;

const lengthOf = (files: readonly OpenedFile[]): number =>
  files.reduce((sum, { spooled }) => sum + spooled.byteLength, 0);

/** With the fingerprints of the certificates that worked: during a switch it shows which of the two that was. */
const shownLayers = ({ signed, encrypted, compressed }: Layers) => ({
  compressed,
  signed: signed === null ? null : { ...signed, certificate: signed.certificate.fingerprint },
  encrypted: encrypted === null ? null : { cipher: encrypted.cipher, certificate: encrypted.certificate.fingerprint },
});

/** Pieces of `chunkBytes`, all but the last: readers reckon with it. Each is put together once: 1 GiB would else be copied two and a half times. */
async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    pieces.push(piece);
    length += piece.byteLength;
    if (length < chunkBytes) continue;
    const whole = Buffer.concat(pieces, length);
    let at = 0;
    for (; whole.length - at >= chunkBytes; at += chunkBytes) yield whole.subarray(at, at + chunkBytes);
    pieces = at < whole.length ? [whole.subarray(at)] : [];
    length = whole.length - at;
  }
  if (length > 0) yield Buffer.concat(pieces, length);
}
