import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listIn, textIn } from './api.ts';

/*
 * Postbox  how a partner hands us a file and takes ours: AS2, SFTP, a shared folder, or our HTTP listener with its mailbox. Three verbs, so
 *          that the conversations above it are the same over all.
 */
export interface Postbox {
  /** Hands over a whole file under a name; gives what the other side called it, when it told. */
  put(fileName: string, text: string): Promise<string | null>;
  /** Files that wait for us. */
  list(): Promise<readonly WaitingFile[]>;
  /** A file's bytes; afterwards it no longer waits. */
  take(file: WaitingFile): Promise<Uint8Array>;
  /** What we still wait for about files we handed over: receipts that come by themselves. Absent: nothing ever. */
  unanswered?(): readonly string[];
}

export interface WaitingFile {
  /** What the other side knows it by. */
  readonly id: string;
  readonly fileName: string;
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
      const whole = names.filter((name) => !/^\.|\.(part|tmp)$/.test(name));
      return whole.sort().map((fileName) => ({ id: fileName, fileName }));
    },
    async take({ fileName }) {
      const bytes = await readFile(join(outbox, fileName));
      await mkdir(taken, { recursive: true });
      await rename(join(outbox, fileName), join(taken, fileName));
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
      return listIn(found, 'deliveries').map((item) => ({
        id: textIn(item, 'id'),
        fileName: textIn(item, 'fileName'),
      }));
    },
    async take({ id, fileName }) {
      const bytes = new Uint8Array(await (await ask(`/mailbox/${id}`, {}, 200)).arrayBuffer());
      await mkdir(taken, { recursive: true });
      await writeFile(join(taken, fileName), bytes);
      // Only now is it ours: whoever confirms before it is safe may lose it.
      await ask(`/mailbox/${id}`, { method: 'DELETE' }, 204);
      return bytes;
    },
  };
}

/** 30 s: the gateway answers after its commit, in some milliseconds. */
const answerMsMax = 30_000;
