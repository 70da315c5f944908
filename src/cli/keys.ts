import { readFile } from 'node:fs/promises';
import { FailureError } from '../core/failure.ts';
import { createKey, importKey, type NewKey, type ShownKey, shownKeys } from '../flows/as2/keep-key.ts';
import type { FlowContext } from '../flows/context.ts';
import { type AskFlags, type Commands, defaultApi, type ExitCode } from './commands.ts';
import { type GatewayClient, gatewayClient } from './gateway-client.ts';

/** A key pair's store: a running gateway's, or the database itself when none runs. */
interface KeyStore {
  list(): Promise<readonly ShownKey[]>;
  create(key: NewKey): Promise<ShownKey>;
  import(key: { name: string; privateKeyPem: string; certificatePem: string; passphrase?: string }): Promise<ShownKey>;
}

async function withKeys<T>(commands: Commands, flags: AskFlags, use: (keys: KeyStore) => Promise<T>): Promise<T> {
  const dataFolder = commands.resolve(flags.data);
  const url = flags.apiUrl ?? (await commands.apiUrl(dataFolder)) ?? `http://${defaultApi.host}:${defaultApi.port}`;
  const key = await commands.apiKey(dataFolder);
  if (flags.apiUrl !== undefined || (key !== null && (await answers(url))))
    return use(ofGateway(gatewayClient(url, key)));
  const databaseUrl = commands.environment.DATABASE_URL ?? null;
  return commands.withStore({ dataFolder, databaseUrl }, async (context) =>
    use(ofDatabase(context, await commands.masterKey({ dataFolder, databaseUrl }))),
  );
}

const ofDatabase = (context: FlowContext, masterKey: Buffer | null): KeyStore => ({
  list: () => shownKeys(context),
  create: (key) => createKey(context, masterKey, key, 'operator:cli'),
  import: (key) => importKey(context, masterKey, key, 'operator:cli'),
});

function ofGateway(gateway: GatewayClient): KeyStore {
  const post = async (path: string, body: object): Promise<ShownKey> => {
    const answer = await gateway.post(path, body);
    if (answer.status === 200) return shownKeyOf(answer.body);
    throw new FailureError('usage-wrong', String(answer.body.detail ?? `the gateway answered ${answer.status}`));
  };
  return {
    list: async () => {
      const { keys } = await gateway.get('/keys');
      return Array.isArray(keys) ? keys.map((key) => shownKeyOf(Object(key))) : [];
    },
    create: (key) => post('/keys', key),
    import: (key) => post('/keys/import', key),
  };
}

const shownKeyOf = (body: Readonly<Record<string, unknown>>): ShownKey => ({
  name: String(body.name),
  subject: String(body.subject),
  fingerprint: String(body.fingerprint),
  validFrom: String(body.validFrom),
  validTo: String(body.validTo),
  certificate: String(body.certificate),
});

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

export interface CreateFlags extends AskFlags {
  readonly kind: NewKey['kind'];
  readonly days: string;
  readonly commonName?: string;
  readonly organization?: string;
}

/** `tallyport keys create NAME`: prints the certificate, to be sent to partners. */
export async function runKeysCreate(commands: Commands, name: string, flags: CreateFlags): Promise<ExitCode> {
  const kinds: readonly NewKey['kind'][] = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'p256', 'p384'];
  if (!kinds.includes(flags.kind)) throw new FailureError('usage-wrong', `--kind is one of ${kinds.join(', ')}.`);
  const validDays = Number(flags.days);
  if (!Number.isInteger(validDays) || validDays < 1)
    throw new FailureError('usage-wrong', '--days is a whole number of days.');
  const { kind, commonName = name, organization = commonName } = flags;
  return withKeys(commands, flags, async (keys) => {
    print(commands, flags, await keys.create({ name, kind, commonName, organization, validDays }));
    return 0;
  });
}

export interface ImportFlags extends AskFlags {
  readonly certificate?: string;
  readonly passphraseVariable?: string;
}

/** `tallyport keys import NAME FILE`: a PEM file with the private key, and the certificate in it or in another. */
export async function runKeysImport(
  commands: Commands,
  name: string,
  file: string,
  flags: ImportFlags,
): Promise<ExitCode> {
  const pem = await readText(commands.resolve(file));
  const certificateText = flags.certificate === undefined ? pem : await readText(commands.resolve(flags.certificate));
  const privateKeyPem = block(pem, /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/);
  const certificatePem = block(certificateText, /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/);
  if (privateKeyPem === null) throw new FailureError('usage-wrong', `${file} holds no private key in PEM.`);
  if (certificatePem === null)
    throw new FailureError('usage-wrong', 'There is no certificate in PEM; say --certificate FILE.');
  const variable = flags.passphraseVariable;
  const passphrase = variable === undefined ? undefined : commands.environment[variable];
  if (variable !== undefined && passphrase === undefined)
    throw new FailureError('usage-wrong', `${variable} is not set.`);
  return withKeys(commands, flags, async (keys) => {
    const key = { name, privateKeyPem, certificatePem: `${certificatePem}\n` };
    print(commands, flags, await keys.import(passphrase === undefined ? key : { ...key, passphrase }));
    return 0;
  });
}

const block = (text: string, form: RegExp): string | null => form.exec(text)?.[0] ?? null;

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    throw new FailureError('not-found', `${path} cannot be read.`, { cause });
  }
}

/** `tallyport keys list`. */
export const runKeysList = (commands: Commands, flags: AskFlags): Promise<ExitCode> =>
  withKeys(commands, flags, async (keys) => {
    const all = await keys.list();
    if (flags.json === true) commands.print(JSON.stringify({ keys: all }));
    else if (all.length === 0) commands.print('no keys; make one with: tallyport keys create NAME');
    else
      for (const { name, subject, validTo, fingerprint } of all)
        commands.print(`${name.padEnd(24)} until ${validTo.slice(0, 10)}  ${fingerprint.slice(0, 16)}  ${subject}`);
    return 0;
  });

/** `tallyport keys export NAME`: the certificate in PEM, for a partner. The private key is never given out. */
export const runKeysExport = (commands: Commands, name: string, flags: AskFlags): Promise<ExitCode> =>
  withKeys(commands, flags, async (keys) => {
    const key = (await keys.list()).find((one) => one.name === name);
    if (key === undefined) throw new FailureError('not-found', `There is no key ${name}.`);
    if (flags.json === true) commands.print(JSON.stringify(key));
    else commands.print(key.certificate.trimEnd());
    return 0;
  });

function print(commands: Commands, flags: AskFlags, key: ShownKey): void {
  if (flags.json === true) {
    commands.print(JSON.stringify(key));
    return;
  }
  commands.print(`${key.name}  until ${key.validTo.slice(0, 10)}  SHA-256 ${key.fingerprint}`);
  commands.print(key.certificate.trimEnd());
}
