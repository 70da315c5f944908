import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FailureError } from '../core/failure.ts';
import { startAnnouncer } from './announcer.ts';
import { COLUMN_TYPES } from './column-types.ts';
import { databaseFailureOf, isConflict } from './database-failure.ts';
import { withoutNul } from './json-text.ts';
import { type Listening, listenOn } from './listening.ts';

/*
 * Database   a pool of connections. One statement by itself, or several in a transaction.
 * Queryable  what a query needs: the pool or an open transaction.
 * Tx         an open transaction. What must stand or fall with other writes asks for one by its type.
 *
 * Rows come with int8 as bigint, numeric as string, timestamptz as Date; date and timestamp stay strings, never a Date.
 */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Answer<Row>>;
}

export interface Answer<Row> {
  readonly rows: readonly Row[];
  readonly rowCount: number;
}

export interface Tx extends Queryable {
  /**
   * Once this transaction is committed, those who listen on the channel in this process are woken; when nobody does, those in others.
   * Nobody is when it is rolled back.
   */
  announce(channel: string): void;
}

export interface Database extends Queryable {
  /**
   * Runs `story` in one transaction: committed when it returns, rolled back when it throws.
   * `story` may run up to three times, when transactions cross: it must have no effect but in the database.
   * Throws FailureError `database-busy`, `database-unreachable` or `disk-full`, or what `story` threw.
   */
  inTransaction<T>(story: (tx: Tx) => Promise<T>, options?: { readonly isolation?: Isolation }): Promise<T>;
  /** A connection outside the pool's limits of time, for migrations and bulk loads; closed afterwards. */
  withConnection<T>(use: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  /** Calls `wake` for every announcement, and once whenever some may have been missed (a lost connection). */
  listen(channel: string, wake: () => void): Promise<Listening>;
  /** Waits for open transactions, then closes every connection. */
  close(): Promise<void>;
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';
export type DatabaseConfig = { readonly url: string } | Omit<pg.PoolConfig, 'types'>;

export interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  readonly connectionsMax?: number;
  readonly statementTimeoutMs?: number;
  /** An idle connection was lost: nothing failed by it, the next query opens another. */
  readonly onConnectionLost?: (error: Error) => void;
}

const conflictTriesMax = 3;
/** A statement of ours takes milliseconds; one that takes this long is stuck behind a lock. */
const statementTimeoutMsDefault = 30_000;
/** A transaction that waits for its own code this long holds locks for nobody. */
const idleInTransactionMs = 60_000;
const connectMsMax = 10_000;

/** Opens a pool; the first query connects. `listen` and migrations need session connections, not a transaction pooler. */
export function openDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Database {
  const poolConfig: pg.PoolConfig = {
    ...('url' in config ? { connectionString: config.url } : config),
    max: options.connectionsMax ?? 10,
    application_name: options.applicationName ?? 'tallyport',
    statement_timeout: options.statementTimeoutMs ?? statementTimeoutMsDefault,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    connectionTimeoutMillis: connectMsMax,
    keepAlive: true,
    types: COLUMN_TYPES,
  };
  const pool = new pg.Pool(poolConfig);
  pool.on('error', (error) => options.onConnectionLost?.(error));
  const prepared: PreparedNames = new Map();
  const query = queryOf(pool, prepared);
  const announcer = startAnnouncer({ query });
  const heard = new Map<string, Set<() => void>>();
  const announce = (channel: string): void => {
    const near = heard.get(channel);
    // A notice through the server wakes a process that has to do with the work anyway: 0.35 ms of its processors saved each time.
    if (near === undefined || near.size === 0) announcer.announce(channel);
    else for (const wake of near) wake();
  };
  return {
    query,
    inTransaction: (story, { isolation = 'read committed' } = {}) =>
      retried(async () => {
        const { result, announced } = await once({ pool, prepared }, story, isolation);
        for (const channel of announced) announce(channel);
        return result;
      }),
    withConnection: (use) => withConnection(poolConfig, use),
    async listen(channel, wake) {
      const listening = await listenOn({ ...poolConfig, statement_timeout: 0 }, { query }, channel, wake);
      const near = heard.get(channel) ?? new Set();
      heard.set(channel, near.add(wake));
      return {
        close() {
          near.delete(wake);
          return listening.close();
        },
      };
    },
    async close() {
      await announcer.close();
      await pool.end();
    },
  };
}

/** A pool's or a client's query, its failures told as ours. */
export const queryOf = (on: pg.Pool | pg.ClientBase, prepared?: PreparedNames): Queryable['query'] =>
  async function query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Answer<Row>> {
    try {
      const { rows, rowCount } = await on.query<Row>({
        text,
        values: values.map(withoutNul),
        ...nameOf(prepared, text, values),
      });
      return { rows, rowCount: rowCount ?? 0 };
    } catch (error) {
      throw databaseFailureOf(error);
    }
  };

/*
 * Statements with parameters are prepared once on each connection: planning the claim takes longer than running it. Only so many
 * different ones, for a statement glued together from parts (a list of columns, a filter) would fill the server's memory.
 */
type PreparedNames = Map<string, string>;
const preparedMax = 500;

function nameOf(prepared: PreparedNames | undefined, text: string, values: readonly unknown[]): { name?: string } {
  if (prepared === undefined || values.length === 0) return {};
  const known = prepared.get(text);
  if (known !== undefined) return { name: known };
  if (prepared.size >= preparedMax) return {};
  const name = `tallyport_${prepared.size + 1}`;
  prepared.set(text, name);
  return { name };
}

interface Parts {
  readonly pool: pg.Pool;
  readonly prepared: PreparedNames;
}

async function once<T>(
  { pool, prepared }: Parts,
  story: (tx: Tx) => Promise<T>,
  isolation: Isolation,
): Promise<{ result: T; announced: ReadonlySet<string> }> {
  const client = await connected(pool);
  const announced = new Set<string>();
  const query = queryOf(client, prepared);
  let broken: unknown;
  const onError = (error: Error) => {
    broken = error; // the statement in hand fails with it; without a listener it would end the process
  };
  client.on('error', onError);
  try {
    await query(isolation === 'read committed' ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`);
    const result = await story({ query, announce: (channel) => announced.add(channel) });
    await commit(client);
    return { result, announced };
  } catch (error) {
    await query('ROLLBACK').catch((failure: unknown) => {
      broken ??= failure; // the connection is of no more use; the server rolls back by itself
    });
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(broken !== undefined);
  }
}

/** A transaction in which a statement failed answers COMMIT by rolling back, without an error: a story that caught it must not believe it. */
async function commit(client: pg.ClientBase): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw databaseFailureOf(error);
  });
  if (command !== 'COMMIT') throw new FailureError('bug', 'a statement failed in the transaction and nobody told');
}

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let tryNumber = 1; ; tryNumber += 1) {
    try {
      return await run();
    } catch (error) {
      const conflict = isConflict(error) || (error instanceof FailureError && isConflict(error.cause));
      if (!conflict || tryNumber >= conflictTriesMax) throw error;
      await sleep(tryNumber * 20);
    }
  }
}

async function connected(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw databaseFailureOf(error);
  }
}

async function withConnection<T>(config: pg.PoolConfig, use: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...config, statement_timeout: 0, idle_in_transaction_session_timeout: 0 });
  client.on('error', () => {}); // the statement in hand fails with it
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw databaseFailureOf(error);
  } finally {
    await client.end().catch(() => {}); // it may be lost already
  }
}
