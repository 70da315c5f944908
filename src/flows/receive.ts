import type { Tx } from '../store/database.ts';
import { chunkBytes, insertChunk } from '../store/wire/chunks.ts';
import { transmissionBySource } from '../store/wire/enter-transmission.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { writeRows } from '../store/write-rows.ts';
import type { OfferedFile, Received } from '../transports/transport.ts';
import type { FlowContext } from './context.ts';
import { openConvoy } from './convoy.ts';
import { sideBySide } from './side-by-side.ts';
import { type Spooled, spool } from './spool.ts';

interface Arrived {
  readonly file: OfferedFile;
  readonly spooled: Spooled;
  readonly firstInFirstOut: boolean;
}

/**
 * What takes files off the wire. Small ones that come together are committed together: the disk is flushed once for all of them.
 */
export function openReceiver(context: FlowContext): (file: OfferedFile) => Promise<Received> {
  const convoy = openConvoy((arrived: readonly Arrived[]) =>
    context.database.inTransaction((tx) => sideBySide(arrived.map((one) => enter(context, tx, one)))),
  );
  const commit = (arrived: Arrived): Promise<Received> =>
    arrived.spooled.byteLength <= chunkBytes
      ? convoy.join('all', arrived)
      : context.database.inTransaction((tx) => enter(context, tx, arrived));
  return (file) => take(context, commit, file);
}

/** One file by itself. */
export const receive = (context: FlowContext, file: OfferedFile): Promise<Received> => openReceiver(context)(file);

/**
 * Takes a file off the wire. When this returns, Transmission, RawFile and the work to read it are committed: only now may the channel
 * answer 2xx, send an MDN, or archive. Throws FileTooLarge, or a FailureError of the database; then nothing was stored.
 */
async function take(
  context: FlowContext,
  commit: (arrived: Arrived) => Promise<Received>,
  file: OfferedFile,
): Promise<Received> {
  const { database, configuration, temporaryFolder } = context;
  if (file.sourceKey !== null) {
    const earlier = await transmissionBySource(database, file.channelId, file.sourceKey);
    if (earlier !== undefined) return { transmissionId: earlier, isNew: false };
  }
  const channel = (await configuration()).channel(file.channelId);
  const spooled = await spool(file.bytes, channel?.fileBytesMax ?? 0, temporaryFolder);
  try {
    return await commit({ file, spooled, firstInFirstOut: channel?.firstInFirstOut ?? false });
  } catch (error) {
    // Two offers of one file at once: the unique source key let one through, and this is the other.
    const earlier =
      file.sourceKey === null ? undefined : await transmissionBySource(database, file.channelId, file.sourceKey);
    if (earlier === undefined) throw error;
    return { transmissionId: earlier, isNew: false };
  } finally {
    await spooled.discard();
  }
}

async function enter(
  { newId, clock }: FlowContext,
  tx: Tx,
  { file, spooled, firstInFirstOut }: Arrived,
): Promise<Received> {
  const at = clock.now();
  const transmissionId = newId();
  const rawFileId = newId();
  await writeRows(
    tx,
    {
      transmission: [
        {
          id: transmissionId,
          direction: 'in',
          channel_id: file.channelId,
          source_key: file.sourceKey,
          name: file.name,
          headers: file.headers,
          remote: file.remote,
          at,
        },
      ],
      raw_file: [
        {
          id: rawFileId,
          transmission_id: transmissionId,
          ordinal: 1,
          direction: 'in',
          channel_id: file.channelId,
          sha256: `\\x${spooled.sha256.toString('hex')}`,
          byte_length: spooled.byteLength,
          state: 'received',
          at,
        },
      ],
    },
    [
      {
        at,
        type: 'transmission/received',
        actor: `channel:${file.channelId}`,
        data: { name: file.name, byteLength: spooled.byteLength },
        objects: [
          { kind: 'transmission', id: transmissionId, qualifier: 'received' },
          { kind: 'raw-file', id: rawFileId, qualifier: 'carried' },
        ],
      },
    ],
  );
  let ordinal = 0;
  for await (const bytes of spooled.chunks()) await insertChunk(tx, rawFileId, ordinal++, bytes);
  await insertWork(tx, [
    {
      kind: 'split',
      subjectId: rawFileId,
      fairnessKey: file.channelId,
      orderKey: firstInFirstOut ? `channel:${file.channelId}` : null,
    },
  ]);
  return { transmissionId, isNew: true };
}
