import type { FailureError } from '../core/failure.ts';
import type { Role } from '../flows/roles.ts';

/** Where a gateway keeps its things and listens; each falls back to what an environment or an embedded run wants. */
export interface ServeSettings {
  /** Holds the embedded database, spooled files and keys. */
  readonly dataFolder: string;
  /** Absent: the bundled PostgreSQL runs in the data folder. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly api: Address;
  readonly partners: Address;
  /** Files in PEM; null: partners are answered over HTTP. */
  readonly partnersTls: { readonly certificate: string; readonly key: string } | null;
  /** Where partners' SFTP clients come; null: there is no SFTP server. */
  readonly sftp: Address | null;
  readonly roles: ReadonlySet<Role>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ServedGateway {
  readonly apiUrl: string | null;
  readonly partnersUrl: string | null;
  /** Of the SFTP server, with the fingerprints of its host keys. */
  readonly sftp: { readonly url: string; readonly fingerprints: readonly string[] } | null;
  /** Only when it was made at this start: it is kept as a digest. */
  readonly newApiKey: string | null;
  readonly apiKeyFile: string | null;
  close(): Promise<void>;
  /** Settles when the gateway cannot go on: its database was given up. */
  readonly ended: Promise<FailureError>;
}

export interface ServeOptions {
  readonly json: boolean;
  readonly print: (line: string) => void;
  readonly start: () => Promise<ServedGateway>;
  readonly signal: AbortSignal;
}

/** `tallyport serve`: runs until a signal comes or its database is lost for good; exit code 0 or 3. */
export async function runServe({ json, print, start, signal }: ServeOptions): Promise<number> {
  const gateway = await start();
  const { apiUrl, partnersUrl, sftp, newApiKey, apiKeyFile } = gateway;
  if (json) print(JSON.stringify({ ready: true, apiUrl, partnersUrl, sftp, newApiKey, apiKeyFile }));
  else {
    if (newApiKey !== null)
      print(`API key (shown once): ${newApiKey}${apiKeyFile === null ? '' : `\n  kept in ${apiKeyFile}`}`);
    if (apiUrl !== null) print(`operators: ${apiUrl}`);
    if (partnersUrl !== null) print(`partners:  ${partnersUrl}`);
    if (sftp !== null) for (const line of [sftp.url, ...sftp.fingerprints]) print(`sftp:      ${line}`);
    print('ready');
  }
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped');
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const why = await Promise.race([stopped, gateway.ended]);
  await gateway.close();
  if (why === 'stopped') return 0;
  print(json ? JSON.stringify({ ready: false, failure: why.message }) : `the gateway cannot go on: ${why.message}`);
  return 3;
}
