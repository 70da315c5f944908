import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { migrate, migrationsFolder } from '../../src/store/migrate.ts';
import { emptyDatabase } from '../support/database.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  folders.push(folder);
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return folder;
}

const first = { '0001-first.sql': 'CREATE TABLE first (a int);' };
const second = { '0002-second.sql': 'CREATE TABLE second (b int);' };

test('ours run on an empty database, once', async () => {
  const { database } = await emptyDatabase();
  const names = readdirSync(migrationsFolder).map((name) => name.replace(/\.sql$/, ''));
  expect(await migrate(database)).toEqual(names.toSorted());
  expect(await migrate(database)).toEqual([]);
  const { rows } = await database.query("SELECT value FROM setting WHERE name = 'installation-id'");
  expect(rows).toEqual([{ value: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
});

test('only what is new runs', async () => {
  const { database } = await emptyDatabase();
  expect(await migrate(database, await folderOf(first))).toEqual(['0001-first']);
  expect(await migrate(database, await folderOf({ ...first, ...second }))).toEqual(['0002-second']);
});

test('processes that start at once do not run one twice', async () => {
  const { database, url } = await emptyDatabase();
  const folder = await folderOf({ '0001-slow.sql': 'CREATE TABLE slow (a int); SELECT pg_sleep(0.3);' });
  const others = [1, 2, 3].map(() => openDatabase({ url }));
  const ran = await Promise.all([database, ...others].map((each) => migrate(each, folder)));
  expect(ran.flat()).toEqual(['0001-slow']);
  for (const other of others) await other.close();
});

test('a schema newer than the code is refused, and left alone', async () => {
  const { database } = await emptyDatabase();
  await migrate(database, await folderOf({ ...first, ...second }));
  const older = await folderOf(first);
  await expect(migrate(database, older)).rejects.toMatchObject({
    kind: 'schema-too-new',
    message: 'Database is at 0002-second, this build knows 0001-first.',
  });
});

test('a migration edited after it ran is refused by name', async () => {
  const { database } = await emptyDatabase();
  await migrate(database, await folderOf(first));
  const edited = await folderOf({ '0001-first.sql': 'CREATE TABLE first (a bigint);', ...second });
  await expect(migrate(database, edited)).rejects.toThrow('Migration 0001-first was edited');
  expect((await database.query("SELECT to_regclass('second') AS found")).rows).toEqual([{ found: null }]);
});

test('a migration that fails leaves nothing of itself or of those beside it', async () => {
  const { database } = await emptyDatabase();
  const folder = await folderOf({ ...first, '0002-wrong.sql': 'CREATE TABLE second (b int); SELECT no_such_column;' });
  await expect(migrate(database, folder)).rejects.toThrow('no_such_column');
  expect((await database.query("SELECT to_regclass('first') AS a, to_regclass('second') AS b")).rows).toEqual([
    { a: null, b: null },
  ]);
  expect(await migrate(database, await folderOf(first))).toEqual(['0001-first']);
});
