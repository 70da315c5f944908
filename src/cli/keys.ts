import { readFile, writeFile } from 'node:fs/promises';
import { FailureError } from '../core/failure.ts';
import {
  createKey,
  exportKey,
  importKey,
  type NewKey,
  removeKey,
  type ShownKey,
  shownKeys,
} from '../flows/as2/keep-key.ts';
import type { FlowContext } from '../flows/context.ts';
import { type AskFlags, type Commands, defaultApi, type ExitCode } from './commands.ts';
import { askedGateway, type GatewayClient, gatewayClient } from './gateway-client.ts';

/** A key pair's store: a running gateway's, or the database itself when none runs. */
interface KeyStore {
  list(): Promise<readonly ShownKey[]>;
  create(key: NewKey): Promise<ShownKey>;
  remove(name: string): Promise<void>;
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
  remove: (name) => removeKey(context, name, 'operator:cli'),
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
    async remove(name) {
      const { status, body } = await gateway.post(`/keys/${encodeURIComponent(name)}/removal`, { by: 'cli' });
      if (status === 200) return;
      const text = String(body.detail ?? `the gateway answered ${status}`);
      throw new FailureError(status === 404 ? 'not-found' : 'usage-wrong', text);
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
  weakness: typeof body.weakness === 'string' ? body.weakness : null,
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

/** `tallyport keys import NAME FILE`: PKCS#12, or a PEM file with the private key, and the certificate in it or in another. */
export async function runKeysImport(
  commands: Commands,
  name: string,
  file: string,
  flags: ImportFlags,
): Promise<ExitCode> {
  const variable = flags.passphraseVariable;
  const passphrase = passphraseIn(commands, variable);
  const bytes = await readBytes(commands.resolve(file));
  if (bytes[0] === derSequence) return importPkcs12(commands, name, bytes, passphrase, flags);
  const pem = bytes.toString('latin1');
  const certificateText = flags.certificate === undefined ? pem : await readText(commands.resolve(flags.certificate));
  const privateKeyPem = block(pem, /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/);
  const certificatePem = block(certificateText, /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/);
  if (privateKeyPem === null) throw new FailureError('usage-wrong', `${file} holds no private key in PEM.`);
  if (certificatePem === null)
    throw new FailureError('usage-wrong', 'There is no certificate in PEM; say --certificate FILE.');
  return withKeys(commands, flags, async (keys) => {
    const key = { name, privateKeyPem, certificatePem: `${certificatePem}\n` };
    print(commands, flags, await keys.import(passphrase === undefined ? key : { ...key, passphrase }));
    return 0;
  });
}

/** A PKCS#12 file begins with a DER sequence; PEM with a letter or a dash. */
const derSequence = 0x30;

async function importPkcs12(
  commands: Commands,
  name: string,
  bytes: Buffer,
  passphrase: string | undefined,
  flags: ImportFlags,
): Promise<ExitCode> {
  const { readPkcs12 } = await import('../transports/as2/cms/pkcs12.ts');
  const pair = readPkcs12(bytes, passphrase ?? '');
  return withKeys(commands, flags, async (keys) => {
    print(commands, flags, await keys.import({ name, ...pair }));
    return 0;
  });
}

function passphraseIn(commands: Commands, variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const passphrase = commands.environment[variable];
  if (passphrase === undefined) throw new FailureError('usage-wrong', `${variable} is not set.`);
  return passphrase;
}

const block = (text: string, form: RegExp): string | null => form.exec(text)?.[0] ?? null;

const readText = async (path: string): Promise<string> => (await readBytes(path)).toString('latin1');

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
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

/** `tallyport keys remove NAME`: destroys a key pair that no channel names any more. */
export const runKeysRemove = (commands: Commands, name: string, flags: AskFlags): Promise<ExitCode> =>
  withKeys(commands, flags, async (keys) => {
    await keys.remove(name);
    commands.print(flags.json === true ? JSON.stringify({ removed: name }) : `removed: ${name}`);
    return 0;
  });

export interface ExportFlags extends AskFlags {
  readonly pkcs12?: string;
  readonly passphraseVariable?: string;
}

/**
 * `tallyport keys export NAME`: the certificate in PEM, for a partner. With `--pkcs12 FILE` the private key too: only from the database itself and
 * with the master key, never through a gateway's API.
 */
export async function runKeysExport(commands: Commands, name: string, flags: ExportFlags): Promise<ExitCode> {
  if (flags.pkcs12 !== undefined) return exportPkcs12(commands, name, flags, flags.pkcs12);
  return withKeys(commands, flags, async (keys) => {
    const key = (await keys.list()).find((one) => one.name === name);
    if (key === undefined) throw new FailureError('not-found', `There is no key ${name}.`);
    if (flags.json === true) commands.print(JSON.stringify(key));
    else commands.print(key.certificate.trimEnd());
    return 0;
  });
}

async function exportPkcs12(commands: Commands, name: string, flags: ExportFlags, file: string): Promise<ExitCode> {
  const passphrase = passphraseIn(commands, flags.passphraseVariable) ?? '';
  if (passphrase.length < 12)
    throw new FailureError('usage-wrong', 'A private key leaves only under a passphrase of 12 characters or more.', {
      remedy: 'Put one into an environment variable, and name that with --passphrase-variable.',
    });
  const settings = { dataFolder: commands.resolve(flags.data), databaseUrl: commands.environment.DATABASE_URL ?? null };
  return commands.withStore(settings, async (context) => {
    const given = { name, passphrase };
    const bytes = await exportKey(context, await commands.masterKey(settings), given, 'operator:cli');
    const path = commands.resolve(file);
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
      throw new FailureError('usage-wrong', `${path} cannot be written, or is there already.`, { cause });
    });
    if (flags.json === true) commands.print(JSON.stringify({ name, file: path, byteLength: bytes.length }));
    else commands.print(`${path}: the private key and certificate of ${name}, under the passphrase`);
    return 0;
  });
}

