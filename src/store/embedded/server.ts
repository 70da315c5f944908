import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FailureError, failureOf } from '../../core/failure.ts';
import { packageFolderOf, sharedCopyFolders, usableBinaries } from './binaries.ts';
import {
  assertMajorVersion,
  majorVersionOf,
  makeSocketFolder,
  openDataFolder,
  passwordOf,
  removeDrafts,
  removeSocketFolder,
} from './data-folder.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import {
  createDatabaseFolder,
  databaseUser,
  endProcess,
  launchPostgres,
  type ServerPlace,
  stopLeftover,
} from './postgres-process.ts';
import { whoRuns } from './run-as.ts';

/*
 *   starting ──accepts connections──▶ running ──stop()──▶ stopped
 *       ▲                                │ killed, crashed
 *       └──────── after a pause ─────────┘   given up after restartTriesMax in a row, or when the folder's lock was lost
 */
export interface EmbeddedServer {
  /** For `pg.Pool` and `openDatabase`. */
  readonly poolConfig: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** The same as a URL, for another process of the gateway. */
  readonly url: string;
  readonly socketFolder: string;
  /** PostgreSQL's main process; changes when it was restarted. */
  readonly processId: () => number;
  stop(): Promise<void>;
}

export type EmbeddedServerEvent =
  | { readonly kind: 'died'; readonly how: string }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'gave-up'; readonly failure: FailureError };

export interface EmbeddedServerOptions {
  /** Made when absent. One gateway per folder. */
  readonly dataFolder: string;
  /** Told when the server dies, is back, or is given up for good: then the gateway should end. */
  readonly onEvent?: (event: EmbeddedServerEvent) => void;
}

const databaseName = 'tallyport';
const restartTriesMax = 5;
/** Crash recovery replays at most max_wal_size (1 GB): minutes on a slow disk. */
const startMsMax = 10 * 60_000;
const pollMs = 10;

/**
 * Starts the bundled PostgreSQL on the folder, making the database the first time, and keeps it running until `stop`.
 * Throws FailureError `data-folder-in-use`, `data-folder-unusable` (another version, no password, not durable) or `platform-unsupported`.
 */
export async function startEmbeddedServer({ dataFolder, onEvent }: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const folder = await openDataFolder(dataFolder);
  let server: Supervised | undefined;
  let lockLost = false;
  const lock = await lockDataFolder(folder.path, () => {
    lockLost = true;
    server?.abandon();
  });
  let socketFolder: string | undefined;
  try {
    const runAs = await whoRuns(folder.databaseFolder);
    const copyFolders = runAs === undefined ? [join(folder.path, 'binaries')] : sharedCopyFolders();
    const packageFolder = packageFolderOf(`${process.platform}-${process.arch}`);
    const binaries = await usableBinaries(packageFolder, runAs, copyFolders);
    const found = await majorVersionOf(folder);
    if (found !== undefined) assertMajorVersion(folder, found, binaries.majorVersion);
    await removeDrafts(folder);
    await stopLeftover(folder);
    await removeSocketFolder(folder);
    socketFolder = await makeSocketFolder(runAs, folder.socketNotePath);
    const password = await passwordOf(folder, found !== undefined);
    const place: ServerPlace = { binaries, folder, runAs, socketFolder };
    if (found === undefined) await createDatabaseFolder(place, password);
    server = await supervise(place, password, onEvent ?? (() => {}));
    if (lockLost) throw new FailureError('data-folder-in-use', `${folder.path} was taken over by another gateway.`);
    await prepareDatabase(connectionOf(place, password));
  } catch (error) {
    await server?.stop();
    if (socketFolder !== undefined) await removeSocketFolder(folder, socketFolder);
    await lock.release();
    throw error;
  }
  const poolConfig = { ...connectionOf(server.place, server.password), database: databaseName };
  return serverOf(server, poolConfig, lock);
}

function serverOf(
  server: Supervised,
  poolConfig: EmbeddedServer['poolConfig'],
  lock: { release(): Promise<void> },
): EmbeddedServer {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await server.stop();
    await removeSocketFolder(server.place.folder, poolConfig.host);
    await lock.release();
  };
  const { host, user, password, database } = poolConfig;
  return {
    poolConfig,
    url: `postgresql://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}`,
    socketFolder: host,
    processId: server.processId,
    stop: () => (stopping ??= stop()),
  };
}

