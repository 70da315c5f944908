import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { chown, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FailureError } from '../../core/failure.ts';
import type { Binaries } from './binaries.ts';
import { type DataFolder, makePrivateFolder, openLog } from './data-folder.ts';
import { isPostgresIn } from './process-table.ts';
import type { RunAs } from './run-as.ts';

/*
 * The processes: initdb once, postgres while the gateway runs, and what a killed gateway left running.
 *
 * The server is started inside its folder and told to work in "the current folder". A root gateway's data folder may lie under
 * /root or another closed place that `nobody` cannot reach by any path; it can still stand in it. Opening the way instead
 * (chmod o+x on folders that are not ours) or keeping the database elsewhere were refused.
 */
export const databaseUser = 'tallyport';

export interface ServerPlace {
  readonly binaries: Binaries;
  readonly folder: DataFolder;
  readonly runAs: RunAs | undefined;
  readonly socketFolder: string;
}

const run = promisify(execFile);
const initdbMsMax = 120_000;

const identityOf = (runAs: RunAs | undefined) => (runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid });
const folderArgument = (path: string): string => (process.platform === 'linux' ? '/proc/self/cwd' : path);
const environment = { LC_ALL: 'C', TZ: 'UTC' };

/** Makes the database in a draft folder and renames it when it is whole and on disk: a killed start leaves no half database. */
export async function createDatabaseFolder(place: ServerPlace, password: string): Promise<void> {
  const { binaries, folder, runAs, socketFolder } = place;
  const draft = `${folder.databaseFolder}.new-${process.pid}`;
  await makePrivateFolder(draft, runAs);
  const passwordFile = join(socketFolder, 'initial-password'); // the one folder the server's user can surely read
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs !== undefined) await chown(passwordFile, runAs.uid, runAs.gid);
  try {
    await run(
      join(binaries.folder, 'bin', 'initdb'),
      [
        ['-D', folderArgument(draft), '-U', databaseUser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        // Containers often have 64 MB of /dev/shm, which the posix kind would fill and fail on.
        ['--set', 'dynamic_shared_memory_type=mmap', '--set', 'timezone=UTC', '--set', 'log_timezone=UTC'],
      ].flat(),
      { ...identityOf(runAs), cwd: draft, env: environment, timeout: initdbMsMax },
    );
    await rename(draft, folder.databaseFolder);
    await syncFolder(dirname(folder.databaseFolder));
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new FailureError('data-folder-unusable', `initdb failed in ${folder.path}: ${errorOutputOf(cause)}`, {
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/**
 * Starts postgres; it may not accept connections yet. In a session of its own, so that Ctrl-C in a terminal reaches the gateway
 * alone, which stops the server after its last query.
 */
export async function launchPostgres({ binaries, folder, runAs, socketFolder }: ServerPlace): Promise<ChildProcess> {
  const log = await openLog(folder);
  try {
    const settings = [
      ['listen_addresses', ''],
      ['unix_socket_directories', socketFolder],
      ['unix_socket_permissions', '0700'],
      ['port', '5432'],
      ['dynamic_shared_memory_type', 'mmap'],
      ['log_checkpoints', 'off'],
      ['password_encryption', 'scram-sha-256'],
    ].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return spawn(join(binaries.folder, 'bin', 'postgres'), ['-D', folderArgument(folder.databaseFolder), ...settings], {
      ...identityOf(runAs),
      cwd: folder.databaseFolder,
      env: environment,
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/** Fast shutdown (open transactions are rolled back), then immediate, then kill: recovery makes good what the last two leave. */
export async function endProcess(pid: number, isGone: () => Promise<boolean>): Promise<void> {
  const steps = [
    ['SIGINT', 30_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const;
  for (const [signal, patienceMs] of steps) {
    if (!signalled(pid, signal)) return;
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 10) {
      if (await isGone()) return;
      await sleep(10);
    }
  }
  throw new FailureError('data-folder-in-use', `The database server with process id ${pid} does not end.`, {
    remedy: `End process ${pid} and start again.`,
  });
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * The server a killed gateway left running is stopped, not adopted: its socket folder, settings and version may be another
 * release's, and a fast shutdown and start take a fifth of a second. Also removes a postmaster.pid whose process id now belongs to
 * somebody else, as after a container restart; PostgreSQL by itself would refuse to start until a person looked.
 */
export async function stopLeftover({ databaseFolder }: DataFolder): Promise<void> {
  const pidFile = join(databaseFolder, 'postmaster.pid');
  const pid = Number(await firstLineOf(pidFile));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const isServer = () => isPostgresIn(pid, databaseFolder);
  if (await isServer()) await endProcess(pid, async () => !(await isServer()));
  await rm(pidFile, { force: true });
}

async function firstLineOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).split('\n', 1)[0];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

const errorOutputOf = (error: unknown): string => {
  const output =
    error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return output === '' ? String(error) : output;
};
