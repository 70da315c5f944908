import { remoteConnectionIdleMs } from '../limits.ts';
import type { RemoteFiles } from './remote-files.ts';

/** One connection to a partner's server, shared by whoever needs it at a time and let go of when nobody has for a while. */
export interface SharedConnection {
  /** Connects when there is no live connection, and gives it to `story`. */
  use<T>(story: (files: RemoteFiles) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Partners count connections, and a login costs more than a small file: so one at a time, and many requests on it. */
export function shareConnection(
  connect: () => Promise<RemoteFiles>,
  idleMs: number = remoteConnectionIdleMs,
): SharedConnection {
  let current: Promise<RemoteFiles> | null = null;
  let userCount = 0;
  let idle: NodeJS.Timeout | undefined;
  const drop = async (): Promise<void> => {
    clearTimeout(idle);
    const dropped = current;
    current = null;
    // One that never came about has told its failure to whoever waited for it.
    const files = await dropped?.catch(() => undefined);
    await files?.close();
  };
  const connected = async (): Promise<RemoteFiles> => {
    const held = current;
    if (held !== null) {
      const files = await held;
      if (!files.isLost) return files;
      if (current === held) current = null;
    }
    if (current === null) {
      const opening = connect();
      current = opening;
      opening.catch(() => {
        if (current === opening) current = null; // the next one tries anew
      });
    }
    return current;
  };
  return {
    async use(story) {
      clearTimeout(idle);
      userCount += 1;
      try {
        return await story(await connected());
      } finally {
        userCount -= 1;
        if (userCount === 0) {
          idle = setTimeout(() => void drop(), idleMs);
          idle.unref();
        }
      }
    },
    close: drop,
  };
}
