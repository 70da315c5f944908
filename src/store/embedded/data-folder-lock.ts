import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../../core/failure.ts';
import { bootId, pidNamespace, processStart } from './process-table.ts';

/*
 * One gateway per data folder. The lock is a file naming its holder; a holder that was killed is recognised and replaced:
 *   same machine and pid namespace: by its process id together with the instant that process started (ids are used again)
 *   another one (a container sharing the volume): by its heartbeat, for its process ids mean nothing here
 * flock would be surer, but Node has none, and a native module for one call is not worth its build.
 */
interface Holder {
  readonly pid: number;
  readonly startedAt: string | null;
  readonly place: string;
  readonly nonce: string;
}

export interface DataFolderLock {
  release(): Promise<void>;
}

const heartbeatMs = 2_000;
/** A foreign holder silent for this long is gone: five heartbeats. */
export const silenceMsMax = 10_000;
const takeoverTriesMax = 10;

/**
 * Takes the folder for this process.
 * `onLost` is called when another process took the lock over nonetheless (this one was frozen for longer than `silenceMs`).
 * Throws FailureError `data-folder-in-use`, naming the holder, while another gateway runs on it.
 */
export async function lockDataFolder(
  folder: string,
  onLost: () => void,
  silenceMs: number = silenceMsMax,
): Promise<DataFolderLock> {
  const path = join(folder, 'gateway.lock');
  const me: Holder = {
    pid: process.pid,
    startedAt: await processStart(process.pid),
    place: await herePlace(),
    nonce: randomUUID(),
  };
  const draft = `${path}.${me.nonce}`;
  await writeFile(draft, JSON.stringify(me), { mode: 0o644 });
  try {
    await claim(path, draft, me, silenceMs);
  } finally {
    await rm(draft, { force: true });
  }
  return beating(path, me, onLost);
}

async function claim(path: string, draft: string, me: Holder, silenceMs: number): Promise<void> {
  const folder = dirname(path);
  for (let tryNumber = 1; tryNumber <= takeoverTriesMax; tryNumber += 1) {
    if (await linked(draft, path)) {
      await sleep(tryNumber === 1 ? 0 : 50); // after a takeover: let a rival that judged the same dead holder show itself
      if ((await holderOf(path))?.nonce === me.nonce) return;
      continue;
    }
    const holder = await holderOf(path);
    if (holder !== undefined && (await isAlive(holder, me, path, silenceMs))) {
      throw new FailureError(
        'data-folder-in-use',
        `${folder} is in use by the gateway with process id ${holder.pid}.`,
        {
          remedy: `Stop process ${holder.pid}, or start this gateway with another data folder.`,
        },
      );
    }
    await removeStale(path, holder);
  }
  throw new FailureError('data-folder-in-use', `${folder} is wanted by several gateways that start at the same time.`, {
    remedy: 'Start one gateway on this folder.',
  });
}

/** Moves the dead holder's lock aside; gives it back when it turns out to be another's by now. */
async function removeStale(path: string, dead: Holder | undefined): Promise<void> {
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await holderOf(aside);
  if (moved !== undefined && moved.nonce !== dead?.nonce) await linked(aside, path);
  await rm(aside, { force: true });
}

function beating(path: string, me: Holder, onLost: () => void): DataFolderLock {
  const beat = async () => {
    if ((await holderOf(path))?.nonce !== me.nonce) throw new Error('the lock names another holder');
    const now = new Date();
    await utimes(path, now, now);
  };
  const timer = setInterval(() => {
    beat().catch(() => {
      clearInterval(timer);
      onLost();
    });
  }, heartbeatMs);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      if ((await holderOf(path))?.nonce === me.nonce) await rm(path, { force: true });
    },
  };
}

async function isAlive(holder: Holder, me: Holder, path: string, silenceMs: number): Promise<boolean> {
  if (holder.place === me.place) {
    const startedAt = await processStart(holder.pid);
    return startedAt !== null && startedAt === holder.startedAt;
  }
  const before = await mtimeOf(path);
  for (let waitedMs = 0; waitedMs < silenceMs; waitedMs += 100) {
    await sleep(100);
    const after = await mtimeOf(path);
    if (after === undefined) return false;
    if (after !== before) return true;
  }
  return false;
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isHolder(value) ? value : undefined;
  } catch (error) {
    // Absent, or a file some other program left: nobody we could wait for.
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' && value !== null && 'pid' in value && 'nonce' in value && 'place' in value;

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to); // atomic, and the file is whole when it appears; open('wx') would show it empty for a moment
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

const mtimeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const herePlace = async (): Promise<string> => `${hostname()} ${await bootId()} ${await pidNamespace()}`;

const isErrno = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
