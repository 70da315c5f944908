import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../core/failure.ts';
import { readConfigurationFiles } from '../library/partners.ts';
import { type DemoPorts, keyFolderOf } from '../simulator/companies.ts';
import { as2CertificateIn, sshKeyIn } from '../simulator/own-keys.ts';
import type { Commands } from './commands.ts';
import type { DemoCredentials, DemoOptions, RunningGateway } from './demo.ts';
import { demoFiles, demoKeyName, sftpKeyVariable } from './demo-channels.ts';
import { type GatewayClient, gatewayClient } from './gateway-client.ts';

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
    startGateway: () => startGateway(commands, dataFolder, run.signal),
    applyExamples: (gateway, ports) => applyExamples(commands, dataFolder, gateway, ports),
    simulateCommand: [...commands.selfCommand, 'simulate'],
    signal: run.signal,
    now: () => commands.clock.now(),
  };
}

/** The examples with the demo's own channels: see `demo-channels.ts`. What is put in force is written down in `demo/` of the data folder too. */
async function applyExamples(
  commands: Commands,
  dataFolder: string,
  gateway: RunningGateway,
  ports: DemoPorts,
): Promise<DemoCredentials> {
  const client = gatewayClient(gateway.apiUrl, gateway.apiKey);
  const gatewayCertificate = await gatewayKey(client);
  const { publicKey: gatewaySshKey } = sshKeyIn(...gatewaySshKeyIn(dataFolder));
  const now = commands.clock.now();
  const files = demoFiles(await readConfigurationFiles(commands.packageRoot), {
    ports,
    receiptsUrl: `${gateway.partnersUrl}/as2/mdn`,
    certificates: {
      brightmart: await as2CertificateIn(keyFolderOf(dataFolder, 'brightmart'), 'Brightmart AS2', now),
      cedarsupply: await as2CertificateIn(keyFolderOf(dataFolder, 'cedarsupply'), 'Cedar Supply AS2', now),
    },
    distributorHostKey: sshKeyIn(keyFolderOf(dataFolder, 'nordhandel'), 'ssh-host-key').fingerprint,
    distributorSshKey: sshKeyIn(keyFolderOf(dataFolder, 'nordhandel'), 'ssh-key').publicKey,
  });
  for (const { path, text } of files) {
    const target = join(dataFolder, 'demo', path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  const { status, body } = await client.post('/configuration', { base: dataFolder, files, by: 'demo' });
  if (status !== 200)
    throw new FailureError('config-invalid', `The example configuration was not taken: ${JSON.stringify(body)}`);
  return { gatewayCertificate, gatewaySshKey };
}

/** Our AS2 key, made by the gateway when it has none of this name yet; its certificate in PEM. */
async function gatewayKey(client: GatewayClient): Promise<string> {
  const { keys } = await client.get('/keys');
  const known = Array.isArray(keys) ? keys.find((key) => Object(key).name === demoKeyName) : undefined;
  if (known !== undefined) return String(known.certificate);
  const made = await client.post('/keys', {
    name: demoKeyName,
    commonName: 'Harbor Tools AS2',
    organization: 'Harbor Tools Inc.',
    kind: 'rsa-2048',
    validDays: 3_650,
    by: 'demo',
  });
  if (made.status !== 200) throw new FailureError('bug', `No AS2 key was made: ${JSON.stringify(made.body)}`);
  return String(made.body.certificate);
}

/** Where the key lies with which the gateway logs in at the distributor's server. */
const gatewaySshKeyIn = (dataFolder: string): [folder: string, name: string] => [
  join(dataFolder, 'demo', 'keys'),
  'nordhandel-sftp',
];

async function startGateway(commands: Commands, dataFolder: string, signal: AbortSignal): Promise<RunningGateway> {
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
      '--sftp',
      '127.0.0.1:0',
      '--json',
      '--with-parent',
    ],
    {
      // Its stdin ends with us, however we end: a gateway nobody stops would keep the data folder.
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole terminal; the demo stops its gateway itself, after the companies.
      detached: true,
      env: {
        ...process.env,
        TALLYPORT_LOG: commands.environment.TALLYPORT_LOG ?? 'error',
        [sftpKeyVariable]: sshKeyIn(...gatewaySshKeyIn(dataFolder)).file,
      },
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
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const ready = await Promise.race([first, ended]);
  signal.removeEventListener('abort', stop); // from here on it is stopped after the companies
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
    sftp: sftpOf(ready),
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const stopped = await Promise.race([ended, sleep(stopMsMax, null, { ref: false })]);
      if (stopped === null) child.kill('SIGKILL');
    },
  };
}

function sftpOf({ sftp }: Readonly<Record<string, unknown>>): RunningGateway['sftp'] {
  const { url, fingerprints } = Object(sftp);
  if (typeof url !== 'string' || !Array.isArray(fingerprints))
    throw new FailureError('bug', 'The gateway started without its SFTP server.');
  // "SHA256:… (ssh-ed25519)"
  return { url, fingerprints: fingerprints.map((one) => String(one).split(' ')[0] ?? '') };
}
