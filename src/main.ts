#!/usr/bin/env node
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Commands } from './cli/commands.ts';
import { GONE } from './cli/file-output.ts';
import { buildProgram } from './cli/program.ts';
import type { Address, ServedGateway, ServeSettings } from './cli/serve.ts';
import { systemClock } from './core/clock.ts';
import { FailureError } from './core/failure.ts';
import { newId } from './core/ids.ts';
import type { FlowContext } from './flows/context.ts';
import type { Database } from './store/database.ts';

/*
 * The composition root: the only file that knows every concrete part, and the only one that reads the environment. Heavy parts are loaded by
 * the commands that need them: `check` must not wait for a database driver.
 */
const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const environment = process.env;

interface OpenStore {
  readonly database: Database;
  readonly poolConfig: object;
  readonly ended: Promise<FailureError>;
  close(): Promise<void>;
}

async function openStore({
  dataFolder,
  databaseUrl,
}: Pick<ServeSettings, 'dataFolder' | 'databaseUrl'>): Promise<OpenStore> {
  const { openDatabase } = await import('./store/database.ts');
  const { migrate } = await import('./store/migrate.ts');
  let onLost: (failure: FailureError) => void = () => undefined;
  const ended = new Promise<FailureError>((settle) => {
    onLost = settle;
  });
  const connectionsMax = 20;
  if (databaseUrl !== null) {
    const database = openDatabase({ url: databaseUrl }, { connectionsMax });
    await migrate(database);
    return { database, poolConfig: { connectionString: databaseUrl }, ended, close: () => database.close() };
  }
  const { startEmbeddedServer } = await import('./store/embedded/server.ts');
  const server = await startEmbeddedServer({
    dataFolder,
    onEvent: (event) => {
      if (event.kind === 'gave-up') onLost(event.failure);
    },
  });
  const database = openDatabase(server.poolConfig, { connectionsMax });
  const close = async (): Promise<void> => {
    await database.close();
    await server.stop();
  };
  try {
    await migrate(database);
  } catch (failure) {
    await close();
    throw failure;
  }
  return { database, poolConfig: server.poolConfig, ended, close };
}

async function composeContext(database: Database, dataFolder: string): Promise<FlowContext> {
  const { watchConfiguration } = await import('./flows/known-configuration.ts');
  const { furtherFolders, openStandards } = await import('./library/standards.ts');
  const { openMaps } = await import('./library/maps.ts');
  const { mapFunctions } = await import('./library/map-functions.ts');
  const { openExpressions } = await import('./library/expressions.ts');
  const temporaryFolder = join(dataFolder, 'spool');
  await mkdir(temporaryFolder, { recursive: true, mode: 0o700 });
  const standards = openStandards(undefined, furtherFolders(environment.TALLYPORT_STANDARDS, dataFolder));
  standards.readFurther();
  return {
    database,
    clock: systemClock,
    newId,
    configuration: watchConfiguration(database, systemClock),
    standards,
    maps: openMaps({ standards, functions: mapFunctions }),
    // Its thread starts with the first expression, is ended when one takes too much, and keeps no process alive.
    evaluate: openExpressions().evaluate,
    temporaryFolder,
  };
}

/** Everything of a gateway, opened in order; closed in the reverse order, also when a later part does not open. */
async function startGateway(settings: ServeSettings): Promise<ServedGateway> {
  const { pino } = await import('pino');
  const log = pino({ level: environment.TALLYPORT_LOG ?? 'info' }, pino.destination(2));
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    await mkdir(settings.dataFolder, { recursive: true });
    const store = await openStore(settings);
    closers.push(store.close);
    const { openQueue } = await import('./queues/open-queue.ts');
    const queue = await openQueue(
      settings.redisUrl === null
        ? { kind: 'postgres', pool: store.poolConfig }
        : { kind: 'redis', url: settings.redisUrl },
    );
    closers.push(() => queue.close());
    const context = await composeContext(store.database, settings.dataFolder);
    const { openAs2OfGateway } = await import('./flows/as2/open-as2.ts');
    const masterKey = await masterKeyOf(settings);
    if (settings.databaseUrl === null && environment.TALLYPORT_KEY === undefined)
      log.info({ file: join(settings.dataFolder, 'master-key') }, 'private keys are sealed with the key in this file');
    const as2 = openAs2OfGateway(context, masterKey, environment, log);
    const { openTransport } = await import('./transports/open-transport.ts');
    const { deliverMdn } = await import('./flows/as2/receipts.ts');
    const { startFlows } = await import('./flows/gateway.ts');
    const report = (what: string, failure: FailureError, work?: { id: string; kind: string; subjectId: string }) =>
      log.warn(
        {
          kind: failure.kind,
          ...(work === undefined ? {} : { work: work.id, workKind: work.kind, subject: work.subjectId }),
        },
        `${what}: ${failure.message}`,
      );
    const { remoteParts } = await import('./flows/remote-parts.ts');
    const remote = remoteParts(context, environment);
    const flows = await startFlows({
      context,
      queue,
      transports: {
        transportOf: (channel) => openTransport(channel, environment, remote, as2),
        deliverMdn: (work) => deliverMdn(context, as2.lineTo, work),
      },
      remote,
      roles: settings.roles,
      report,
    });
    closers.push(() => flows.close());

    const { apiKeyOf } = await import('./flows/api-key.ts');
    const key = await apiKeyOf(store.database);
    const apiKeyFile = key.made === null ? null : await keepApiKey(settings, key.made);
    let apiUrl: string | null = null;
    if (settings.roles.has('api')) {
      const { operatorApi } = await import('./http/api.ts');
      const api = await operatorApi({
        context,
        keySha256: key.sha256,
        masterKey,
        rehearse: as2.rehearse,
        loggerInstance: log,
      });
      closers.push(() => api.close());
      apiUrl = await api.listen(settings.api);
      await writeFile(apiUrlPath(settings.dataFolder), `${apiUrl}\n`);
      closers.push(() => rm(apiUrlPath(settings.dataFolder), { force: true }));
    }
    let partnersUrl: string | null = null;
    if (settings.roles.has('http')) {
      const { openPartnersListener } = await import('./flows/partners-listener.ts');
      const { partners: address, partnersTls: tlsFiles } = settings;
      const partners = await openPartnersListener(context, { address, tlsFiles, as2, log, report });
      closers.push(() => partners.close());
      partnersUrl = partners.url;
      if (partners.reload !== null) process.on('SIGHUP', partners.reload); // without TLS it ends the process, as everywhere
    }
    let sftp: ServedGateway['sftp'] = null;
    if (settings.sftp !== null && settings.roles.has('sftp')) {
      const { openSftpServer } = await import('./flows/sftp-server.ts');
      const at = { ...settings.sftp, folder: join(settings.dataFolder, 'sftp'), masterKey };
      if (masterKey === null) log.warn('TALLYPORT_KEY is not set: host keys of SFTP lie in the clear');
      const { url, fingerprints, close: closeSftp } = await openSftpServer(context, at, report);
      closers.push(closeSftp);
      sftp = { url, fingerprints };
    }
    return { apiUrl, partnersUrl, sftp, newApiKey: key.made, apiKeyFile, close, ended: store.ended };
  } catch (failure) {
    await close();
    throw failure;
  }
}