export interface RehearseFlags extends AskFlags {
  readonly key?: string;
}

/** `tallyport keys rehearse CHANNEL`: a signed test with the next key; exit 0 when the partner took it, else 1. */
export async function runKeysRehearse(commands: Commands, channel: string, flags: RehearseFlags): Promise<ExitCode> {
  const gateway = await askedGateway(commands, flags);
  const key = flags.key === undefined ? {} : { key: flags.key };
  const { status, body } = await gateway.post('/keys/rehearsals', { channel, ...key, by: 'cli' });
  if (status !== 200)
    throw new FailureError(
      status === 404 ? 'not-found' : 'usage-wrong',
      String(body.detail ?? `the gateway answered ${status}`),
    );
  const code = body.outcome === 'accepted' ? 0 : 1;
  if (flags.json === true) {
    commands.print(JSON.stringify(body));
    return code;
  }
  const short = (fingerprint: unknown): string => String(fingerprint).slice(0, 16);
  commands.print(`${body.outcome}: ${body.detail}`);
  commands.print(`  signed with our ${body.key} (${short(body.fingerprint)})`);
  commands.print(`  encrypted for theirs: ${body.encryptedFor === null ? 'not' : short(body.encryptedFor)}`);
  const used = body.receiptSignedWith === null ? null : Object(body.receiptSignedWith);
  commands.print(
    used === null
      ? '  no receipt that is signed by a certificate of theirs'
      : `  the receipt is signed with ${used.which} of theirs: ${short(used.fingerprint)}, ${used.subject}`,
  );
  return code;
}

/** The certificate alone on stdout, so that `> ours.pem` holds nothing else; what a person wants to know beside it. */
function print(commands: Commands, flags: AskFlags, key: ShownKey): void {
  if (key.weakness !== null) commands.printError(`warning: ${key.name}: ${key.weakness}`);
  if (flags.json === true) {
    commands.print(JSON.stringify(key));
    return;
  }
  commands.printError(`${key.name}  until ${key.validTo.slice(0, 10)}  SHA-256 ${key.fingerprint}`);
  commands.print(key.certificate.trimEnd());
}
