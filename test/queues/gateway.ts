import { FailureError } from '../../src/core/failure.ts';
import type { NewWork, WorkKind } from '../../src/core/work.ts';
import { type Relay, type RelaySettings, startRelay } from '../../src/flows/relay.ts';
import { runWork, type WorkHandler, type WorkHandlers } from '../../src/flows/run-work.ts';
import { openQueue } from '../../src/queues/open-queue.ts';
import type { Queue, Workers, WorkersOptions } from '../../src/queues/queue.ts';
import { type Database, openDatabase, type Tx } from '../../src/store/database.ts';
import { finishWork } from '../../src/store/work/finish-work.ts';
import { insertWork } from '../../src/store/work/insert-work.ts';
import { returnWork } from '../../src/store/work/requeue-lost.ts';

/*
 * A gateway of nothing but its machinery: relay, queue and workers around one handler, whose effect is a row in the table `effect`.
 * The queue stands on PostgreSQL, or on Redis where QUEUE says so.
 */
export const onRedis = process.env.QUEUE === 'redis';

export interface Place {
  readonly databaseUrl: string;
  readonly keyPrefix: string;
}

export const openTestQueue = ({ databaseUrl, keyPrefix }: Place): Promise<Queue> =>
  openQueue(
    onRedis
      ? { kind: 'redis', url: process.env.REDIS_URL ?? '', keyPrefix }
      : { kind: 'postgres', pool: { connectionString: databaseUrl } },
  );

export interface Machinery {
  readonly database: Database;
  readonly queue: Queue;
  readonly failures: FailureError[];
  readonly run: WorkersOptions['run'];
  close(): Promise<void>;
}

export interface MachineryOptions {
  readonly handler?: (database: Database) => WorkHandler;
  readonly relay?: Partial<RelaySettings> | false;
  readonly workers?: Partial<WorkersOptions> | false;
  readonly now?: () => Date;
}

/** Leaves one row per piece of work, in the transaction that finishes it. */
export const leaveEffect =
  (database: Database): WorkHandler =>
  async ({ id, attempts, subjectId }) => {
    await database.inTransaction(async (tx) => {
      if (await finishWork(tx, id, attempts))
        await tx.query('INSERT INTO effect (subject_id) VALUES ($1)', [subjectId]);
    });
  };

export const makeEffectTable = (database: Database) =>
  database.query('CREATE TABLE effect (number int GENERATED ALWAYS AS IDENTITY, subject_id text NOT NULL)');

const forAllKinds = (handler: WorkHandler): WorkHandlers => {
  const kinds: WorkKind[] = ['split', 'close', 'process', 'compose', 'deliver', 'reconcile', 'expire'];
  return Object.fromEntries(kinds.map((kind) => [kind, handler])) as Record<WorkKind, WorkHandler>;
};

export async function startMachinery(place: Place, options: MachineryOptions = {}): Promise<Machinery> {
  const database = openDatabase({ url: place.databaseUrl });
  const queue = await openTestQueue(place);
  const clock = { now: options.now ?? (() => new Date()) };
  const failures: FailureError[] = [];
  const onFailure = (failure: FailureError) => void failures.push(failure);
  const handler = (options.handler ?? leaveEffect)(database);
  const run = runWork({ database, clock, handlers: forAllKinds(handler) });
  let workers: Workers | undefined;
  let relay: Relay | undefined;
  if (options.workers !== false) {
    const lanes = { inbound: 4, business: 4, outbound: 4 };
    const giveBack: WorkersOptions['giveBack'] = async (attempts) =>
      void (await database.inTransaction((tx) => returnWork(tx, attempts)));
    workers = await queue.startWorkers({ lanes, run, giveBack, onFailure, leaseMs: 1_000, ...options.workers });
  }
  if (options.relay !== false) {
    const settings = { pollMs: 200, lostCheckMs: 300, lostAfterMs: 500, ...options.relay };
    relay = await startRelay({ database, queue, clock, onFailure, settings });
  }
  return {
    database,
    queue,
    failures,
    run,
    async close() {
      await relay?.close();
      await workers?.close();
      await queue.close();
      await database.close();
    },
  };
}

export const newWork = (subjectId: string, more: Partial<NewWork> = {}): NewWork => ({
  kind: 'process',
  subjectId,
  fairnessKey: 'partner',
  ...more,
});

export const insert = (database: Database, work: readonly NewWork[]) =>
  database.inTransaction((tx: Tx) => insertWork(tx, work));

export const effects = async (database: Database): Promise<string[]> =>
  (await database.query<{ subject_id: string }>('SELECT subject_id FROM effect ORDER BY number')).rows.map(
    (row) => row.subject_id,
  );

/** Waits until no work is left to do. */
export async function allDone(database: Database, countMin = 1): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (Date.now() < deadline) {
    const { rows } = await database.query<{ done: number; left: number }>(
      "SELECT count(*) FILTER (WHERE state = 'done')::int AS done, count(*) FILTER (WHERE state <> 'done')::int AS left FROM work",
    );
    if (rows[0] !== undefined && rows[0].left === 0 && rows[0].done >= countMin) return;
    await pause(20);
  }
  const { rows } = await database.query(
    'SELECT state, count(*)::int, max(failure_message) AS why FROM work GROUP BY state',
  );
  throw new FailureError('bug', `work is left: ${JSON.stringify(rows)}`);
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
