import { once } from 'node:events';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import ssh2, { type Attributes, type AuthContext, type Connection, type SFTPWrapper } from 'ssh2';
import type { SshKey } from '../own-keys.ts';

/*
 * A partner's SFTP server over a plain folder, as servers over a file system are. The gateway polls it and delivers into it. It shares no
 * line with the gateway's own server, which has no files at all.
 */
export interface SftpServerOptions {
  readonly port: number;
  readonly hostKey: SshKey;
  readonly username: string;
  /** The one key that may log in, as authorized_keys has it. */
  readonly publicKey: string;
  /** What a client sees as "/". */
  readonly root: string;
}

const { STATUS_CODE } = ssh2.utils.sftp;
const OK = STATUS_CODE.OK;

interface Opened {
  readonly file: FileHandle | null;
  /** Of a folder: what is still to be listed. */
  entries: { filename: string; longname: string; attrs: Attributes }[] | null;
}

const attributesOf = ({ mode, size, mtimeMs, atimeMs, uid, gid }: Stats): Attributes => ({
  mode,
  size,
  uid,
  gid,
  mtime: Math.floor(mtimeMs / 1_000),
  atime: Math.floor(atimeMs / 1_000),
});

/** Listens until the signal is aborted. `complain` hears what no well-behaved client does. */
export async function openSftpServer(
  options: SftpServerOptions,
  signal: AbortSignal,
  complain: (why: string) => void,
): Promise<void> {
  const parsed = ssh2.utils.parseKey(options.publicKey);
  const authorized = Array.isArray(parsed) ? parsed[0] : parsed;
  if (authorized === undefined || authorized instanceof Error) throw new Error('the authorized key is none');
  const mayEnter = (context: AuthContext): boolean => {
    if (context.method !== 'publickey' || context.username !== options.username) return false;
    if (!context.key.data.equals(authorized.getPublicSSH())) return false;
    if (context.signature === undefined || context.blob === undefined) return true; // asks whether this key would do
    return authorized.verify(context.blob, context.signature, context.hashAlgo) === true;
  };
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [options.hostKey.privateKey], ident: 'NordhandelSFTP' }, (client) => {
    client.on('authentication', (context) => (mayEnter(context) ? context.accept() : context.reject(['publickey'])));
    client.on('session', (acceptSession) => {
      acceptSession().on('sftp', (acceptSftp) => serve(acceptSftp(), options.root, complain));
    });
    client.on('error', () => undefined); // a connection that broke: the gateway comes again
    clients.add(client);
    client.on('close', () => clients.delete(client));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    for (const client of clients) client.end();
    server.close();
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
}

function serve(sftp: SFTPWrapper, root: string, complain: (why: string) => void): void {
  const handles = new Map<number, Opened>();
  let last = 0;
  /** Never above the root: "/../x" is "/x". */
  const inside = (path: string): string => join(root, posix.normalize(`/${path}`));
  const opened = (handle: Buffer): Opened => {
    const found = handles.get(handle.readUInt32BE(0));
    if (found === undefined) throw new Error('a handle that is not open');
    return found;
  };
  const handleOf = (one: Opened): Buffer => {
    last += 1;
    handles.set(last, one);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(last);
    return name;
  };
  const fileOf = (handle: Buffer): FileHandle => {
    const { file } = opened(handle);
    if (file === null) throw new Error('a handle of a folder');
    return file;
  };
  const answer = (id: number, work: () => Promise<void>): void => {
    work().catch((thrown: unknown) => {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
      if (code === null) complain(`SFTP: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      const status =
        code === 'ENOENT'
          ? STATUS_CODE.NO_SUCH_FILE
          : code === 'EACCES' || code === 'EPERM'
            ? STATUS_CODE.PERMISSION_DENIED
            : STATUS_CODE.FAILURE;
      sftp.status(id, status);
    });
  };
  const tellStat = (id: number, path: string): void =>
    answer(id, async () => sftp.attrs(id, attributesOf(await stat(inside(path)))));
  sftp
    .on('OPEN', (id, path, flags) =>
      answer(id, async () => {
        const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = constants;
        const has = (name: 'READ' | 'WRITE' | 'CREAT' | 'TRUNC' | 'EXCL') =>
          (flags & ssh2.utils.sftp.OPEN_MODE[name]) !== 0;
        const way = has('WRITE') ? (has('READ') ? O_RDWR : O_WRONLY) : O_RDONLY;
        const more = (has('CREAT') ? O_CREAT : 0) | (has('TRUNC') ? O_TRUNC : 0) | (has('EXCL') ? O_EXCL : 0);
        sftp.handle(id, handleOf({ file: await open(inside(path), way | more, 0o644), entries: null }));
      }),
    )
    .on('READ', (id, handle, offset, length) =>
      answer(id, async () => {
        const bytes = Buffer.alloc(Math.min(length, 256 * 1024));
        const { bytesRead } = await fileOf(handle).read(bytes, 0, bytes.length, offset);
        if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.data(id, bytes.subarray(0, bytesRead));
      }),
    )
    .on('WRITE', (id, handle, offset, data) =>
      answer(id, async () => {
        await fileOf(handle).write(data, 0, data.length, offset);
        sftp.status(id, OK);
      }),
    )
    .on('FSTAT', (id, handle) => answer(id, async () => sftp.attrs(id, attributesOf(await fileOf(handle).stat()))))
    .on('CLOSE', (id, handle) =>
      answer(id, async () => {
        await opened(handle).file?.close();
        handles.delete(handle.readUInt32BE(0));
        sftp.status(id, OK);
      }),
    )
    .on('OPENDIR', (id, path) =>
      answer(id, async () => {
        const folder = inside(path);
        const entries = [];
        for (const filename of (await readdir(folder)).sort())
          entries.push({ filename, longname: filename, attrs: attributesOf(await stat(join(folder, filename))) });
        sftp.handle(id, handleOf({ file: null, entries }));
      }),
    )
    .on('READDIR', (id, handle) =>
      answer(id, async () => {
        const listing = opened(handle);
        const entries = listing.entries?.splice(0, 100) ?? [];
        if (entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.name(id, entries);
      }),
    )
    .on('RENAME', (id, from, to) =>
      answer(id, async () => {
        // Version 3: a name that is there is never replaced.
        if (await isThere(inside(to))) sftp.status(id, STATUS_CODE.FAILURE);
        else {
          await rename(inside(from), inside(to));
          sftp.status(id, OK);
        }
      }),
    )
    .on('REMOVE', (id, path) =>
      answer(id, async () => {
        await unlink(inside(path));
        sftp.status(id, OK);
      }),
    )
    .on('MKDIR', (id, path) =>
      answer(id, async () => {
        await mkdir(inside(path));
        sftp.status(id, OK);
      }),
    )
    .on('REALPATH', (id, path) => {
      const filename = posix.normalize(`/${path}`);
      sftp.name(id, [
        { filename, longname: filename, attrs: { mode: 0, size: 0, uid: 0, gid: 0, mtime: 0, atime: 0 } },
      ]);
    })
    .on('STAT', tellStat)
    .on('LSTAT', tellStat)
    .on('SETSTAT', (id) => sftp.status(id, OK))
    .on('FSETSTAT', (id) => sftp.status(id, OK))
    .on('close', () => {
      for (const { file } of handles.values()) file?.close().catch(() => undefined);
    });
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
