import type { DirectoryInbox } from './inbox.ts';

export interface Poller {
  /** Resolves when a look under way has ended and its files are committed or left where they were. */
  stop(): Promise<void>;
}

/**
 * Looks into an inbox again and again, one look at a time. The pause comes after the look, so a slow database is not asked faster.
 * File system events are not used: network shares do not send them.
 */
export function startPoller(inbox: DirectoryInbox, pollIntervalMs: number): Poller {
  const stopping = new AbortController();
  const looking = pollUntil(stopping.signal, inbox, pollIntervalMs);
  return {
    async stop() {
      stopping.abort();
      await looking;
      await inbox.close();
    },
  };
}

async function pollUntil(stopped: AbortSignal, inbox: DirectoryInbox, pollIntervalMs: number): Promise<void> {
  while (!stopped.aborted) {
    await inbox.look();
    await pause(pollIntervalMs, stopped);
  }
}

const pause = (milliseconds: number, stopped: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, stopped.aborted ? 0 : milliseconds);
    stopped.addEventListener('abort', end);
  });
