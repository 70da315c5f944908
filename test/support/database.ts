import { randomBytes } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/database.ts';

export interface TestDatabase {
  readonly database: Database;
  /** For a second pool or another process. */
  readonly url: string;
}

export const templateName = 'tallyport_template';

/**
 * A migrated database of its own for the test file that asks, closed and dropped when the file ends.
 * Call it in `beforeAll` or at the top of the file: `const { database } = await testDatabase();`
 */
export async function testDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const maintenanceUrl = inject('databaseUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const maintenance = openDatabase({ url: maintenanceUrl }, { connectionsMax: 1 });
  await maintenance.query(`CREATE DATABASE ${name} TEMPLATE ${templateName}`);
  const url = onDatabase(maintenanceUrl, name);
  const database = openDatabase({ url }, options);
  afterAll(async () => {
    await database.close();
    await maintenance.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await maintenance.close();
  });
  return { database, url };
}

/** An empty database without any table, for tests of migrations. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const maintenanceUrl = inject('databaseUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const maintenance = openDatabase({ url: maintenanceUrl }, { connectionsMax: 1 });
  await maintenance.query(`CREATE DATABASE ${name}`);
  const url = onDatabase(maintenanceUrl, name);
  const database = openDatabase({ url });
  afterAll(async () => {
    await database.close();
    await maintenance.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await maintenance.close();
  });
  return { database, url };
}

/** The same server and user, another database. The host may be a socket folder in the query, which URL cannot parse without a host. */
export const onDatabase = (url: string, name: string): string => url.replace(/(@[^/]*\/)[^?]*/, `$1${name}`);
