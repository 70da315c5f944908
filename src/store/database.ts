import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FailureError } from '../core/failure.ts';
import { startAnnouncer } from './announcer.ts';
import { COLUMN_TYPES } from './column-types.ts';
import { databaseFailureOf, isConflict } from './database-failure.ts';
import { GatheringSocket } from './gathering-socket.ts';
import { type Listening, listenOn } from './listening.ts';
import { type Isolation, type PreparedNames, type Queryable, queryOf, type Tx } from './query.ts';
import { runTransaction } from './transaction.ts';

/*
 * Database   a pool of connections. One statement by itself, or several in a transaction.
 * Queryable  what a query needs: the pool or an open transaction.
 * Tx         an open transaction. What must stand or fall with other writes asks for one by its type.
 *
 * Rows come with int8 as bigint, numeric as string, timestamptz as Date; date and timestamp stay strings, never a Date.
 */
export type { Answer, Queryable, Tx } from './query.ts';

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
  // Pipelined: a transaction's statements need not wait for each other's answers.
  const pool = new pg.Pool({ ...poolConfig, pipeline: true, stream: () => new GatheringSocket() });
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
    async tell(text, values) {
      await query(text, values);
    },
    inTransaction: (story, { isolation = 'read committed' } = {}) =>
      retried(async () => {
        const { result, announced } = await runTransaction(await connected(pool), prepared, story, isolation);
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
