import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../core/failure.ts';
import { readConfigurationFiles } from '../library/partners.ts';
import type { Commands } from './commands.ts';
import type { DemoOptions, RunningGateway } from './demo.ts';
import { gatewayClient } from './gateway-client.ts';

export interface DemoRun {
  readonly data: string;
  readonly once?: true;
  readonly only?: string;
  readonly json?: true;
  readonly signal: AbortSignal;
}

/** Everything together takes a minute on a small machine; past this something is stuck. */
const demoMsMax = 180_000;
const stopMsMax = 20_000;
/** As `announceUrl` of the example agreements has it. */
const exampleBackOffice = 'http://127.0.0.1:8490/';

/** The demo on a gateway that runs as a process of its own, on free ports, as a supplier would run it. */
export function demoOptions(commands: Commands, run: DemoRun): DemoOptions {
  const dataFolder = commands.resolve(run.data);
  return {
    dataFolder,
    once: run.once === true,
    json: run.json === true,
    colour: commands.colour && run.json !== true,
    limitMs: demoMsMax,
    ...(run.only === undefined ? {} : { only: run.only.split(',') }),
    print: commands.print,
    startGateway: () => startGateway(commands, dataFolder),
    applyExamples: async ({ apiUrl, apiKey }, backOfficePort) => {
      const examples = await readConfigurationFiles(commands.packageRoot);
      // The examples name the port a back office of this machine would keep; the demo's may not meet another demo's.
      const files = examples.map(({ path, text }) => ({
        path,
        text: text.replaceAll(exampleBackOffice, `http://127.0.0.1:${backOfficePort}/`),
      }));
      const { status, body } = await gatewayClient(apiUrl, apiKey).post('/configuration', {
        base: dataFolder,
        files,
        by: 'demo',
      });
      if (status !== 200)
        throw new FailureError('config-invalid', `The example configuration was not taken: ${JSON.stringify(body)}`);
    },
    simulateCommand: [...commands.selfCommand, 'simulate'],
    signal: run.signal,
    now: () => commands.clock.now(),
  };
}

async function startGateway(commands: Commands, dataFolder: string): Promise<RunningGateway> {
  const [executable = '', ...script] = commands.selfCommand;
  const child = spawn(
    executable,
    [
      ...script,
      'serve',
      '--data',
      dataFolder,
      '--api',
      '127.0.0.1:0',
      '--partners',
      '127.0.0.1:0',
      '--json',
      '--with-parent',
    ],
    {
      // Its stdin ends with us, however we end: a gateway nobody stops would keep the data folder.
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole terminal; the demo stops its gateway itself, after the companies.
      detached: true,
      env: { ...process.env, TALLYPORT_LOG: commands.environment.TALLYPORT_LOG ?? 'error' },
    },
  );
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => {
    errors = `${errors}${bytes.toString('utf8')}`.slice(-10_000);
  });
  const ended = new Promise<string>((settle) => {
    child.once('exit', (code, signal) =>
      settle(`exit ${signal ?? code}${errors === '' ? '' : `\n${errors.trimEnd()}`}`),
    );
  });
  const first = new Promise<Readonly<Record<string, unknown>>>((settle) => {
    createInterface({ input: child.stdout }).once('line', (line) => settle(JSON.parse(line)));
  });
  const ready = await Promise.race([first, ended]);
  if (typeof ready === 'string') throw new FailureError('bug', `The gateway did not start: ${ready}`);
  const apiKey = typeof ready.newApiKey === 'string' ? ready.newApiKey : await commands.apiKey(dataFolder);
  if (apiKey === null)
    throw new FailureError('not-found', `${dataFolder} belongs to a gateway whose API key is not known.`, {
      remedy: 'Set TALLYPORT_API_KEY, or say --data with a new folder.',
    });
  return {
    apiUrl: String(ready.apiUrl),
    partnersUrl: String(ready.partnersUrl),
    apiKey,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const stopped = await Promise.race([ended, sleep(stopMsMax, null, { ref: false })]);
      if (stopped === null) child.kill('SIGKILL');
    },
  };
}
