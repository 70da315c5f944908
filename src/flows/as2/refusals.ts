import { isIP } from 'node:net';
import { failureOf } from '../../core/failure.ts';
import { countInHour, countRefusal, insertRefused, keptInHour } from '../../store/as2/refused.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { RefusedMessage } from '../../transports/as2/receive/station.ts';
import type { FlowContext } from '../context.ts';

/** Evidence of a fortnight: whoever was away for one still finds it. */
const keptMs = 14 * 86_400_000;
/** 60 messages of a channel and reason, 30 MB at the most: a partner whose side is broken sends the same one again and again. */
const keptMax = 60;
/** 60 of a channel and reason in an hour, as evidence and as Events: names can be written by anybody, and a flood must not bury what else happened. */
const perHourMax = 60;
/** 20 of them from one peer: whoever floods a reason leaves room for the partner's own mistakes of the same kind. */
const perPeerAndHourMax = 20;

/**
 * Keeps a refused message: counted always; as evidence and as an Event when it came under the names of a partner, so often an hour of one reason and
 * peer; what is only counted is counted by the hour too. Never throws:
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
      const counted = { channelId, modifier, peer: peerOf(remote), at };
      const lately = await keptInHour(tx, counted);
      const isKept = lately.all < perHourMax && lately.ofPeer < perPeerAndHourMax;
      await countInHour(tx, counted, isKept);
      if (!isKept) return;
      const id = newId();
      const kept = { before: new Date(at.getTime() - keptMs), keptMax };
      await insertRefused(tx, { ...refused, ...counted, id }, kept);
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

/** An IPv4 address, or the first half of an IPv6 one, of which anybody has the second for himself. */
export function peerOf(remote: string | null): string {
  if (remote === null || isIP(remote) !== 6) return remote ?? 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = '', after] = (remote.split('%', 1)[0] ?? '').split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(before), groups(after ?? '')];
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  const all = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
