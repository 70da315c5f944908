import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startProcess, type TestProcess } from '../../support/child-process.ts';
import { committedTexts } from './disk-intake.ts';

let root: string;
const path = (...names: string[]) => join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tallyport-killed-'));
  for (const folder of ['in', 'archive', 'store']) await mkdir(path(folder));
  await writeFile(path('report'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const startKilled = (killAt: string): TestProcess =>
  startProcess(new URL('./killed-poller.ts', import.meta.url), {
    inbox: path('in'),
    archive: path('archive'),
    store: path('store'),
    report: path('report'),
    killAt,
  });

async function drop(count: number, prefix = ''): Promise<readonly string[]> {
  const texts = Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);
  for (const text of texts) {
    await writeFile(path('in', `.${text}`), text);
    await rename(path('in', `.${text}`), path('in', `${text}.edi`));
  }
  return texts;
}
const archived = async () =>
  (await readdir(path('archive'), { recursive: true }))
    .filter((name) => name.includes('/'))
    .map((name) => name.slice(-7, -4))
    .toSorted();
/** Every text that was committed as new, as often as it was. */
const newlyTaken = async () =>
  (await readFile(path('report'), 'utf8'))
    .split('\n')
    .filter((line) => line.endsWith(' true'))
    .map((line) => line.split(' ')[0]);

describe('kill -9', () => {
  test.each(['read', 'committed', 'taken'])('once a file is %s loses nothing and takes nothing twice', async (step) => {
    const texts = await drop(5);
    expect(await startKilled(step).ended()).toBe('SIGKILL');
    const second = startKilled('never');
    await expect.poll(archived, { timeout: 20_000 }).toEqual(texts);
    second.child.kill('SIGKILL');
    expect(await committedTexts(path('store'))).toEqual(texts);
  });

  test('at any moment, again and again, with two pollers on one folder', async () => {
    const expected = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const pollers = [startKilled('never'), startKilled('never')];
      await Promise.all(pollers.map((poller) => poller.message((text) => text === 'started')));
      for (const text of await drop(40, String.fromCharCode(97 + round))) expected.add(text);
      // Another moment each round, somewhere in the 40 files.
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      for (const { child } of pollers) child.kill('SIGKILL');
      await Promise.all(pollers.map((poller) => poller.ended()));
    }
    const last = startKilled('never');
    const all = [...expected].toSorted();
    await expect
      .poll(async () => (await readdir(path('archive'), { recursive: true })).length, { timeout: 30_000 })
      .toBe(all.length + 1);
    last.child.kill('SIGKILL');
    await last.ended();
    expect(await committedTexts(path('store'))).toEqual(all);
    const taken = await newlyTaken();
    expect(new Set(taken).size).toBe(taken.length);
    expect((await readdir(path('in'))).toSorted()).toEqual(['.tallyport']);
  }, 60_000);
});