interface Supervised {
  readonly place: ServerPlace;
  readonly password: string;
  readonly processId: () => number;
  stop(): Promise<void>;
  /** The folder is no longer ours: end the server at once and do not start it again. */
  abandon(): void;
}

async function supervise(
  place: ServerPlace,
  password: string,
  tell: (event: EmbeddedServerEvent) => void,
): Promise<Supervised> {
  let ending = false;
  let child = await startOnce(place, password);
  let restarting: Promise<void> = Promise.resolve();

  const watch = (watched: ChildProcess): void => {
    watched.once('exit', (code, signal) => {
      if (ending) return;
      tell({ kind: 'died', how: signal === null ? `exit code ${code}` : `signal ${signal}` });
      restarting = restart().catch((error: unknown) => tell({ kind: 'gave-up', failure: failureOf(error) }));
    });
  };

  const restart = async (): Promise<void> => {
    for (let tryNumber = 1; !ending; tryNumber += 1) {
      try {
        // The killed server's children still hold its shared memory for a moment, and a new one refuses until they are gone.
        await sleep(100 * 2 ** (tryNumber - 1));
        if (ending) return;
        child = await startOnce(place, password);
        watch(child);
        tell({ kind: 'restarted' });
        return;
      } catch (error) {
        if (tryNumber >= restartTriesMax) throw error;
      }
    }
  };

  watch(child);
  return {
    place,
    password,
    processId: () => pidOf(child),
    async stop() {
      ending = true;
      await restarting;
      await endChild(child);
    },
    abandon() {
      ending = true;
      child.kill('SIGQUIT');
      const failure = new FailureError('data-folder-in-use', `${place.folder.path} was taken over by another gateway.`);
      tell({ kind: 'gave-up', failure });
    },
  };
}

/** Starts the server and waits until it accepts connections. Throws `data-folder-unusable` with its own last words when it ends first. */
async function startOnce(place: ServerPlace, password: string): Promise<ChildProcess> {
  const child = await launchPostgres(place);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`exit code ${code ?? signal}`));
  });
  let how: string | undefined;
  void ended.then((end) => {
    how = end;
  });
  try {
    for (let waitedMs = 0; waitedMs < startMsMax && how === undefined; waitedMs += pollMs) {
      if (await accepts(place, password)) return child;
      await Promise.race([ended, sleep(pollMs)]);
    }
  } catch (error) {
    await endChild(child);
    throw error;
  }
  if (how === undefined) await endChild(child);
  const lastWords = (await readFile(place.folder.logPath, 'utf8')).trimEnd().split('\n').slice(-6).join('\n');
  throw new FailureError(
    'data-folder-unusable',
    `PostgreSQL did not start (${how ?? 'no answer'}); it says:\n${lastWords}`,
    {
      remedy: `See ${place.folder.logPath}.`,
    },
  );
}

async function accepts(place: ServerPlace, password: string): Promise<boolean> {
  const client = new pg.Client({ ...connectionOf(place, password), connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the answer below says it
  try {
    await client.connect();
    return true;
  } catch (error) {
    // No socket yet, nobody listening yet, or recovering (57P03): wait. Anything else will not heal by waiting.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === '28P01') throw wrongPassword(place, error);
    return false;
  } finally {
    await client.end().catch(() => {}); // a connection that was never made
  }
}

const wrongPassword = ({ folder }: ServerPlace, cause: unknown): FailureError =>
  new FailureError('data-folder-unusable', `The password in ${folder.passwordPath} is not the database's.`, {
    cause,
    remedy: 'Put the file back from the backup of the data folder.',
  });

const connectionOf = ({ socketFolder }: ServerPlace, password: string) =>
  ({ host: socketFolder, port: 5432, user: databaseUser, password, database: 'postgres' }) as const;

/** Makes our database the first time, and reads back that nothing acknowledged can be lost with the power. */
async function prepareDatabase(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<{ value: string }>('SELECT current_setting($1) AS value', [setting]);
      if (rows[0]?.value === 'on') continue;
      throw new FailureError(
        'data-folder-unusable',
        `${setting} is "${rows[0]?.value}": a confirmed file could be lost.`,
        {
          remedy: `Remove ${setting} from postgresql.conf and postgresql.auto.conf in the database folder.`,
        },
      );
    }
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await endProcess(child.pid, async () => child.exitCode !== null || child.signalCode !== null);
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new FailureError('bug', 'the database server has no process id');
  return child.pid;
}
