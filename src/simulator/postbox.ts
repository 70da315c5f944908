import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * Postbox  how a partner hands us a file and takes ours: a shared folder, or our HTTP listener with its mailbox. Three verbs, so that the
 *          conversations above it are the same over both.
 */
export interface Postbox {
  /** Hands over a whole file under a name; gives what the other side called it, when it told. */
  put(fileName: string, text: string): Promise<string | null>;
  /** Names of files that wait for us. */
  list(): Promise<readonly string[]>;
  /** A file's bytes; afterwards it no longer waits. */
  take(name: string): Promise<Uint8Array>;
}

export interface FolderPostbox {
  /** Where the gateway looks for our files, and where it leaves its own. */
  readonly inbox: string;
  readonly outbox: string;
  /** Where we keep what we took. */
  readonly taken: string;
}

/** A folder both sides see. A file is written under a hidden name and renamed: nobody sees a half of it. */
export function folderPostbox({ inbox, outbox, taken }: FolderPostbox): Postbox {
  return {
    async put(fileName, text) {
      await mkdir(inbox, { recursive: true });
      await writeFile(join(inbox, `.${fileName}`), text, 'latin1');
      await rename(join(inbox, `.${fileName}`), join(inbox, fileName));
      return null;
    },
    async list() {
      await mkdir(outbox, { recursive: true });
      const names = await readdir(outbox);
      return names.filter((name) => !name.startsWith('.') && !name.endsWith('.part') && !name.endsWith('.tmp')).sort();
    },
    async take(name) {
      const bytes = await readFile(join(outbox, name));
      await mkdir(taken, { recursive: true });
      await rename(join(outbox, name), join(taken, name));
      return bytes;
    },
  };
}

export interface HttpPostbox {
  /** Our channel on the gateway's listener for partners: "http://127.0.0.1:8081/partners/cedarsupply/web". */
  readonly url: string;
  readonly token: string;
  readonly contentType: string;
  /** Where we keep what we fetched. */
  readonly taken: string;
}

/** The gateway's own listener: files are posted, and its answers fetched from our mailbox and confirmed. */
export function httpPostbox({ url, token, contentType, taken }: HttpPostbox): Postbox {
  const ask = async (path: string, init: RequestInit, wanted: number): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(answerMsMax) });
    if (response.status !== wanted)
      throw new Error(`${init.method ?? 'GET'} ${url}${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    async put(fileName, text) {
      const headers = { 'content-type': contentType, 'content-disposition': `attachment; filename="${fileName}"` };
      const response = await ask('/files', { method: 'POST', headers, body: Buffer.from(text, 'latin1') }, 202);
      return textIn(await response.json(), 'transmissionId');
    },
    async list() {
      const found: unknown = await (await ask('/mailbox', {}, 200)).json();
      return itemsIn(found).map((item) => textIn(item, 'id'));
    },
    async take(name) {
      const path = `/mailbox/${encodeURIComponent(name)}`;
      const bytes = new Uint8Array(await (await ask(path, {}, 200)).arrayBuffer());
      await mkdir(taken, { recursive: true });
      await writeFile(join(taken, name), bytes);
      return bytes;
    },
  };
}

/** 30 s: the gateway answers after its commit, in some milliseconds. */
const answerMsMax = 30_000;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function textIn(value: unknown, name: string): string {
  const found = isRecord(value) ? value[name] : undefined;
  if (typeof found !== 'string') throw new Error(`the gateway answered ${JSON.stringify(value)}, without "${name}"`);
  return found;
}

function itemsIn(value: unknown): readonly unknown[] {
  if (isRecord(value) && Array.isArray(value.items)) return value.items;
  throw new Error(`the gateway answered ${JSON.stringify(value)}, without "items"`);
}