/** What private keys are sealed with; null: none was given, and each use of a key says so. */
const masterKeyOf = async (settings: Pick<ServeSettings, 'dataFolder' | 'databaseUrl'>): Promise<Buffer | null> =>
  (await import('./flows/as2/master-key.ts')).masterKeyOf({ ...settings, given: environment.TALLYPORT_KEY });

const apiKeyPath = (dataFolder: string): string => join(dataFolder, 'api-key');
/** Where the gateway of this folder answers operators: commands of this machine then need not be told its port. */
const apiUrlPath = (dataFolder: string): string => join(dataFolder, 'api-url');
const firstLine = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => null, // absent: no gateway has run here
  );

/** Beside the embedded database the key is kept for the commands of this machine; elsewhere it is only shown. */
async function keepApiKey({ dataFolder, databaseUrl }: ServeSettings, key: string): Promise<string | null> {
  if (databaseUrl !== null) return null;
  const path = apiKeyPath(dataFolder);
  await writeFile(path, `${key}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return path;
}

/** Runs `use` with a store of its own, for commands that find no gateway running. */
async function withStore<T>(
  settings: Pick<ServeSettings, 'dataFolder' | 'databaseUrl'>,
  use: (context: FlowContext) => Promise<T>,
): Promise<T> {
  const store = await openStore(settings);
  try {
    return await use(await composeContext(store.database, settings.dataFolder));
  } finally {
    await store.close();
  }
}

/** Aborted by SIGINT or SIGTERM; a second signal ends the process at once. */
function untilSignal(controller = new AbortController()): AbortSignal {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

function untilParentEnds(): AbortSignal {
  const controller = new AbortController();
  process.stdin
    .on('close', () => controller.abort())
    .on('error', () => controller.abort())
    .resume()
    .unref(); // a gateway that could not start ends, though its parent waits for it
  return untilSignal(controller);
}

const address = (text: string | undefined, fallback: Address): Address => {
  if (text === undefined) return fallback;
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  if (match === null) throw new FailureError('usage-wrong', `'${text}' is no address: [host:]port is.`);
  return { host: match[1] ?? fallback.host, port: Number(match[2]) };
};

/*
 * Who read our output has gone (`| head`). What a command has begun it ends, a gateway goes on, and the exit code stays its own; without this Node would
 * end the process with a stack trace, in the middle of what it does.
 */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code)) throw error;
  });

const commands: Commands = {
  packageRoot,
  version: JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')).version,
  environment,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
  write: (bytes) => new Promise((done, fail) => process.stdout.write(bytes, (error) => (error ? fail(error) : done()))),
  colour: process.stdout.isTTY === true && environment.NO_COLOR === undefined,
  clock: systemClock,
  untilSignal: () => untilSignal(),
  untilParentEnds,
  address,
  startGateway,
  withStore,
  masterKey: masterKeyOf,
  apiKey: async (dataFolder) => environment.TALLYPORT_API_KEY ?? (await firstLine(apiKeyPath(dataFolder))),
  apiUrl: (dataFolder) => firstLine(apiUrlPath(dataFolder)),
  selfCommand: [process.execPath, fileURLToPath(import.meta.url)],
  streams: {
    stdin: process.stdin,
    stdout: process.stdout,
    onTerminate: (stop) => process.on('SIGTERM', stop),
    now: () => systemClock.now(),
  },
  resolve,
};

process.exitCode = await buildProgram(commands)(process.argv.slice(2));
