import { positionAt } from '../../core/position.ts';
import { problem, problemAsJson } from '../../core/problem.ts';
import type { Work } from '../../core/work.ts';
import { createReader, parserFor } from '../../parsers/index.ts';
import type { ReaderState } from '../../parsers/transaction.ts';
import { updateEnded } from '../../store/envelope/update-ended.ts';
import { chunkBytes, readChunks } from '../../store/wire/chunks.ts';
import { type RawFileToRead, rawFileToRead, setRawFileState } from '../../store/wire/raw-file.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import { insertWork } from '../../store/work/insert-work.ts';
import { moveCursor } from '../../store/work/move-cursor.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { closeInOneGo } from './close-in-one-go.ts';
import { enterDuplicate } from './duplicate-file.ts';
import { openReading, type ReadingState } from './reading.ts';

/** A batch is one database transaction: bounded, so that no lock is held long and a restart loses little. */
export const batchTransactionsMax = 200;
export const batchBytesMax = 4 * 1024 * 1024;

const sliceBytes = 32 * 1024;

/** Where a file's reading goes on after a restart. */
interface SplitCursor {
  readonly reader: ReaderState;
  readonly reading: ReadingState;
  readonly ended: readonly string[];
}

/**
 * Reads a RawFile into interchanges, groups, transactions and documents. A file of one batch is also closed in that batch's transaction;
 * a larger one is read batch by batch, each moving the cursor by compare-and-set, and closed by work of its own.
 */
export async function split(context: FlowContext, work: Work): Promise<void> {
  const { database } = context;
  const file = await rawFileToRead(database, work.subjectId);
  if (file === undefined || (file.state !== 'received' && file.state !== 'reading')) return finishAlone(context, work);
  if (file.entered_before !== null) {
    const first = file.entered_before;
    return database.inTransaction(async (tx) => {
      if (await finishWork(tx, work.id, work.attempts)) await enterDuplicate(context, tx, file, first);
    });
  }
  if (file.head === null || parserFor(file.head) === undefined) return refuseFile(context, work, file);

  const known = await context.configuration();
  let cursor = work.cursor as SplitCursor | null;
  const reader = createReader(cursor === null ? {} : { state: cursor.reader });
  const reading = openReading(context, known, { id: file.id, channelId: file.channel_id }, cursor?.reading);
  const from = cursor?.reader.byteOffset ?? 0;
  const alreadyEnded = cursor?.ended ?? [];

  for await (const bytes of slicesOf(fileBytes(context, file, from))) {
    for (const event of reader.push(bytes)) reading.take(event);
    if (reading.weight.transactions < batchTransactionsMax && reading.weight.bytes < batchBytesMax) continue;
    const next: SplitCursor = {
      reader: reader.state(),
      reading: reading.state(),
      ended: [...alreadyEnded, ...reading.ended.map(({ id }) => id)],
    };
    const { endedGroups, endedInterchanges, ...rows } = reading.batch();
    const moved = await database.inTransaction(async (tx) => {
      if (!(await moveCursor(tx, work.id, work.attempts, cursor, next))) return false;
      await writeRows(tx, rows);
      await updateEnded(tx, endedGroups, endedInterchanges);
      await setRawFileState(tx, file.id, 'reading');
      return true;
    });
    if (!moved) return; // another worker took the work over
    cursor = next;
  }
  for (const event of reader.end()) reading.take(event);
  if (cursor === null) return closeInOneGo(context, known, work, file, reading);

  const { endedGroups, endedInterchanges, ...rows } = reading.batch();
  await database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    await writeRows(tx, rows);
    await updateEnded(tx, endedGroups, endedInterchanges);
    await setRawFileState(tx, file.id, 'read');
    await insertWork(
      tx,
      [...alreadyEnded, ...reading.ended.map(({ id }) => id)].map((subjectId) => ({
        kind: 'close',
        subjectId,
        fairnessKey: file.channel_id,
        orderKey: work.orderKey,
      })),
    );
  });
}

/** The first chunk came with the file's row; most files have no other. */
async function* fileBytes({ database }: FlowContext, file: RawFileToRead, from: number): AsyncGenerator<Uint8Array> {
  if (from > 0 || file.head === null) return yield* readChunks(database, file.id, from);
  yield file.head;
  if (file.byte_length > BigInt(chunkBytes)) yield* readChunks(database, file.id, chunkBytes);
}

/** Pushed piecewise, so that a batch ends soon after it is full. */
async function* slicesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += sliceBytes) yield chunk.subarray(at, at + sliceBytes);
  }
}

async function finishAlone({ database }: FlowContext, work: Work): Promise<void> {
  await database.inTransaction((tx) => finishWork(tx, work.id, work.attempts));
}

/** A file that is no EDI at all: stored, named, and nobody is answered, for there is nobody to answer. */
async function refuseFile({ database, clock }: FlowContext, work: Work, file: RawFileToRead): Promise<void> {
  const empty = file.byte_length === 0n;
  const found = file.head === null ? null : Buffer.from(file.head.subarray(0, 24)).toString('latin1');
  const body = problemAsJson(
    problem(empty ? 'file/empty' : 'file/not-edi', positionAt(0), {
      found,
      expected: empty ? null : 'ISA, UNA or UNB',
    }),
  );
  await database.inTransaction(async (tx) => {
    if (!(await finishWork(tx, work.id, work.attempts))) return;
    await setRawFileState(tx, file.id, 'not-edi');
    await writeRows(
      tx,
      { problem: [{ raw_file_id: file.id, interchange_id: null, group_id: null, transaction_id: null, body }] },
      [
        {
          at: clock.now(),
          type: 'raw-file/refused',
          actor: 'gateway',
          data: { code: body.code, name: file.name },
          objects: [
            { kind: 'raw-file', id: file.id, qualifier: 'refused' },
            { kind: 'transmission', id: file.transmission_id, qualifier: 'carried' },
          ],
        },
      ],
    );
  });
}
