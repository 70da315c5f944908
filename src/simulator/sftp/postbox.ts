import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sshKeyIn } from '../own-keys.ts';
import type { Postbox } from '../postbox.ts';
import type { Host } from '../process.ts';
import { logIn, type SftpAccount, type SftpClient } from './client.ts';
import { openSftpServer } from './server.ts';

/** Both ways over SFTP: a server of our own that the gateway comes to, and an account at the gateway's. Plain JSON. */
export interface SftpPostbox {
  readonly party: string;
  readonly listenPort: number;
  /** Under it lie what we offer ("outgoing"), what they fetched ("outgoing/done") and what they brought ("incoming"). */
  readonly root: string;
  /** The gateway's login at our server. */
  readonly username: string;
  readonly publicKey: string;
  /** Our account at the gateway's server, its host keys pinned. */
  readonly account: SftpAccount;
  /** Where our host key and our own key lie. */
  readonly keyFolder: string;
  /** Where we keep what we took. */
  readonly taken: string;
}

export interface BothWays extends Postbox {
  /** Uploads into the gateway's mailbox instead of waiting until it polls. */
  upload(fileName: string, text: string): Promise<void>;
}

const brought = 'incoming/';

/** A distributor's two ways: what it `put`s waits at its own server, what it `list`s lies at either. */
export async function sftpPostbox(options: SftpPostbox, host: Host): Promise<BothWays> {
  const { root, taken, account, keyFolder, party } = options;
  const [outgoing, incoming] = [join(root, 'outgoing'), join(root, 'incoming')];
  for (const folder of [outgoing, join(outgoing, 'done'), incoming, taken]) await mkdir(folder, { recursive: true });
  const complain = (message: string) => host.tell({ kind: 'failed', party, conversation: null, message });
  const hostKey = sshKeyIn(keyFolder, 'ssh-host-key');
  await openSftpServer({ ...options, port: options.listenPort, hostKey }, host.signal, complain);
  let session: Promise<SftpClient> | null = null;
  const mailbox = (): Promise<SftpClient> => {
    session ??= logIn(account, sshKeyIn(keyFolder, 'ssh-key'));
    return session;
  };
  host.signal.addEventListener(
    'abort',
    () => {
      session?.then((client) => client.close()).catch(() => undefined);
    },
    { once: true },
  );
  return {
    async put(fileName, text) {
      await writeFile(join(outgoing, `.${fileName}`), text, 'latin1');
      await rename(join(outgoing, `.${fileName}`), join(outgoing, fileName));
      return null;
    },
    upload: async (fileName, text) => (await mailbox()).write('/in', fileName, Buffer.from(text, 'latin1')),
    async list() {
      const here = (await readdir(incoming)).filter((name) => !name.startsWith('.')).sort();
      const there = await (await mailbox()).list('/out');
      return [
        ...here.map((fileName) => ({ id: `${brought}${fileName}`, fileName })),
        ...there.map((fileName) => ({ id: fileName, fileName })),
      ];
    },
    async take({ id, fileName }) {
      if (id.startsWith(brought)) {
        const bytes = await readFile(join(incoming, fileName));
        await rename(join(incoming, fileName), join(taken, fileName));
        return bytes;
      }
      // Read to its end it leaves the gateway's mailbox.
      const bytes = await (await mailbox()).read(`/out/${fileName}`);
      await writeFile(join(taken, fileName), bytes);
      return bytes;
    },
  };
}
