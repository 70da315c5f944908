import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, isPgPool, runMigrations } from 'bullmq';
import pg from 'pg';
import { FailureError } from '../core/failure.ts';
import { LANES } from '../core/work.ts';
import { bullQueue, throwUnreachable } from './bull-queue.ts';
import { lighten } from './lighten-postgres.ts';
import type { Queue } from './queue.ts';

const schema = 'bullmq';
/** Beside one LISTEN connection for each lane's worker. */
const queryConnections = 10;
const proofMsMax = 5_000;

/**
 * BullMQ on PostgreSQL, in a schema of its own beside our tables, on a pool of its own.
 * Throws FailureError `queue-unreachable`, or `config-invalid` when LISTEN does not get through.
 */
export async function openPostgresQueue(config: pg.PoolConfig): Promise<Queue> {
  const pool = new pg.Pool({
    ...config,
    application_name: 'tallyport-queue',
    options: `-c search_path=${schema}`,
    max: queryConnections + LANES.length,
    keepAlive: true, // a LISTEN connection that died silently would wake nobody
  });
  pool.on('error', () => {}); // an idle connection was lost; the next query opens another
  try {
    await prove(pool);
    const client = await pool.connect();
    try {
      await runMigrations(client, schema);
      await lighten(client);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    return throwUnreachable(error);
  }
  if (!isPgPool(pool)) throw new FailureError('bug', 'BullMQ does not know a pg.Pool any more');
  return bullQueue({ factory: createPostgresBackend, producer: pool, consumer: pool, close: () => pool.end() });
}

/** A transaction pooler answers LISTEN and delivers nothing: a notice sent over one connection must arrive on another. */
async function prove(pool: pg.Pool): Promise<void> {
  const listener = await pool.connect();
  const timer = new AbortController();
  try {
    const arrived = new Promise<boolean>((resolve) => listener.once('notification', () => resolve(true)));
    await listener.query('LISTEN tallyport_queue_probe');
    await pool.query('NOTIFY tallyport_queue_probe');
    const patience = sleep(proofMsMax, false, { signal: timer.signal }).catch(() => false);
    if (await Promise.race([arrived, patience])) return;
  } finally {
    timer.abort();
    listener.release(true);
  }
  throw new FailureError('config-invalid', 'The database connection does not deliver LISTEN/NOTIFY to the queue.', {
    remedy:
      'DATABASE_URL leads through a transaction pooler such as pgbouncer: give the address of PostgreSQL itself, or set REDIS_URL.',
  });
}
