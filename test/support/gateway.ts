import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { newId } from '../../src/core/ids.ts';
import { LANES, type Work } from '../../src/core/work.ts';
import { applyConfiguration, checkConfiguration } from '../../src/flows/apply-configuration.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { watchConfiguration } from '../../src/flows/known-configuration.ts';
import { receive } from '../../src/flows/receive.ts';
import { remoteParts } from '../../src/flows/remote-parts.ts';
import { runWork, type WorkHandlers } from '../../src/flows/run-work.ts';
import { openExpressions } from '../../src/library/expressions.ts';
import { mapFunctions } from '../../src/library/map-functions.ts';
import { openMaps } from '../../src/library/maps.ts';
import { readConfigurationFiles } from '../../src/library/partners.ts';
import { openStandards } from '../../src/library/standards.ts';
import type { Configuration } from '../../src/partners/configuration.ts';
import type { Database } from '../../src/store/database.ts';
import { claimWork } from '../../src/store/work/claim-work.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { testDatabase } from './database.ts';
import { loopbackLine } from './loopback-line.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const standards = openStandards();
const maps = openMaps({ standards, functions: mapFunctions });
const { evaluate } = openExpressions();

/**
 * A clock that stands still until it is moved. It begins in a year far ahead: work is also due by the database server's clock, and what
 * waits in a test must not become due by that one.
 */
export interface HandClock extends Clock {
  move(minutes: number): void;
}

export function handClock(start = '2036-11-22T15:00:00Z'): HandClock {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    move: (minutes) => {
      now += minutes * 60_000;
    },
  };
}

/** Where the examples announce orders nobody listens, unless a test does. */
const unannounced = (configuration: Configuration): Configuration => ({
  ...configuration,
  agreements: configuration.agreements.map((agreement) => ({
    ...agreement,
    decision: { ...agreement.decision, announceUrl: null },
  })),
});

export interface TestGateway {
  readonly context: FlowContext;
  readonly database: Database;
  /** Of the database, for another process. */
  readonly databaseUrl: string;
  readonly clock: HandClock;
  readonly dataFolder: string;
  readonly failures: string[];
  /** Gives a file to a channel; the id of its transmission. */
  receive(
    channelId: string,
    bytes: string | Uint8Array,
    sourceKey?: string,
  ): Promise<{ transmissionId: string; isNew: boolean }>;
  /** Does all work that is due, as relay and workers would, one after the other; how many pieces. */
  settle(): Promise<number>;
  /** The same with up to so many pieces of work running at a time. */
  settleAtOnce(workers?: number): Promise<number>;
  /** Claims what is due and gives it, undone: for tests that run it themselves. */
  claim(): Promise<readonly Work[]>;
  /** Runs a piece of work as a worker would. */
  run(work: Work): Promise<void>;
  /** The handlers themselves, without what decides on retries. */
  readonly handlers: WorkHandlers;
  /** Files left for a partner, by name, and taken away. */
  outbox(folder: string): Promise<Map<string, string>>;
  rows<Row>(sql: string, ...values: unknown[]): Promise<readonly Row[]>;
}

/** The flows on a database of their own, with the example company and partners; no queue between: work is run by hand. */
export async function testGateway(
  change: (configuration: Configuration) => Configuration = (same) => same,
): Promise<TestGateway> {
  const { database, url } = await testDatabase();
  const dataFolder = await mkdtemp(join(tmpdir(), 'tallyport-test-'));
  afterAll(() => rm(dataFolder, { recursive: true, force: true }));
  const clock = handClock();
  const context: FlowContext = {
    database,
    clock,
    newId,
    configuration: watchConfiguration(database, { now: () => new Date() }),
    standards,
    maps,
    evaluate,
    temporaryFolder: dataFolder,
  };
  const { configuration, faults } = await checkConfiguration(
    context,
    await readConfigurationFiles(repository),
    dataFolder,
  );
  if (configuration === null) throw new Error(JSON.stringify(faults));
  await applyConfiguration(context, change(unannounced(configuration)), 'test');
  const failures: string[] = [];
  const remote = remoteParts(context, process.env);
  const handlers = handlersOf(context, { transportOf: (channel) => openTransport(channel, {}, remote, loopbackLine) });
  afterAll(() => remote.connections.close());
  const run = runWork({
    database,
    clock,
    handlers,
    onFailure: (work, failure, next) => failures.push(`${work.kind}: ${failure.kind}: ${failure.message} → ${next}`),
  });
  const claim = () => claimWork(database, LANES, { inFlightMaxPerKey: 50, limit: 200, now: clock.now() });
  const settle = async (workers: number): Promise<number> => {
    for (let count = 0; ; ) {
      const claimed = [...(await claim())];
      if (claimed.length === 0) return count;
      count += claimed.length;
      const worker = async () => {
        for (let work = claimed.shift(); work !== undefined; work = claimed.shift()) await run(work);
      };
      await Promise.all(Array.from({ length: workers }, worker));
    }
  };
  return {
    context,
    database,
    databaseUrl: url,
    clock,
    dataFolder,
    failures,
    receive: (channelId, bytes, sourceKey) =>
      receive(context, {
        channelId,
        sourceKey: sourceKey ?? null,
        name: 'test.edi',
        headers: {},
        remote: null,
        bytes: (async function* () {
          yield typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
        })(),
      }),
    claim,
    run,
    handlers,
    settle: () => settle(1),
    settleAtOnce: (workers = 8) => settle(workers),
    async outbox(folder) {
      const path = join(dataFolder, folder);
      const files = new Map<string, string>();
      for (const entry of (await readdir(path, { withFileTypes: true })).toSorted((a, b) =>
        a.name < b.name ? -1 : 1,
      )) {
        if (!entry.isFile()) continue;
        files.set(entry.name, await readFile(join(path, entry.name), 'latin1'));
        await rm(join(path, entry.name));
      }
      return files;
    },
    async rows<Row>(sql: string, ...values: unknown[]) {
      const { rows } = await database.query<Row & Record<string, unknown>>(sql, values);
      return rows;
    },
  };
}
