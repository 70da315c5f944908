import { FailureError } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import { announcementToSend, setAnnounced } from '../../store/deliveries/announcement.ts';
import { finishWork } from '../../store/work/finish-work.ts';
import type { FlowContext } from '../context.ts';

const announceMsMax = 10_000;

/**
 * Tells a back office of an order by POST, in the shape of Standard Webhooks (webhook-id, webhook-timestamp). The URL is the agreement's own;
 * no redirect is followed. Told at least once: the id is the same at every retry.
 */
export async function deliverAnnouncement({ database, clock }: FlowContext, work: Work): Promise<void> {
  const announcement = await announcementToSend(database, work.subjectId);
  if (announcement !== undefined && announcement.state === 'ready') {
    await post(announcement.url, work.subjectId, announcement.body, clock.now());
  }
  await database.inTransaction(async (tx) => {
    if (await finishWork(tx, work.id, work.attempts)) await setAnnounced(tx, work.subjectId);
  });
}

async function post(url: string, id: string, body: unknown, at: Date): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  };
  let status: number;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(announceMsMax),
    });
    await answer.body?.cancel();
    status = answer.status;
  } catch (cause) {
    throw new FailureError('partner-unreachable', `The back office at ${url} cannot be reached.`, { cause });
  }
  if (status >= 200 && status < 300) return;
  throw new FailureError(
    status >= 500 || status === 429 ? 'partner-refused-for-now' : 'partner-refused',
    `The back office at ${url} answered ${status}.`,
  );
}
