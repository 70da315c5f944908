import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { type FailureError, type FailureKind, failureOf } from '../../core/failure.ts';
import { filesAtOnceMax } from '../limits.ts';
import type { Intake } from '../transport.ts';
import { type Claim, type Claims, openClaims, pathOfClaim } from './claims.ts';
import { diskFailure } from './disk-failure.ts';
import { codeOf, joinPath, type PathBytes, prefixed, shownName, workFolder } from './names.ts';
import {
  isSettled,
  type Listed,
  listFiles,
  oldestFirst,
  openRegular,
  sourceKeyOf,
  statsOf,
  wholeFile,
} from './whole-file.ts';

/*
 * One file's way: listed → whole → claimed (atomic rename) → received (committed) → archived.
 * Killed between any two steps, the file stands in the inbox or in a claim, and is offered again under the same source key; the intake
 * knows it then and stores nothing twice.
 */
export interface DirectoryInboxOptions {
  readonly channelId: string;
  readonly inbox: string;
  /** Null: files are deleted after commit. */
  readonly archive: string | null;
  readonly takeWhen: 'settled' | 'renamed';
  readonly fileBytesMax: number;
  /** True: one file at a time, and none after one that failed. */
  readonly firstInFirstOut: boolean;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly report: (event: InboxEvent) => void;
}

export type InboxEvent =
  | { readonly kind: 'taken'; readonly name: string; readonly transmissionId: string; readonly isNew: boolean }
  /** Set aside in `.tallyport/refused` of the inbox: too large, or no regular file. */
  | { readonly kind: 'refused'; readonly name: string; readonly reason: string }
  /** Left where it is; the next look tries again. Without a name: the folder itself. */
  | { readonly kind: 'failed'; readonly name: string | null; readonly failure: FailureError };

export interface DirectoryInbox {
  /** Looks once, and takes what is whole. Never throws: what fails is reported, and tried again at the next look. */
  look(): Promise<{ readonly takenCount: number }>;
  close(): Promise<void>;
}

/** Watches a folder as an inbox. The folder must exist: see prepareFolders. */
export function openDirectoryInbox(options: DirectoryInboxOptions): DirectoryInbox {
  const state: InboxState = { claims: null, waiting: [], before: new Map(), storeIsAway: false };
  return {
    async look() {
      let takenCount = 0;
      try {
        state.claims ??= await openClaims(options.inbox);
        state.waiting.push(...(await state.claims.takeOver()));
        // While nothing can be stored, files are best left where the partner sees them.
        if (!state.storeIsAway) state.waiting.push(...(await claimWhole(options, state.claims, state)));
        takenCount = await offerAll(options, state.claims, state);
      } catch (error) {
        const failure = diskFailure(`Looking into ${options.inbox}`, error);
        options.report({ kind: 'failed', name: null, failure });
        // Opened anew at the next look: the folder may have been unmounted and be another one by then.
        await closeQuietly(state.claims);
        state.claims = null;
        state.waiting = [];
      }
      return { takenCount };
    },
    close: () => closeQuietly(state.claims),
  };
}

interface InboxState {
  claims: Claims | null;
  /** Claimed, and not yet done with. */
  waiting: Claim[];
  /** The last look, by name. */
  before: Map<string, Listed>;
  /** The last look ended because the intake could store nothing at all. */
  storeIsAway: boolean;
}

async function closeQuietly(claims: Claims | null): Promise<void> {
  try {
    await claims?.close();
  } catch (error) {
    // The folder is gone or unreadable, which the look has told already; a claim left behind is taken over by the next poller.
    if (codeOf(error) === '') throw error;
  }
}

async function claimWhole(
  { inbox, takeWhen }: DirectoryInboxOptions,
  claims: Claims,
  state: InboxState,
): Promise<readonly Claim[]> {
  const listed = await listFiles(inbox);
  const key = (name: PathBytes) => name.toString('latin1');
  const whole = listed.filter(
    ({ name, stats }) => takeWhen === 'renamed' || isSettled(state.before.get(key(name))?.stats, stats),
  );
  state.before = new Map(listed.map((file) => [key(file.name), file]));
  const taken: Claim[] = [];
  for (const { name, stats } of whole) {
    const claim = await claims.take(name, stats);
    if (claim !== undefined) taken.push(claim);
  }
  return taken;
}

