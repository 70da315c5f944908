import type { Attributes, FileEntryWithStats, Stats } from 'ssh2';
import { FailureError } from '../../../core/failure.ts';
import { remoteEntriesMax, remoteListMsMax } from '../../limits.ts';
import { type RemoteEntry, type RemoteFiles, RemoteRefusal, type RemoteStat } from '../../remote/remote-files.ts';
import { logIn, type SftpEndpoint, unreachable } from './connect.ts';
import { SftpRequests } from './requests.ts';
import { readPipelined, writePipelined } from './transfer.ts';

/** A partner's SFTP server, connected and logged in. Fails as `logIn` does. */
export async function connectSftp(endpoint: SftpEndpoint): Promise<RemoteFiles> {
  const requests = new SftpRequests(await logIn(endpoint), endpoint);
  return {
    list: (folder, onPage) => list(requests, folder, onPage),
    stat: (path) =>
      ifThere(
        async () => statOf(await requests.askFor<Stats>('STAT', (sftp, answer) => sftp.stat(path, answer))),
        undefined,
      ),
    read: (path, byteLength) => readPipelined(requests, path, byteLength),
    write: (path, bytes, options) => writePipelined(requests, path, bytes, options),
    // Version 3's own RENAME, never posix-rename: that one replaces what is there.
    rename: (from, to) => requests.tell('RENAME', (sftp, answer) => sftp.rename(from, to, answer)),
    remove: (path) =>
      ifThere(async () => {
        await requests.tell('REMOVE', (sftp, answer) => sftp.unlink(path, answer));
        return true;
      }, false),
    get isLost() {
      return requests.ended !== null;
    },
    close: async () => requests.end(unreachable(endpoint, 'we have closed the connection')),
  };
}

async function ifThere<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RemoteRefusal && error.reason === 'absent') return otherwise;
    throw error;
  }
}

async function list(
  requests: SftpRequests,
  folder: string,
  onPage: (page: readonly RemoteEntry[]) => Promise<void> | void,
): Promise<void> {
  const handle = await requests.askFor<Buffer>('OPENDIR', (sftp, answer) => sftp.opendir(folder, answer));
  const since = performance.now();
  try {
    for (let count = 0; ; ) {
      if (performance.now() - since > remoteListMsMax) throw requests.giveUp(`${folder} takes too long to be listed`);
      const page = await nextPage(requests, handle);
      if (page === undefined) return;
      count += Math.max(1, page.length); // ssh2 has taken `.` and `..` out, so a page may be empty
      // A server that never says "end" would keep us listing for ever.
      if (count > remoteEntriesMax)
        throw new FailureError(
          'partner-refused',
          `${folder} has more than ${remoteEntriesMax} entries, or its listing has no end.`,
        );
      await onPage(page.map(entryOf));
    }
  } finally {
    await requests.tell('CLOSE', (sftp, answer) => sftp.close(handle, answer)).catch(() => undefined); // listed is listed
  }
}

/** Undefined at the end. */
const nextPage = (requests: SftpRequests, handle: Buffer): Promise<readonly FileEntryWithStats[] | undefined> =>
  requests.ask<readonly FileEntryWithStats[] | undefined>('READDIR', (sftp, answer) =>
    sftp.readdir(handle, (error: (Error & { code?: number }) | undefined, entries: FileEntryWithStats[]) => {
      if (error?.code === 1) answer(undefined, undefined);
      else answer(error, entries);
    }),
  );

const entryOf = ({ filename, attrs }: FileEntryWithStats): RemoteEntry => ({ name: filename, ...statOf(attrs) });

// S_IFMT of stat(2). The longname of a listing is for people's eyes and is never read.
const kindOf = (mode: number): RemoteStat['kind'] => {
  const format = mode & 0o170000;
  if (format === 0o100000) return 'file';
  if (format === 0o040000) return 'folder';
  return format === 0 ? 'unknown' : 'other';
};

const statOf = ({ mode, size, mtime }: Attributes): RemoteStat => ({
  // Servers may leave attributes out (their flags say which); the types do not tell.
  kind: kindOf(mode ?? 0),
  byteLength: Number.isSafeInteger(size) ? size : 0,
  modifiedS: mtime ?? 0,
});
