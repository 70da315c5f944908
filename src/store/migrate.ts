import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { ClientBase } from 'pg';
import { FailureError } from '../core/failure.ts';
import type { Database } from './database.ts';
import { type Queryable, queryOf } from './query.ts';

/*
 * Migrations are numbered SQL files, upwards only, never edited once released. The table `migration` remembers which ran and the
 * checksum each had. node-pg-migrate runs them; the lock, the checksums and the refusals are ours.
 */
export const migrationsFolder: string = fileURLToPath(new URL('migrations/', import.meta.url));

const migrationTable = 'migration';
/** Any number will do, so long as nobody else on this database uses it: "tally" in bytes. */
const lockKey = 0x74616c6c79;
/** UNIQUE NULLS NOT DISTINCT is of 15. */
const majorVersionMin = 15;

type Asking = Pick<Queryable, 'query'>;

interface MigrationFile {
  readonly name: string;
  readonly checksum: string;
}

/**
 * Brings the database up to this build; of several processes that start at once, one does it and the others wait.
 * Gives the names that ran. Throws FailureError `schema-too-new` when the database has a migration this build does not know,
 * `config-invalid` when the server is too old, `bug` when a migration was edited after it ran.
 */
export async function migrate(database: Database, folder: string = migrationsFolder): Promise<readonly string[]> {
  return database.withConnection(async (client) => {
    const on: Asking = { query: queryOf(client) };
    await assertServerVersion(on);
    await on.query('SELECT pg_advisory_lock($1)', [lockKey]); // released with the connection
    const files = await migrationFiles(folder);
    await assertKnown(on, files);
    const ran = await run(client, folder);
    await rememberChecksums(on, files);
    return ran;
  });
}

async function run(client: ClientBase, folder: string): Promise<string[]> {
  const silent = { info: () => {}, warn: () => {}, error: () => {} }; // an error is thrown as well
  const ran = await runner({
    dbClient: client,
    dir: folder,
    ignorePattern: '(?!.*\\.sql$).*',
    migrationsTable: migrationTable,
    direction: 'up',
    noLock: true,
    singleTransaction: true,
    logger: silent,
  });
  return ran.map(({ name }) => name);
}

async function migrationFiles(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.sql'.length),
      checksum: createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    })),
  );
}

async function assertServerVersion(on: Asking): Promise<void> {
  const { rows } = await on.query<{ version: number }>("SELECT current_setting('server_version_num')::int AS version");
  const major = Math.floor((rows[0]?.version ?? 0) / 10_000);
  if (major >= majorVersionMin) return;
  throw new FailureError(
    'config-invalid',
    `The database server is PostgreSQL ${major}; ${majorVersionMin} or newer is needed.`,
  );
}

/** Refuses a database that a newer build has changed, or one whose past differs from what our files say. */
async function assertKnown(on: Asking, files: readonly MigrationFile[]): Promise<void> {
  const { rows: tables } = await on.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    migrationTable,
  ]);
  if (tables[0]?.found !== true) return;
  await on.query(`ALTER TABLE ${migrationTable} ADD COLUMN IF NOT EXISTS checksum text`);
  const { rows } = await on.query<{ name: string; checksum: string | null }>(
    `SELECT name, checksum FROM ${migrationTable} ORDER BY name`,
  );
  const unknown = rows.filter(({ name }) => !files.some((file) => file.name === name)).at(-1);
  if (unknown !== undefined) {
    const message = `Database is at ${unknown.name}, this build knows ${files.at(-1)?.name ?? 'none'}.`;
    throw new FailureError('schema-too-new', message, {
      remedy: 'Start the newer build again, or restore the backup made before it.',
    });
  }
  for (const { name, checksum } of rows) {
    if (checksum === null || files.some((file) => file.name === name && file.checksum === checksum)) continue;
    throw new FailureError('bug', `Migration ${name} was edited after it ran on this database.`, {
      remedy: 'Restore the released file and put the change into a new migration.',
    });
  }
}

async function rememberChecksums(on: Asking, files: readonly MigrationFile[]): Promise<void> {
  await on.query(`ALTER TABLE ${migrationTable} ADD COLUMN IF NOT EXISTS checksum text`);
  await on.query(
    `UPDATE ${migrationTable} SET checksum = file.checksum
       FROM unnest($1::text[], $2::text[]) AS file (name, checksum)
      WHERE ${migrationTable}.name = file.name AND ${migrationTable}.checksum IS NULL`,
    [files.map(({ name }) => name), files.map(({ checksum }) => checksum)],
  );
}
