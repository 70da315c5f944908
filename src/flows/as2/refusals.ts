import { failureOf } from '../../core/failure.ts';
import { countRefusal, insertRefused, refusedSince } from '../../store/as2/refused.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { RefusedMessage } from '../../transports/as2/receive/station.ts';
import type { FlowContext } from '../context.ts';

/** Evidence of a fortnight: whoever was away for one still finds it. */
const keptMs = 14 * 86_400_000;
/** 100 messages of a channel, 50 MB at the most: a partner whose side is broken sends the same one again and again. */
const keptMax = 100;
/** 60 Events of a channel in an hour: names can be written by anybody, and a flood of them must not bury what else happened. */
const eventsPerHourMax = 60;

/**
 * Keeps a refused message: counted always; as evidence and as an Event when it came under the names of a partner, so often an hour. Never throws:
 * the partner is answered as it deserves, whether we can write it down or not.
 */
export async function keepRefused(
  context: Pick<FlowContext, 'database' | 'clock' | 'newId'>,
  refused: RefusedMessage,
  onFailure: (message: string) => void,
): Promise<void> {
  const { database, clock, newId } = context;
  const { channelId, modifier, detail, messageId, remote } = refused;
  const at = clock.now();
  try {
    await database.inTransaction(async (tx) => {
      await countRefusal(tx, channelId ?? '', modifier);
      if (channelId === null) return;
      if ((await refusedSince(tx, channelId, new Date(at.getTime() - 3_600_000))) >= eventsPerHourMax) return;
      const id = newId();
      const kept = { before: new Date(at.getTime() - keptMs), keptMax };
      await insertRefused(tx, { ...refused, id, channelId, at }, kept);
      const objects = [
        { kind: 'as2-refused', id, qualifier: 'subject' },
        { kind: 'channel', id: channelId, qualifier: 'refused' },
      ];
      const data = { messageId, modifier, detail, remote };
      await writeRows(tx, {}, [
        { at, type: 'as2/refused', actor: `channel:${channelId}`, reason: detail, data, objects },
      ]);
    });
  } catch (thrown) {
    onFailure(failureOf(thrown).message);
  }
}
