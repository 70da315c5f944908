import ssh2, { type SFTPWrapper } from 'ssh2';
import { fingerprintOf } from '../../transports/sftp/fingerprint.ts';
import type { SshKey } from '../own-keys.ts';

export interface SftpAccount {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Of the server; the first one that is another ends the connection. */
  readonly fingerprints: readonly string[];
}

export interface SftpClient {
  list(folder: string): Promise<readonly string[]>;
  read(path: string): Promise<Buffer>;
  /** Under a temporary name, then renamed: nobody sees half of it. */
  write(folder: string, name: string, bytes: Buffer): Promise<void>;
  close(): void;
}

/** 20 s for each request: the server is on this machine. */
const answerMsMax = 20_000;

/** Logs in with a key. Throws when the server shows a host key that is not pinned. */
export async function logIn({ host, port, username, fingerprints }: SftpAccount, key: SshKey): Promise<SftpClient> {
  const client = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).on('error', reject);
    client.connect({
      host,
      port,
      username,
      privateKey: key.privateKey,
      readyTimeout: answerMsMax,
      hostVerifier: (shown: Buffer) => fingerprints.includes(fingerprintOf(shown)),
    });
  });
  const asked = <T>(ask: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the SFTP server does not answer')), answerMsMax);
      ask((error, value) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(value);
      });
    });
  const sftp = await asked<SFTPWrapper>((done) => client.sftp(done));
  return {
    list: async (folder) =>
      (await asked<readonly { filename: string }[]>((done) => sftp.readdir(folder, done)))
        .map(({ filename }) => filename)
        .toSorted(),
    read: (path) => asked<Buffer>((done) => sftp.readFile(path, done)),
    async write(folder, name, bytes) {
      const part = `${folder}/.${name}.part`;
      await asked<undefined>((done) => sftp.writeFile(part, bytes, (error) => done(error, undefined)));
      await asked<undefined>((done) => sftp.rename(part, `${folder}/${name}`, (error) => done(error, undefined)));
    },
    close: () => client.end(),
  };
}
