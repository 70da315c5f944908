import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { processStart } from '../../src/store/embedded/process-table.ts';
import { type EmbeddedServer, type EmbeddedServerEvent, startEmbeddedServer } from '../../src/store/embedded/server.ts';
import { startProcess } from '../support/child-process.ts';

let parent: string;
let dataFolder: string;
const parents: string[] = [];
const running: EmbeddedServer[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'embedded-')); // 0700, as a home folder often is
  parents.push(parent);
  dataFolder = join(parent, 'data');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(async () => {
  for (const folder of parents) await rm(folder, { recursive: true, force: true });
});

const start = async (onEvent: (event: EmbeddedServerEvent) => void = () => {}): Promise<EmbeddedServer> => {
  const server = await startEmbeddedServer({ dataFolder, onEvent });
  running.push(server);
  return server;
};
const script = new URL('./embedded-process.ts', import.meta.url);
const isGone = (path: string) =>
  stat(path).then(
    () => false,
    () => true,
  );
/** Ended processes whose parent is gone may stay in the table until init collects them: those do not run. */
const isRunning = async (pid: number): Promise<boolean> => (await processStart(pid)) !== null;

async function ask<Row extends Record<string, unknown>>(server: EmbeddedServer, sql: string): Promise<readonly Row[]> {
  const database = openDatabase({ url: server.url });
  try {
    return (await database.query<Row>(sql)).rows;
  } finally {
    await database.close();
  }
}

test('it is private, durable, and sorts as Unicode code points in every place', async () => {
  const server = await start();
  const names = [
    'listen_addresses',
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'dynamic_shared_memory_type',
    'TimeZone',
  ];
  const settings = await ask<{ name: string; setting: string }>(
    server,
    `SELECT name, setting FROM pg_settings WHERE name IN (${names.map((name) => `'${name}'`).join()})`,
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    listen_addresses: '',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    dynamic_shared_memory_type: 'mmap',
    TimeZone: 'UTC',
  });
  expect(
    await ask(server, 'SELECT datlocprovider, datlocale, encoding FROM pg_database WHERE datname = current_database()'),
  ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 6 }]);
  expect((await stat(join(dataFolder, 'database-password'))).mode & 0o777).toBe(0o600);
  expect((await stat(server.socketFolder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataFolder, 'postgres'))).mode & 0o777).toBe(0o700);
  expect(await readFile(join(dataFolder, 'postgres', 'pg_hba.conf'), 'utf8')).not.toMatch(/^[^#]*\btrust\b/m);
});

test('what was stored is there at the next start, and nothing is left of the last one', async () => {
  const first = await start();
  await ask(first, 'CREATE TABLE kept AS SELECT 7 AS seven');
  await first.stop();
  expect(await isGone(first.socketFolder)).toBe(true);
  const left = (await readdir(dataFolder)).filter((name) => name !== 'binaries'); // a copy, when node_modules is another user's
  expect(left.toSorted()).toEqual(['database-password', 'postgres', 'postgres.log']);
  const second = await start();
  expect(await ask(second, 'SELECT seven FROM kept')).toEqual([{ seven: 7 }]);
});

test('a second gateway on the folder is refused and told which process has it', async () => {
  const first = startProcess(script, { dataFolder });
  await first.message((text) => text.startsWith('server '));
  await expect(startEmbeddedServer({ dataFolder })).rejects.toMatchObject({
    kind: 'data-folder-in-use',
    message: expect.stringContaining(`process id ${first.child.pid}`),
  });
  first.child.kill('SIGTERM');
  expect(await first.ended()).toBe(0);
});

test('a killed gateway leaves its server behind: the next one stops it and starts its own, with all that was committed', async () => {
  const first = startProcess(script, { dataFolder });
  const [, pid, socketFolder] = (await first.message((text) => text.startsWith('server '))).split(' ');
  await first.message((text) => text === 'row 50');
  first.child.kill('SIGKILL');
  await first.ended();
  expect(await isRunning(Number(pid))).toBe(true);
  const server = await start();
  expect(await isRunning(Number(pid))).toBe(false);
  expect(await isGone(socketFolder ?? '')).toBe(true);
  expect(
    (await ask<{ count: number }>(server, 'SELECT count(*)::int AS count FROM written'))[0]?.count,
  ).toBeGreaterThanOrEqual(50);
});

