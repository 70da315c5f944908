import type { Tx } from '../../store/database.ts';
import { setAcknowledgmentsComposed } from '../../store/deliveries/acknowledgment.ts';
import type { StoredDelivery } from '../../store/deliveries/delivery.ts';
import { type ComposedDocument, setComposed } from '../../store/documents/set-composed.ts';
import type { Rows } from '../../store/rows.ts';
import { insertChunks, type NewChunk } from '../../store/wire/chunks.ts';
import type { FlowContext } from '../context.ts';
import { type Gathered, gather, gatherInto, writeGathered } from '../gathered.ts';
import { enterWritten, type Written } from './enter-written.ts';
import type { WrittenRows } from './written.ts';

/** What composing writes, gathered over the works that are composed together. */
export interface Outgoing {
  readonly gathered: Gathered;
  readonly chunks: NewChunk[];
  readonly documents: ComposedDocument[];
  readonly acknowledgmentIds: string[];
}

/** A delivery with its first attempt recorded; `bytes` are at hand unless they are many. */
export interface ReadyDelivery {
  readonly delivery: StoredDelivery;
  readonly bytes: Uint8Array | null;
}

export const outgoing = (): Outgoing => ({ gathered: gather(), chunks: [], documents: [], acknowledgmentIds: [] });

/** Adds what was written, with its delivery. */
export function addWritten(
  context: FlowContext,
  out: Outgoing,
  of: Written,
  written: WrittenRows,
  more: Rows = {},
): ReadyDelivery {
  const { delivery, rows, event } = enterWritten(context, of, written);
  gatherInto(out.gathered, { rows: { ...rows, ...more }, events: [event], work: [] });
  const { lastChunk } = written;
  if (lastChunk !== null) out.chunks.push({ rawFileId: of.rawFileId, ...lastChunk });
  return { delivery, bytes: lastChunk?.ordinal === 0 ? lastChunk.bytes : null };
}

/** Puts it down: as many statements for sixteen works as for one. */
export async function writeOutgoing(tx: Tx, out: Outgoing): Promise<void> {
  await insertChunks(tx, out.chunks);
  await setComposed(tx, out.documents);
  await setAcknowledgmentsComposed(tx, out.acknowledgmentIds);
  await writeGathered(tx, out.gathered);
}