/** Offers every claim that is whole, oldest first; keeps those that have to wait. */
async function offerAll(options: DirectoryInboxOptions, claims: Claims, state: InboxState): Promise<number> {
  const ready: (Listed & { claim: Claim })[] = [];
  const kept = new Set<Claim>();
  for (const claim of state.waiting) {
    const stats = await statsOf(pathOfClaim(claim));
    if (stats === undefined) await claims.release(claim);
    // Written to after it was claimed, or taken over unseen: it must hold still for one look here too.
    else if (options.takeWhen === 'settled' && !isSettled(claim.seen, stats)) kept.add(claim);
    else ready.push({ claim, name: claim.name, stats });
    claim.seen = stats ?? null;
  }
  // Where order matters nothing passes one that has to wait, not even for a look.
  const mustWait = options.firstInFirstOut && kept.size > 0;
  const queue = mustWait ? [] : ready.toSorted(oldestFirst);
  if (mustWait) for (const { claim } of ready) kept.add(claim);
  let takenCount = 0;
  let stopped = false;
  state.storeIsAway = false;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const failure = stopped ? 'not-offered' : await offer(options, next.claim, next);
      if (failure === null) {
        await claims.release(next.claim);
        takenCount++;
        continue;
      }
      kept.add(next.claim);
      if (failure === 'not-offered') continue;
      state.storeIsAway ||= STORE_IS_AWAY.has(failure.kind);
      // What came later waits behind it; and a database that is away is asked once a look, not once a file.
      stopped ||= options.firstInFirstOut || state.storeIsAway;
    }
  };
  const workerCount = options.firstInFirstOut ? 1 : Math.min(filesAtOnceMax, queue.length);
  await Promise.all(Array.from({ length: workerCount }, worker));
  state.waiting = state.waiting.filter((claim) => kept.has(claim));
  return takenCount;
}

const STORE_IS_AWAY: ReadonlySet<FailureKind> = new Set([
  'database-busy',
  'database-unreachable',
  'queue-unreachable',
  'disk-full',
]);

/** Offers one claimed file and archives it after commit. Null: the claim is done with. */
async function offer(options: DirectoryInboxOptions, claim: Claim, { stats }: Listed): Promise<FailureError | null> {
  const name = shownName(claim.name);
  try {
    const path = pathOfClaim(claim);
    const reason = stats.size > options.fileBytesMax ? `larger than ${options.fileBytesMax} bytes` : null;
    const handle = reason === null ? await openRegular(path) : undefined;
    if (handle === undefined) return await refuse(options, claim, reason ?? 'no regular file');
    try {
      const { transmissionId, isNew } = await options.intake.receive({
        channelId: options.channelId,
        sourceKey: sourceKeyOf(claim.name, stats),
        name,
        headers: {},
        remote: null,
        bytes: wholeFile(handle, claim.name, stats),
      });
      await archive(options, path, claim.name, transmissionId);
      options.report({ kind: 'taken', name, transmissionId, isNew });
    } finally {
      await handle.close();
    }
    return null;
  } catch (error) {
    const failure = codeOf(error) === '' ? failureOf(error) : diskFailure(name, error);
    options.report({ kind: 'failed', name, failure });
    return failure;
  }
}

async function refuse({ inbox, report }: DirectoryInboxOptions, claim: Claim, reason: string): Promise<null> {
  const folder = join(inbox, workFolder, 'refused');
  await makeFolder(folder);
  // The claim's own folder name keeps two refused files of one name apart.
  const prefix = `${claim.folder.toString('latin1').split('/').slice(-2).join('-')}-`;
  await rename(pathOfClaim(claim), joinPath(folder, prefixed(prefix, claim.name)));
  report({ kind: 'refused', name: shownName(claim.name), reason });
  return null;
}

/** One level only: a folder above that is gone is told, not made (see prepareFolders). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** archive/2026-11-22/<transmission>-<name>: found by day and by id, and the same at a repeat. */
async function archive(
  { archive: root, clock }: DirectoryInboxOptions,
  path: PathBytes,
  name: PathBytes,
  transmissionId: string,
): Promise<void> {
  if (root === null) return rm(path, { force: true });
  const folder = join(root, clock.now().toISOString().slice(0, 10));
  const target = joinPath(folder, prefixed(`${transmissionId}-`, name));
  if (await moveTo(path, target)) return;
  // The first of the day, or a poller that thought us dead has archived it.
  await makeFolder(folder);
  await moveTo(path, target);
}

/** False when the file or the folder it should go to is not there. */
async function moveTo(path: PathBytes, target: PathBytes): Promise<boolean> {
  try {
    await rename(path, target);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    if (codeOf(error) !== 'EXDEV') throw error;
    await moveAcross(path, target);
  }
  return true;
}

/** To another file system: whole under a name that ends in .part first, so that nobody takes half a file for the archived one. */
async function moveAcross(path: PathBytes, target: PathBytes): Promise<void> {
  const temporary = Buffer.concat([target.subarray(0, target.length - 5), Buffer.from('.part')]);
  await copyFile(path, temporary, constants.COPYFILE_FICLONE);
  const handle = await open(temporary, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, target);
  await rm(path, { force: true });
}
