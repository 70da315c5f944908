import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from './database.ts';

/*
 * Announcements are sent after the commit, by a statement of their own, many commits in one.
 * NOTIFY inside the transaction was refused: every notifying commit takes one lock of the whole server and keeps it while its log
 * is flushed, so commits no longer share a flush. A notice that is lost with the process is made good by whoever listens,
 * who also looks now and then.
 */
export interface Announcer {
  announce(channel: string): void;
  /** Sends what is still to be sent. */
  close(): Promise<void>;
}

/** Longer gathers more commits into one statement and wakes later. */
const gatherMs = 2;

export function startAnnouncer({ query }: Pick<Queryable, 'query'>): Announcer {
  const waiting = new Set<string>();
  let sending: Promise<void> | undefined;

  const send = async (): Promise<void> => {
    while (waiting.size > 0) {
      await sleep(gatherMs);
      const channels = [...waiting];
      waiting.clear();
      // A notice that cannot be sent is no loss: the listener polls, and the database's own trouble shows at the next query.
      await query("SELECT pg_notify(channel, '') FROM unnest($1::text[]) AS channel", [channels]).catch(() => {});
    }
    sending = undefined;
  };

  return {
    announce(channel) {
      waiting.add(channel);
      sending ??= send();
    },
    async close() {
      await sending;
    },
  };
}
