import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/store/database.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/store/embedded/server.ts';
import { migrate } from '../../src/store/migrate.ts';
import { onDatabase, templateName } from './database.ts';

/*
 * One database server for the whole run: TEST_DATABASE_URL names one (a superuser's; CI runs the suite on a Debian PostgreSQL),
 * else the bundled one is started. Its files lie in memory where there is /dev/shm: the settings stay durable, the flushes cost nothing.
 */
let server: EmbeddedServer | undefined;
let dataFolder: string | undefined;

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server's maintenance database; `testDatabase()` makes the ones tests use. */
    databaseUrl: string;
  }
}

export async function setup(project: TestProject): Promise<void> {
  const url = process.env.TEST_DATABASE_URL ?? (await startServer());
  const maintenance = openDatabase({ url });
  await maintenance.query(`DROP DATABASE IF EXISTS ${templateName} WITH (FORCE)`);
  await maintenance.query(`CREATE DATABASE ${templateName}`);
  await maintenance.close();
  const template = openDatabase({ url: onDatabase(url, templateName) });
  await migrate(template);
  await template.close();
  project.provide('databaseUrl', url);
}

export async function teardown(): Promise<void> {
  await server?.stop();
  if (dataFolder !== undefined) await rm(dataFolder, { recursive: true, force: true });
}

async function startServer(): Promise<string> {
  const inMemory = await stat('/dev/shm').then(
    (found) => found.isDirectory(),
    () => false,
  );
  dataFolder = await mkdtemp(join(inMemory ? '/dev/shm' : tmpdir(), 'tallyport-test-'));
  server = await startEmbeddedServer({ dataFolder });
  // A file's databases close when the file ends: 39 gateways in one file want more than the 100 connections of a server on a fast machine.
  const maintenance = openDatabase({ url: server.url }, { connectionsMax: 1 });
  await maintenance.query('ALTER SYSTEM SET max_connections = 500');
  await maintenance.close();
  await server.stop();
  server = await startEmbeddedServer({ dataFolder });
  return server.url;
}
