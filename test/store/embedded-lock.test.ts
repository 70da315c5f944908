import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { lockDataFolder } from '../../src/store/embedded/data-folder-lock.ts';

let folder: string;
let path: string;
const parents: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  parents.push(folder);
  path = join(folder, 'gateway.lock');
});
afterAll(async () => {
  for (const parent of parents) await rm(parent, { recursive: true });
});

let mine: { pid: number; startedAt: string; place: string; nonce: string };
beforeAll(async () => {
  const here = await mkdtemp(join(tmpdir(), 'lock-'));
  parents.push(here);
  const lock = await lockDataFolder(here, () => {});
  mine = JSON.parse(await readFile(join(here, 'gateway.lock'), 'utf8'));
  await lock.release();
});

const never = () => {
  throw new Error('the lock was lost');
};
const writeHolder = (holder: Partial<typeof mine>) =>
  writeFile(path, JSON.stringify({ ...mine, nonce: 'other', ...holder }));

test('one holder at a time, named to the second; free when released', async () => {
  const lock = await lockDataFolder(folder, never);
  await expect(lockDataFolder(folder, never)).rejects.toMatchObject({
    kind: 'data-folder-in-use',
    message: `${folder} is in use by the gateway with process id ${process.pid}.`,
  });
  await lock.release();
  await (await lockDataFolder(folder, never)).release();
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  { what: 'whose process is gone', holder: { pid: 4_194_300 } },
  { what: 'whose process id belongs to another by now', holder: { startedAt: 'before' } },
])('a holder $what is replaced', async ({ holder }) => {
  await writeHolder(holder);
  const lock = await lockDataFolder(folder, never);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
  await lock.release();
});

test('a lock file without sense is replaced', async () => {
  await writeFile(path, '');
  await (await lockDataFolder(folder, never)).release();
});

test('of many that find a dead holder, one gets the folder', async () => {
  await writeHolder({ pid: 4_194_300 });
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataFolder(folder, never)));
  const got = tries.filter((one) => one.status === 'fulfilled');
  expect(got).toHaveLength(1);
  expect((await readdir(folder)).toSorted()).toEqual(['gateway.lock']);
  for (const one of got) await one.value.release();
});

test('a holder on another machine is believed while its heart beats', async () => {
  await writeHolder({ place: 'another machine', pid: 1 });
  let beat = 1_000;
  const beating = setInterval(() => void utimes(path, beat, beat++), 50);
  await expect(lockDataFolder(folder, never, 2_000)).rejects.toMatchObject({ kind: 'data-folder-in-use' });
  clearInterval(beating);
});

test('a holder on another machine that fell silent is replaced', async () => {
  await writeHolder({ place: 'another machine', pid: 1 });
  await (await lockDataFolder(folder, never, 500)).release();
});

test('a holder that was replaced is told, and does not remove the lock of the new one', async () => {
  const lost = vi.fn();
  const lock = await lockDataFolder(folder, lost);
  await writeHolder({});
  await vi.waitFor(() => expect(lost).toHaveBeenCalledTimes(1), 5_000);
  await lock.release();
  expect(await readdir(folder)).toEqual(['gateway.lock']);
});
