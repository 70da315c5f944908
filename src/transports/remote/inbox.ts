import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { FailureError, failureOf } from '../../core/failure.ts';
import type { DirectoryInbox, InboxEvent } from '../directory/inbox.ts';
import { labelOf } from '../label.ts';
import { filesAtOnceMax, filesPerLookMax, loginRestMs, loginRestMsMax } from '../limits.ts';
import type { Intake } from '../transport.ts';
import { type After, settle } from './after.ts';
import type { SharedConnection } from './connection.ts';
import { type Lease, type PollLeases, takeLease } from './lease.ts';
import { Oldest, oldestFirst } from './oldest.ts';
import { isWanted } from './pattern.ts';
import { pathIn, type RemoteEntry, type RemoteFiles, RemoteRefusal } from './remote-files.ts';
import { SetAside } from './set-aside.ts';

/*
 * One file's way: listed ─▶ whole ─▶ read and received (committed under its source key) ─▶ deleted, archived or left there.
 *
 * The source key, made of folder, name, size and time, is unique in the database: it is the table of files we have seen. Whoever finds a
 * file whose key is committed does the last step only, so a kill between any two steps, a second worker, and a lost answer all end alike.
 * The lease of the folder keeps two workers from doing the work twice; it is not what keeps a file from being entered twice.
 */
export interface RemoteInboxOptions {
  readonly channelId: string;
  readonly connection: SharedConnection;
  /** As people name the server: "sftp://user@host:22". With the folder it names the lease. */
  readonly place: string;
  readonly folder: string;
  /** With `*` and `?`; none: every name. */
  readonly patterns: readonly string[];
  /** `settled`: size and time stood still for settleMs over two looks. `renamed`: at first sight. `marker`: when NAME<markerSuffix> is there. */
  readonly takeWhen: 'settled' | 'renamed' | 'marker';
  readonly settleMs: number;
  readonly markerSuffix: string;
  readonly after: After;
  readonly fileBytesMax: number;
  readonly firstInFirstOut: boolean;
  readonly intake: Intake;
  readonly seen: SeenFiles;
  readonly leases: PollLeases;
  readonly clock: Clock;
  readonly report: (event: InboxEvent) => void;
}

export interface SeenFiles {
  /** Those of the source keys that are committed on this channel. */
  known(channelId: string, sourceKeys: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Why a server is left alone for a while: set by a refused login, or for good by a changed host key. */
interface Rest {
  until: number;
  refusedCount: number;
  isForGood: boolean;
}

interface State {
  /** Waiting to settle: what the last looks saw, by name. */
  watched: Map<string, { readonly entry: RemoteEntry; readonly sinceMs: number }>;
  readonly aside: SetAside;
  readonly rest: Rest;
}

/** Polls a folder on a partner's server. `look` never throws: what fails is reported, and tried again at a later look. */
export function openRemoteInbox(options: RemoteInboxOptions): DirectoryInbox {
  const state: State = {
    watched: new Map(),
    aside: new SetAside(options.clock),
    rest: { until: 0, refusedCount: 0, isForGood: false },
  };
  const holder = randomUUID();
  return {
    async look() {
      if (state.rest.isForGood || options.clock.now().getTime() < state.rest.until) return { takenCount: 0 };
      let lease: Lease | undefined;
      try {
        lease = await takeLease(options.leases, `${options.place}${options.folder}`, holder);
        if (lease === undefined) return { takenCount: 0 };
        const held = lease;
        const takenCount = await options.connection.use((files) => lookOnce(options, state, files, held));
        state.rest.refusedCount = 0;
        return { takenCount };
      } catch (error) {
        const failure = failureOfLook(options, error);
        rest(state.rest, failure, options.clock.now().getTime());
        options.report({ kind: 'failed', name: null, failure });
        return { takenCount: 0 };
      } finally {
        await lease?.release();
      }
    },
    close: () => options.connection.close(),
  };
}

function failureOfLook({ place, folder }: RemoteInboxOptions, error: unknown): FailureError {
  if (!(error instanceof RemoteRefusal)) return failureOf(error);
  return new FailureError('partner-refused-for-now', `${place}${folder}: ${error.message}.`, {
    cause: error,
    remedy: 'Check with the partner that the folder is there and that we may list it.',
  });
}

function rest(rest: Rest, { kind, name }: FailureError, now: number): void {
  if (name === 'HostKeyChanged') rest.isForGood = true; // until the configuration names the new key, which opens a new inbox
  if (kind !== 'partner-refused') return;
  rest.until = now + Math.min(loginRestMs * 2 ** rest.refusedCount, loginRestMsMax);
  rest.refusedCount += 1;
}

async function lookOnce(options: RemoteInboxOptions, state: State, files: RemoteFiles, lease: Lease): Promise<number> {
  const ready = await findReady(options, state, files);
  let takenCount = 0;
  let isStopped = false;
  const queue = [...ready];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !isStopped; next = queue.shift()) {
      if (lease.isLost || files.isLost) return;
      const outcome = await takeOne(options, state, files, next);
      if (outcome === 'taken') takenCount++;
      // What came later waits behind it; and a database that is away is asked once a look, not once a file.
      if (outcome === 'stop' || (outcome === 'failed' && options.firstInFirstOut)) isStopped = true;
    }
  };
  await Promise.all(Array.from({ length: options.firstInFirstOut ? 1 : filesAtOnceMax }, worker));
  return takenCount;
}

