import type { As2Relation } from '../relation.ts';
import { notAdmitted } from './admit.ts';
import { tellRefused } from './evidence.ts';
import type { As2Answer, As2Request, Station } from './station.ts';

/** Answers a client that does not show what its channel wants, before anything of its body is read; null when it may go on. */
export async function turnAway(
  station: Station,
  request: As2Request,
  { channelId, admits }: As2Relation,
  messageId: string | null,
): Promise<As2Answer | null> {
  const why = admits === undefined ? null : notAdmitted(admits, request, station.clock.now());
  if (why === null) return null;
  await request.turn?.();
  await tellRefused(station, request, { channelId, messageId, modifier: 'not-admitted', detail: why.detail });
  return { status: why.status, mdn: null };
}
