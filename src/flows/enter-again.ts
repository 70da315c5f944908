import { FailureError } from '../core/failure.ts';
import type { InterchangeHeader } from '../parsers/transaction.ts';
import { markEnteredAgain, placeOfInterchange } from '../store/envelope/enter-again.ts';
import { interchangeToClose } from '../store/envelope/interchange-to-close.ts';
import { readChunks } from '../store/wire/chunks.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';
import { receive } from './receive.ts';
import { whoseInterchange } from './split/whose.ts';

/**
 * An interchange whose sender or receiver nobody knew, or whose channel might not speak for it, is read again once the configuration says
 * otherwise: its own bytes come in anew over the channel they came by, and the one in quarantine is closed without a verdict. Asked twice, it
 * is done once. Throws FailureError `usage-wrong` while the configuration would quarantine it again.
 */
export async function enterAgain(context: FlowContext, id: string, actor: string, reason: string): Promise<void> {
  const { database, clock } = context;
  const known = await context.configuration();
  const place = await placeOfInterchange(database, id);
  if (place === undefined) throw new FailureError('not-found', `There is no interchange ${id}.`);
  const { company, partner, quarantine } = whoseInterchange(known, place.channel_id, place.header as InterchangeHeader);
  if (quarantine !== null || company === null || partner === null)
    throw new FailureError(
      'usage-wrong',
      `It would be quarantined again: ${quarantine?.problem.message ?? 'nobody is known.'}`,
    );
  const { transmissionId } = await receive(context, {
    channelId: place.channel_id,
    sourceKey: `again:${id}`,
    name: place.name,
    headers: { 'entered-again': id },
    remote: null,
    bytes: stretch(readChunks(database, place.raw_file_id, Number(place.byte_offset)), Number(place.byte_length)),
  });
  await database.inTransaction(async (tx) => {
    const interchange = await interchangeToClose(tx, id);
    if (interchange?.state !== 'quarantined') return; // another has done it meanwhile
    await markEnteredAgain(tx, id, { company, partner, at: clock.now() });
    await writeRows(tx, {}, [
      {
        at: clock.now(),
        type: 'interchange/entered-again',
        actor,
        reason,
        company,
        usage: interchange.usage,
        objects: [
          { kind: 'interchange', id, qualifier: 'accepted' },
          { kind: 'transmission', id: transmissionId, qualifier: 'entered-again' },
        ],
      },
    ]);
  });
}

/** The first bytes of a stream, so many. */
async function* stretch(bytes: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const piece of bytes) {
    yield piece.byteLength > left ? piece.subarray(0, left) : piece;
    left -= piece.byteLength;
    if (left <= 0) return;
  }
}
