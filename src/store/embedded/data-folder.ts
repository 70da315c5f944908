import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FailureError } from '../../core/failure.ts';
import type { RunAs } from './run-as.ts';

/*
 * The data folder:  gateway.lock        who runs on it
 *                   database-password   0600; the only key to the database
 *                   postgres/           PostgreSQL's own files, 0700, owned by who runs it
 *                   postgres.log        what PostgreSQL says
 *                   socket-folder       where its socket lies while it runs
 */
export interface DataFolder {
  readonly path: string;
  readonly databaseFolder: string;
  readonly logPath: string;
  readonly passwordPath: string;
  readonly socketNotePath: string;
}

/** Linux cuts a socket's path at 108 bytes with the closing zero; macOS at 104. */
export const socketPathBytesMax = process.platform === 'darwin' ? 103 : 107;
const socketName = '.s.PGSQL.5432';
/** PostgreSQL's own words are kept for two rounds of this size. */
const logBytesMax = 10 * 1024 * 1024;

/** Makes the folder when it is absent. Throws FailureError `data-folder-unusable` when it cannot be written. */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = await realpath(folder);
    const probe = await mkdtemp(join(path, '.probe-'));
    await rm(probe, { recursive: true });
    return {
      path,
      databaseFolder: join(path, 'postgres'),
      logPath: join(path, 'postgres.log'),
      passwordPath: join(path, 'database-password'),
      socketNotePath: join(path, 'socket-folder'),
    };
  } catch (cause) {
    throw new FailureError('data-folder-unusable', `${folder} cannot be written: ${messageOf(cause)}`, {
      cause,
      remedy: `Run the gateway as the owner of ${folder}, or choose another data folder.`,
    });
  }
}

/** PostgreSQL's major version that wrote the database; undefined when there is none yet. */
export async function majorVersionOf({ databaseFolder }: DataFolder): Promise<number | undefined> {
  try {
    return Number((await readFile(join(databaseFolder, 'PG_VERSION'), 'utf8')).trim());
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Throws FailureError `data-folder-unusable` when another major version wrote the database: PostgreSQL cannot read it. */
export function assertMajorVersion(folder: DataFolder, found: number, carried: number): void {
  if (found === carried) return;
  throw new FailureError(
    'data-folder-unusable',
    `${folder.databaseFolder} was written by PostgreSQL ${found}; this build carries PostgreSQL ${carried}, which cannot read it.`,
    {
      remedy:
        `Start the release that carries PostgreSQL ${found}, save the database with pg_dump ${found} or newer through its socket, ` +
        `move ${folder.databaseFolder} aside, start this release and load the dump; or run a PostgreSQL ${found} server on it and set DATABASE_URL.`,
    },
  );
}

/**
 * The database's password: made once, before the database, and read ever after.
 * Throws FailureError `data-folder-unusable` when the database is there and its password is not.
 */
export async function passwordOf(
  { passwordPath, databaseFolder }: DataFolder,
  databaseExists: boolean,
): Promise<string> {
  try {
    return (await readFile(passwordPath, 'utf8')).trim();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  if (databaseExists) {
    throw new FailureError(
      'data-folder-unusable',
      `${passwordPath} is missing: the database in ${databaseFolder} stays shut.`,
      {
        remedy: 'Put the file back from the backup of the data folder.',
      },
    );
  }
  const password = randomBytes(24).toString('base64url');
  const file = await open(passwordPath, 'wx', 0o600);
  await file.writeFile(`${password}\n`);
  await file.sync(); // a database whose password was lost with the power is a lost database
  await file.close();
  return password;
}

/** Only the server's user may enter: 0700, and for root's server not root's. */
export async function makePrivateFolder(path: string, runAs: RunAs | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
}

/**
 * A short private folder for the socket: the data folder's own path may be too long for a socket, and closed to the server's user.
 * Throws FailureError `platform-unsupported` when no temporary folder is short enough.
 */
export async function makeSocketFolder(runAs: RunAs | undefined, notePath: string): Promise<string> {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    const length = Buffer.byteLength(join(parent, `${socketFolderPrefix}123456`, socketName));
    if (length > socketPathBytesMax || !(await isOpenTo(parent, runAs))) continue;
    const folder = await mkdtemp(join(await realpath(parent), socketFolderPrefix));
    await writeFile(notePath, folder); // a killed gateway's is removed at the next start
    if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
    return folder;
  }
  throw new FailureError(
    'platform-unsupported',
    'No temporary folder is short enough and open for the database socket.',
    {
      remedy: 'Set TMPDIR to a short path such as /tmp, or set DATABASE_URL to a PostgreSQL server.',
    },
  );
}

const socketFolderPrefix = 'tallyport-';

/** Removes a socket folder and its note: `own`, or without it the one a killed gateway noted. Another gateway's stays. */
export async function removeSocketFolder({ socketNotePath }: DataFolder, own?: string): Promise<void> {
  try {
    const noted = await readFile(socketNotePath, 'utf8');
    const folder = own ?? noted;
    if (basename(folder).startsWith(socketFolderPrefix)) await rm(folder, { recursive: true, force: true });
    if (noted === folder) await rm(socketNotePath);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** Whether every folder on the way lets the server's user pass; for ourselves, mkdtemp will tell. */
async function isOpenTo(folder: string, runAs: RunAs | undefined): Promise<boolean> {
  try {
    if (runAs === undefined) return (await stat(folder)).isDirectory();
    const steps = (await realpath(folder)).split('/').filter((step) => step !== '');
    for (let count = 0; count <= steps.length; count += 1) {
      const { mode, uid } = await stat(`/${steps.slice(0, count).join('/')}`);
      if ((mode & (uid === runAs.uid ? 0o100 : 0o001)) === 0) return false;
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EACCES')) return false;
    throw error;
  }
}

/** What a start that was killed in the middle of making the database left behind. */
export async function removeDrafts({ path }: DataFolder): Promise<void> {
  const drafts = (await readdir(path)).filter((name) => name.startsWith('postgres.new-') || name.startsWith('.probe-'));
  for (const name of drafts) {
    await rm(join(path, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }); // an initdb may still be at it
  }
}

/** Opens the log to append; the caller closes it. Bounded: at each start a full one becomes postgres.log.1. */
export async function openLog({ logPath }: DataFolder): Promise<number> {
  try {
    if ((await stat(logPath)).size > logBytesMax) await rename(logPath, `${logPath}.1`);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return openSync(logPath, 'a', 0o600);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