/** What may be taken now, oldest first, at most `filesPerLookMax`; in memory bounded by that however many are listed. */
async function findReady(options: RemoteInboxOptions, state: State, files: RemoteFiles): Promise<readonly Candidate[]> {
  const { channelId, folder, takeWhen, after, seen } = options;
  const oldest = new Oldest<Candidate>(filesPerLookMax);
  await files.list(folder, async (page) => {
    for (const entry of page)
      if (entry.kind === 'file' && entry.name.includes('\ufffd')) refuseName(options, state, entry);
    const wanted = page.flatMap((entry) => candidateOf(options, entry));
    const known =
      (after.kind === 'leave' || takeWhen === 'marker') && wanted.length > 0
        ? await seen.known(
            channelId,
            wanted.map((entry) => sourceKeyOf(folder, entry)),
          )
        : new Set<string>();
    for (const entry of wanted) {
      const key = sourceKeyOf(folder, entry);
      // What stays there for ever must not fill the places of what is new. Without a marker only what we had is of interest: its last
      // step is still to come, for the marker goes first.
      const isOfUse = entry.isMarked === true || (takeWhen === 'marker' && after.kind !== 'leave') === known.has(key);
      if (isOfUse && !state.aside.has(key)) oldest.offer(entry);
    }
  });
  const entries = oldest.taken();
  if (takeWhen !== 'settled') return entries;
  const now = options.clock.now().getTime();
  const watched: State['watched'] = new Map();
  const ready: Candidate[] = [];
  let isWaiting = false;
  for (const entry of entries) {
    const before = state.watched.get(entry.name);
    const isSame = before?.entry.byteLength === entry.byteLength && before.entry.modifiedS === entry.modifiedS;
    const sinceMs = isSame ? before.sinceMs : now;
    watched.set(entry.name, { entry, sinceMs });
    if (!isSame || now - sinceMs < options.settleMs) isWaiting = true;
    // Where order matters nothing passes one that has to wait, not even for a look.
    else if (!(isWaiting && options.firstInFirstOut)) ready.push(entry);
  }
  state.watched = watched;
  return ready.toSorted(oldestFirst);
}

/** A name in Latin-1 or another old encoding: SFTP's names come as UTF-8, and what was lost in reading it cannot be asked for. Told once. */
function refuseName({ folder, report }: RemoteInboxOptions, { aside }: State, entry: RemoteEntry): void {
  const key = sourceKeyOf(folder, entry);
  if (aside.has(key)) return;
  aside.refuse(key);
  report({
    kind: 'refused',
    name: labelOf(entry.name) ?? 'a file',
    reason: 'its name is not in UTF-8; ask for plain letters',
  });
}

