import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FailureError } from '../core/failure.ts';
import type { Queryable } from './database.ts';
import { databaseFailureOf } from './database-failure.ts';

/*
 *   connected ──lost──▶ connecting again, every second ──▶ connected, and one wake for what may have been missed
 */
export interface Listening {
  close(): Promise<void>;
}

const reconnectMs = 1_000;
const proofMsMax = 5_000;

/**
 * Listens on a connection of its own, and proves it first: a notice sent over the pool must arrive.
 * Throws FailureError `config-invalid` when it does not: a transaction pooler (pgbouncer) stands between.
 */
export async function listenOn(
  config: pg.PoolConfig,
  pool: Pick<Queryable, 'query'>,
  channel: string,
  wake: () => void,
): Promise<Listening> {
  let closed = false;
  let client: pg.Client | undefined;

  const connect = async (): Promise<pg.Client> => {
    const fresh = new pg.Client({ ...config, keepAlive: true });
    fresh.on('error', () => {}); // 'end' follows, and that one acts
    await fresh.connect();
    fresh.on('end', () => {
      if (!closed && client === fresh) void reconnect();
    });
    fresh.on('notification', ({ channel: heard }) => {
      if (heard === channel) wake();
    });
    await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    return fresh;
  };

  const reconnect = async (): Promise<void> => {
    while (!closed) {
      await sleep(reconnectMs);
      try {
        const fresh = await connect();
        if (closed) return void (await fresh.end());
        client = fresh;
        wake();
        return;
      } catch {
        // Still away. Who listens also polls, and its queries tell what is wrong.
      }
    }
  };

  try {
    client = await connect();
    await proveListening(client, pool);
  } catch (error) {
    closed = true;
    await client?.end();
    throw databaseFailureOf(error);
  }
  return {
    async close() {
      closed = true;
      await client?.end().catch(() => {}); // it may be lost already
    },
  };
}

/** Sends a notice over one connection and waits for it on the other. */
async function proveListening(client: pg.Client, pool: Pick<Queryable, 'query'>): Promise<void> {
  const probe = `tallyport_probe_${randomBytes(8).toString('hex')}`;
  const arrived = new Promise<boolean>((resolve) => {
    client.on('notification', ({ channel }) => {
      if (channel === probe) resolve(true);
    });
  });
  await client.query(`LISTEN ${probe}`);
  await pool.query('SELECT pg_notify($1, $2)', [probe, '']);
  const timer = new AbortController();
  const patience = sleep(proofMsMax, false, { signal: timer.signal }).catch(() => false);
  const heard = await Promise.race([arrived, patience]);
  timer.abort();
  if (heard) {
    await client.query(`UNLISTEN ${probe}`);
    return;
  }
  throw new FailureError('config-invalid', 'The database connection does not deliver LISTEN/NOTIFY.', {
    remedy: 'DATABASE_URL leads through a transaction pooler such as pgbouncer: give the address of PostgreSQL itself.',
  });
}
