import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { claimSilenceMsMax, heartbeatMs } from '../limits.ts';
import { codeOf, joinPath, type PathBytes } from './names.ts';
import { openWorkFolder } from './prepare.ts';

/*
 * Claim  a file moved out of an inbox by one atomic rename, into a folder that belongs to one poller:
 *
 *   inbox/order.edi  →  inbox/.tallyport/<host>-<pid>-<random>/<number>/order.edi  →  archive
 *
 * Of two pollers that rename one file, one succeeds. The claim keeps the file's inode, size and time, and its own name in a folder of
 * its own, so that a second order.edi cannot overwrite the first. A poller shows that it lives by touching `alive`; the claims of a dead
 * one are taken over, folder by folder, by the same atomic rename.
 */
export interface Claim {
  readonly folder: PathBytes;
  readonly name: PathBytes;
  /** What the file looked like when last seen; null: it was taken over, and nobody has looked yet. */
  seen: BigIntStats | null;
}

export interface Claims {
  /** Moves a file of the inbox into a new claim; undefined when another was faster. */
  take(name: PathBytes, seen: BigIntStats): Promise<Claim | undefined>;
  /** Claims of pollers that live no more. */
  takeOver(): Promise<readonly Claim[]>;
  /** Removes the emptied folder of a claim whose file is gone from it. */
  release(claim: Claim): Promise<void>;
  /** Stops the heartbeat; claims that are left are taken over by whoever looks next. */
  close(): Promise<void>;
}

export const pathOfClaim = (claim: Claim): PathBytes => joinPath(claim.folder, claim.name);

/** Opens this poller's own folder in an inbox. FailureError when the work folder is not a folder of ours. */
export async function openClaims(inbox: string): Promise<Claims> {
  const root = Buffer.from(await openWorkFolder(inbox));
  const own = Buffer.from(
    `${hostname().replaceAll(/[^A-Za-z0-9.]/g, '_')}-${process.pid}-${randomBytes(6).toString('hex')}`,
  );
  const folder = joinPath(root, own);
  const alive = joinPath(folder, 'alive');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(alive, '.', { mode: 0o600 });
  let claimNumber = 0;

  // A write and not utimes: the time is then the file server's, one clock for all pollers.
  const beat = (): Promise<void> => writeFile(alive, '.', { mode: 0o600 });
  // A missed beat is not an error of its own: the look that needs the folder will fail and say so.
  const heart = setInterval(() => void beat().catch(ignoreMissedBeat), heartbeatMs).unref();

  const newFolder = async (): Promise<PathBytes> => {
    const next = joinPath(folder, String(++claimNumber));
    await mkdir(next, { mode: 0o700 });
    return next;
  };
  return {
    async take(name, seen) {
      const claim = { folder: await newFolder(), name, seen };
      try {
        await rename(joinPath(inbox, name), pathOfClaim(claim));
        return claim;
      } catch (error) {
        await rmdir(claim.folder);
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    async takeOver() {
      const taken: Claim[] = [];
      const others = (await readdir(root, { encoding: 'buffer' })).filter((name) => !name.equals(own));
      if (others.length === 0) return taken;
      await beat();
      const now = (await stat(alive)).mtimeMs;
      for (const other of others)
        if (await isDead(joinPath(root, other), other, now))
          taken.push(...(await emptyOf(joinPath(root, other), () => joinPath(folder, String(++claimNumber)))));
      return taken;
    },
    release: ({ folder: emptied }) => rmdir(emptied).catch(ignoreUnlessGoneOrInUse),
    async close() {
      clearInterval(heart);
      await rm(alive, { force: true });
      // With claims left in it, it says so by its name: whoever looks next need not wait for a silence.
      if ((await namesIn(folder)).length > 0) await rename(folder, joinPath(root, `closed-${own}`));
      else await rmdir(folder).catch(ignoreUnlessGoneOrInUse);
    },
  };
}

/** Moves every claim of a dead poller into folders of ours, and removes what is left of it. */
async function emptyOf(dead: PathBytes, nextFolder: () => PathBytes): Promise<readonly Claim[]> {
  const taken: Claim[] = [];
  for (const number of await namesIn(dead))
    if (/^\d+$/.test(number.toString('latin1')))
      taken.push(...(await takeOverFolder(joinPath(dead, number), nextFolder())));
  await rm(joinPath(dead, 'alive'), { force: true });
  await rmdir(dead).catch(ignoreUnlessGoneOrInUse);
  return taken;
}

async function takeOverFolder(from: PathBytes, to: PathBytes): Promise<readonly Claim[]> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []; // another poller took it over
    throw error;
  }
  const names = await namesIn(to);
  if (names.length === 0) await rmdir(to); // it died between making the folder and the rename
  return names.map((name) => ({ folder: to, name, seen: null }));
}

/** A process of this host that is gone is dead at once; any other when it is silent, judged by one file system's clock. */
async function isDead(folder: PathBytes, name: PathBytes, now: number): Promise<boolean> {
  if (name.toString('latin1').startsWith('closed-')) return true;
  const [, host, pid] = /^(.*)-(\d{1,10})-[0-9a-f]{12}$/.exec(name.toString('latin1')) ?? [];
  if (pid === undefined) return false;
  if (host === hostname().replaceAll(/[^A-Za-z0-9.]/g, '_') && !isProcess(Number(pid))) return true;
  try {
    const beat = await stat(joinPath(folder, 'alive'));
    return now - beat.mtimeMs > claimSilenceMsMax;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  // It died before its first beat: the folder's own age decides.
  try {
    return now - (await stat(folder)).mtimeMs > claimSilenceMsMax;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false; // gone: nothing is left to take over
    throw error;
  }
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // it lives, and belongs to someone else
  }
}

async function namesIn(folder: PathBytes): Promise<readonly PathBytes[]> {
  try {
    return await readdir(folder, { encoding: 'buffer' });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

const ignoreMissedBeat = (): void => undefined;

function ignoreUnlessGoneOrInUse(error: unknown): void {
  if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
}
