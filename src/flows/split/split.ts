import type { Work } from '../../core/work.ts';
import { createReader } from '../../parsers/index.ts';
import type { ReaderState } from '../../parsers/transaction.ts';
import type { Tx } from '../../store/database.ts';
import { updateEnded } from '../../store/envelope/update-ended.ts';
import { chunkBytes, readChunks } from '../../store/wire/chunks.ts';
import { type RawFileToRead, rawFilesToRead, setRawFileState } from '../../store/wire/raw-file.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { insertWork } from '../../store/work/insert-work.ts';
import { moveCursor } from '../../store/work/move-cursor.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { openConvoy } from '../convoy.ts';
import type { WorkHandler } from '../run-work.ts';
import { type Batch, type BatchLimits, batchLimits } from './batch.ts';
import { openCloser, type ReadFile } from './close-in-one-go.ts';
import { enterDuplicate } from './duplicate-file.ts';
import { FileReading } from './reading.ts';
import type { ReadingState } from './reading-state.ts';

/** Where a file's reading goes on after a restart. */
interface SplitCursor {
  readonly reader: ReaderState;
  readonly reading: ReadingState;
}

/**
 * Reads a RawFile into interchanges, groups, transactions and documents. A file of one batch is also closed in that batch's transaction;
 * a larger one is read batch by batch, each moving the cursor by compare-and-set, and its interchanges are closed by work of their own.
 */
export function openSplitter(context: FlowContext, limits = batchLimits): WorkHandler {
  const desk = openConvoy((ids: readonly string[]) => rawFilesToRead(context.database, ids));
  const close = openCloser(context);
  return async (work) => split(context, close, work, await desk.join('all', work.subjectId), limits);
}

async function split(
  context: FlowContext,
  close: (read: ReadFile) => Promise<void>,
  work: Work,
  file: RawFileToRead | undefined,
  limits: BatchLimits,
): Promise<void> {
  const { database } = context;
  if (file === undefined || (file.state !== 'received' && file.state !== 'reading')) return finishAlone(context, work);
  if (file.entered_before !== null && work.cursor === null) {
    const first = file.entered_before;
    return database.inTransaction(async (tx) => {
      if (await finishWork(tx, work.id, work.attempts)) await enterDuplicate(context, tx, file, first);
    });
  }
  const known = await context.configuration();
  let cursor = work.cursor as SplitCursor | null;
  const reader = createReader(cursor === null ? {} : { state: cursor.reader });
  const { orderKey } = work;
  const of = { id: file.id, channelId: file.channel_id, orderKey };
  const reading = new FileReading(context, known, of, cursor?.reading ?? null, limits);

  for await (const bytes of fileBytes(context, file, cursor?.reader.byteOffset ?? 0)) {
    if (reading.isOverfull) break;
    for (const event of reader.read(bytes)) {
      const taking = reading.take(event);
      if (taking !== undefined) await taking;
      if (!reading.batchIsFull) continue;
      const next: SplitCursor = { reader: reader.state(), reading: reading.state() };
      const batch = reading.batch();
      const moved = await database.inTransaction(async (tx) => {
        if (!(await moveCursor(tx, work.id, work.attempts, cursor, next))) return false;
        await writeBatch(tx, file, batch, orderKey);
        await setRawFileState(tx, file.id, 'reading');
        return true;
      });
      if (!moved) return; // another worker took the work over
      cursor = next;
    }
  }
  for (const event of reader.end()) await reading.take(event);
  const last = reading.batch();
  if (cursor === null) return close({ work, file, batch: last });

  await database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    await writeBatch(tx, file, last, orderKey);
    await setRawFileState(tx, file.id, 'read');
  });
}

/** What was read, and the work to close what has ended. */
async function writeBatch(tx: Tx, file: RawFileToRead, batch: Batch, orderKey: string | null): Promise<void> {
  await writeRows(tx, batch.rows, batch.events);
  await updateEnded(tx, batch.endedGroups, batch.endedInterchanges);
  await insertWork(
    tx,
    batch.ended.map(({ id }) => ({ kind: 'close', subjectId: id, fairnessKey: file.channel_id, orderKey })),
  );
}

/** The first chunk came with the file's row; most files have no other. */
async function* fileBytes({ database }: FlowContext, file: RawFileToRead, from: number): AsyncGenerator<Uint8Array> {
  if (file.head === null) return;
  if (from > 0) return yield* readChunks(database, file.id, from);
  yield file.head;
  if (file.byte_length > BigInt(chunkBytes)) yield* readChunks(database, file.id, chunkBytes);
}

async function finishAlone({ database }: FlowContext, work: Work): Promise<void> {
  await database.inTransaction((tx) => finishWork(tx, work.id, work.attempts));
}