interface Candidate extends RemoteEntry {
  /** Listed by its marker: size and time are the marker's, and its own are asked for when its turn comes. */
  readonly isMarked?: true;
}

function candidateOf({ takeWhen, markerSuffix, patterns }: RemoteInboxOptions, entry: RemoteEntry): Candidate[] {
  if (entry.kind !== 'file' && entry.kind !== 'unknown') return [];
  if (takeWhen === 'marker' && entry.name.endsWith(markerSuffix)) {
    const name = entry.name.slice(0, -markerSuffix.length);
    return isWanted(name, patterns) ? [{ ...entry, name, isMarked: true }] : [];
  }
  // Empty: opened, and not yet written to. One that stays empty has nothing to say.
  return entry.byteLength > 0 && isWanted(entry.name, patterns) ? [entry] : [];
}

export const sourceKeyOf = (folder: string, { name, byteLength, modifiedS }: RemoteEntry): string =>
  `remote:${createHash('sha256').update(`${folder}\0${name}\0${byteLength}\0${modifiedS}`).digest('hex')}`;

async function takeOne(
  options: RemoteInboxOptions,
  state: State,
  files: RemoteFiles,
  listed: Candidate,
): Promise<'taken' | 'passed' | 'failed' | 'stop'> {
  const { channelId, folder, takeWhen, markerSuffix, fileBytesMax, place, intake, report } = options;
  const name = labelOf(listed.name) ?? 'a file without a name';
  const path = pathIn(folder, listed.name);
  const marker = takeWhen === 'marker' ? path + markerSuffix : null;
  let key = sourceKeyOf(folder, listed);
  try {
    const stat = listed.isMarked !== true && listed.kind === 'file' ? listed : await files.stat(path);
    // Taken by another meanwhile; or a marker came before its file, against the agreement: it waits for it.
    if (stat?.kind !== 'file') return 'passed';
    const entry = { ...stat, name: listed.name };
    key = sourceKeyOf(folder, entry);
    if (entry.byteLength > fileBytesMax) {
      state.aside.refuse(key);
      report({ kind: 'refused', name, reason: `larger than ${fileBytesMax} bytes` });
      return 'passed';
    }
    const { transmissionId, isNew } = await intake.receive({
      channelId,
      sourceKey: key,
      name: labelOf(listed.name),
      headers: {},
      remote: place,
      bytes: wholeFile(files, path, entry),
    });
    await settle(files, { path, entry, marker, after: options.after, transmissionId });
    state.aside.forget(key);
    report({ kind: 'taken', name, transmissionId, isNew });
    return 'taken';
  } catch (error) {
    const failure =
      error instanceof RemoteRefusal
        ? new FailureError('partner-refused-for-now', `${place}${path}: ${error.message}.`, { cause: error })
        : failureOf(error);
    report({ kind: 'failed', name, failure });
    if (files.isLost || isStoreAway(failure)) return 'stop';
    // One file's trouble must not hold up the others.
    state.aside.failed(key);
    return 'failed';
  }
}

const isStoreAway = ({ kind }: FailureError): boolean =>
  kind === 'database-busy' || kind === 'database-unreachable' || kind === 'disk-full' || kind === 'queue-unreachable';

/** The file's bytes; throws at the end when somebody wrote to it meanwhile, so that no half of it is ever kept as a whole. */
async function* wholeFile(
  files: RemoteFiles,
  path: string,
  { byteLength, modifiedS }: RemoteEntry,
): AsyncGenerator<Uint8Array> {
  yield* files.read(path, byteLength);
  const now = await files.stat(path);
  if (now?.byteLength !== byteLength || now.modifiedS !== modifiedS)
    throw new FailureError('partner-refused-for-now', `${path} was written to while it was read.`);
}