test('gateway and server killed at once, in the middle of writing: every row that was confirmed is there', async () => {
  for (const rows of [30, 90]) {
    const writer = startProcess(script, { dataFolder });
    const [, pid] = (await writer.message((text) => text.startsWith('server '))).split(' ');
    await writer.message((text) => text === `row ${rows}`);
    writer.child.kill('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    await writer.ended();
    const confirmed = writer.messages().filter((text) => text.startsWith('row ')).length;
    const server = await start();
    const [{ count } = { count: 0 }] = await ask<{ count: number }>(
      server,
      'SELECT count(*)::int AS count FROM written',
    );
    expect(count).toBeGreaterThanOrEqual(confirmed);
    await server.stop();
  }
});

test('a killed server is started again, and the pool goes on with what was committed', async () => {
  const events: EmbeddedServerEvent[] = [];
  const server = await start((event) => void events.push(event));
  const database = openDatabase({ url: server.url });
  await database.query('CREATE TABLE kept AS SELECT 7 AS seven');
  const killed = server.processId();
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(() => expect(events.map(({ kind }) => kind)).toEqual(['died', 'restarted']), 20_000);
  expect(server.processId()).not.toBe(killed);
  expect((await database.query('SELECT seven FROM kept')).rows).toEqual([{ seven: 7 }]);
  await database.close();
});

test('a gateway killed while it makes the database does not spoil the folder', async () => {
  const notes: string[] = [];
  for (const delayMs of [150, 300, 450, 600]) {
    const first = startProcess(script, { dataFolder });
    await first.message((text) => text === 'starting');
    await sleep(delayMs);
    first.child.kill('SIGKILL');
    await first.ended();
    notes.push(await readFile(join(dataFolder, 'socket-folder'), 'utf8').catch(() => ''));
  }
  const server = await start();
  expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  for (const note of notes.filter((one) => one !== '')) expect(await isGone(note)).toBe(true);
  expect((await readdir(dataFolder)).filter((name) => name.includes('new'))).toEqual([]);
});

test('a process id that belongs to somebody else by now does not keep the server from starting', async () => {
  await (await start()).stop();
  await writeFile(join(dataFolder, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataFolder}\n1\n5432\n\n\n`, {
    mode: 0o600,
  });
  expect(await ask(await start(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a folder of another major version is refused with the way out', async () => {
  await mkdir(join(dataFolder, 'postgres'), { recursive: true });
  await writeFile(join(dataFolder, 'postgres', 'PG_VERSION'), '17\n');
  await expect(start()).rejects.toMatchObject({
    kind: 'data-folder-unusable',
    message: expect.stringMatching(/PostgreSQL 17; this build carries PostgreSQL 18/),
    remedy: expect.stringContaining('DATABASE_URL'),
  });
  expect(await readFile(join(dataFolder, 'postgres', 'PG_VERSION'), 'utf8')).toBe('17\n');
});

test.each([
  { what: 'missing', change: (path: string) => rm(path), message: 'is missing' },
  { what: 'wrong', change: (path: string) => writeFile(path, 'another\n'), message: "is not the database's" },
])('a password file that is $what is told by name', async ({ change, message }) => {
  await (await start()).stop();
  await change(join(dataFolder, 'database-password'));
  await expect(start()).rejects.toMatchObject({
    kind: 'data-folder-unusable',
    message: expect.stringContaining(message),
  });
  expect(await readdir(dataFolder)).not.toContain('gateway.lock');
});

test.each(['fsync', 'synchronous_commit', 'full_page_writes'])(
  'a database that was told %s = off is refused',
  async (setting) => {
    await (await start()).stop();
    await appendFile(join(dataFolder, 'postgres', 'postgresql.conf'), `${setting} = off\n`);
    await expect(start()).rejects.toMatchObject({
      kind: 'data-folder-unusable',
      message: expect.stringContaining(setting),
    });
  },
);

test('a server that cannot start says why in its own words', async () => {
  await (await start()).stop();
  await appendFile(join(dataFolder, 'postgres', 'postgresql.conf'), 'no_such_setting = 1\n');
  await expect(start()).rejects.toMatchObject({
    kind: 'data-folder-unusable',
    message: expect.stringContaining('no_such_setting'),
  });
});

test('a folder that was taken over ends this server for good', async () => {
  const events: EmbeddedServerEvent[] = [];
  const server = await start((event) => void events.push(event));
  const pid = server.processId();
  await writeFile(
    join(dataFolder, 'gateway.lock'),
    JSON.stringify({ pid: 1, startedAt: '', place: '', nonce: 'another' }),
  );
  await vi.waitFor(
    () => expect(events).toMatchObject([{ kind: 'gave-up', failure: { kind: 'data-folder-in-use' } }]),
    10_000,
  );
  await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), 10_000);
});

test('a data folder with a very long name works', async () => {
  dataFolder = join(parent, 'd'.repeat(120), 'e'.repeat(120));
  expect(await ask(await start(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});
