import type { Attributes, FileEntry, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import type { FailureError } from '../../../core/failure.ts';
import { failureOf } from '../../../core/failure.ts';
import { sftpHandlesMax, sftpReadBytesMax, sftpUnreadBytesMax } from '../../limits.ts';
import { entryOf, fileAttributes, folderAttributes } from './attributes.ts';
import { findUpload, type InboxParts, openForWriting, removeUpload, renameUpload, Writing } from './inbox-files.ts';
import { listFolder, listRoot } from './listing.ts';
import type { Account, Audited } from './mailbox.ts';
import { normalPath, placeOf } from './names.ts';
import { type OutboxParts, openForReading, Reading, removeWaiting } from './outbox-files.ts';
import type { Pace } from './pace.ts';
import { absent, denied, failed, SftpRefusal } from './refusal.ts';
import { heldBack, sayDone } from './ssh2-inside.ts';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

export interface SessionParts {
  readonly account: Account;
  readonly inbox: InboxParts;
  readonly outbox: OutboxParts;
  readonly pace: Pace;
  readonly report: (failure: FailureError) => void;
}

/** 100 refusals a session: a client that asks a million times fills no log. */
const refusalsToldMax = 100;

type Listing = AsyncGenerator<readonly FileEntry[]>;
type Open = Writing | Reading | Listing;

/** One SFTP session of a partner who is logged in. Everything it can name stands in its mailbox. */
export class SftpSession {
  readonly #sftp: SFTPWrapper;
  readonly #parts: SessionParts;
  readonly #open = new Map<number, Open>();
  #lastHandle = 0;
  #refusalsTold = 0;

  constructor(sftp: SFTPWrapper, parts: SessionParts) {
    this.#sftp = sftp;
    this.#parts = parts;
    this.#serveFiles();
    this.#serveNames();
    // ssh2 does not close its half by itself, and OpenSSH's client waits for that after its last command.
    sftp.on('end', () => {
      sayDone(sftp);
      sftp.end();
    });
    sftp.on('error', (error: Error) => parts.pace.hangUp(error.message)); // no SFTP any more: a packet that is none
  }

  /** The connection is gone: what was being written is kept as a part. */
  async breakOff(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const one of open) {
      if (one instanceof Writing) await one.breakOff();
      else if (one instanceof Reading) one.breakOff();
    }
  }

  #serveFiles(): void {
    const sftp = this.#sftp;
    sftp.on('OPEN', (id, path, flags, attrs) =>
      this.#answer(id, async () => {
        const operation = (flags & (OPEN_MODE.WRITE | OPEN_MODE.APPEND)) === 0 ? 'download' : 'upload';
        const opened = this.#orTold(operation, path, this.#openFile(path, flags, attrs));
        sftp.handle(id, this.#keep(await opened));
      }),
    );
    sftp.on('READ', (id, handle, offset, length) => this.#answer(id, () => this.#read(id, handle, offset, length)));
    sftp.on('WRITE', (id, handle, offset, bytes) => this.#answer(id, () => this.#write(id, handle, offset, bytes)));
    sftp.on('CLOSE', (id, handle) => this.#answer(id, () => this.#close(id, handle)));
    sftp.on('FSTAT', (id, handle) =>
      this.#answer(id, async () => {
        const one = this.#of(handle);
        if (one instanceof Writing) return sftp.attrs(id, fileAttributes(one));
        if (one instanceof Reading) return sftp.attrs(id, fileAttributes(one.waiting));
        return sftp.attrs(id, folderAttributes(this.#nowS()));
      }),
    );
    sftp.on('FSETSTAT', (id, handle, attrs) =>
      this.#answer(id, async () => {
        const one = this.#of(handle);
        // scp cuts the file to the length it wrote, which is no news; other lengths are not for us to make.
        if (one instanceof Writing && Number.isSafeInteger(attrs.size) && attrs.size !== one.byteLength) throw denied();
        if (one instanceof Writing && Number.isSafeInteger(attrs.mtime)) one.touch(attrs.mtime);
        sftp.status(id, STATUS_CODE.OK);
      }),
    );
    sftp.on('OPENDIR', (id, path) => this.#answer(id, async () => sftp.handle(id, this.#keep(this.#list(path)))));
    sftp.on('READDIR', (id, handle) =>
      this.#answer(id, async () => {
        const listing = this.#of(handle);
        if (listing instanceof Writing || listing instanceof Reading) throw failed('Not a folder');
        const page = await listing.next();
        if (page.done === true) sftp.status(id, STATUS_CODE.EOF);
        else sftp.name(id, [...page.value]);
      }),
    );
  }

  #serveNames(): void {
    const sftp = this.#sftp;
    const { inbox, outbox } = this.#parts;
    const done = (id: number): void => sftp.status(id, STATUS_CODE.OK);
    const stat = (id: number, path: string): void =>
      this.#answer(id, async () => sftp.attrs(id, await this.#stat(path)));
    sftp.on('STAT', stat).on('LSTAT', stat);
    sftp.on('REALPATH', (id, path) =>
      this.#answer(id, async () => {
        const normal = normalPath(path);
        if (normal === undefined) throw absent();
        sftp.name(id, [entryOf(normal, folderAttributes(0))]);
      }),
    );
    sftp.on('SETSTAT', (id, path, attrs) =>
      this.#answer(id, async () => this.#setStat(path, attrs).then(() => done(id))),
    );
    sftp.on('REMOVE', (id, path) =>
      this.#answer(id, async () => {
        const remove = async (): Promise<void> => {
          const { folder, name } = this.#file(path);
          await (folder === 'inbox' ? removeUpload(inbox, name) : removeWaiting(outbox, name));
        };
        await this.#orTold('delete', path, remove());
        done(id);
      }),
    );
    sftp.on('RENAME', (id, from, to) =>
      this.#answer(id, async () => {
        const rename = async (): Promise<void> => {
          const [source, target] = [this.#file(from), this.#file(to)];
          if (source.folder !== 'inbox' || target.folder !== 'inbox') throw denied();
          await renameUpload(inbox, source.name, target.name);
        };
        await this.#orTold('rename', `${from} → ${to}`, rename());
        done(id);
      }),
    );
    for (const request of ['MKDIR', 'RMDIR', 'READLINK', 'SYMLINK'] as const)
      sftp.on(request, (id: number) => this.#answer(id, async () => Promise.reject(denied())));
    sftp.on('EXTENDED', (id: number) => this.#answer(id, async () => sftp.status(id, STATUS_CODE.OP_UNSUPPORTED)));
  }

  /** What the partner may not do stands in the audit too, as far as one session's worth of it says something. */
  async #orTold<T>(operation: Audited['operation'], path: string, story: Promise<T>): Promise<T> {
    try {
      return await story;
    } catch (error) {
      if (error instanceof SftpRefusal && this.#refusalsTold++ < refusalsToldMax)
        this.#parts.inbox.audit({ operation, name: path, byteLength: null, outcome: error.message });
      throw error;
    }
  }

  /** Runs one request; whatever goes wrong is answered, ours as FAILURE and told to us. */
  #answer(id: number, story: () => Promise<void>): void {
    const { pace, report } = this.#parts;
    pace.begin();
    story()
      .catch((error: unknown) => {
        if (error instanceof SftpRefusal) return this.#sftp.status(id, error.status, error.message);
        report(failureOf(error));
        return this.#sftp.status(id, STATUS_CODE.FAILURE, 'Not possible now');
      })
      .finally(() => pace.end());
  }

  #nowS(): number {
    return Math.floor(this.#parts.inbox.clock.now().getTime() / 1_000);
  }

  #keep(one: Open): Buffer {
    if (this.#open.size >= sftpHandlesMax) {
      if (one instanceof Writing) void one.breakOff();
      throw failed('Too many open handles');
    }
    const handle = Buffer.alloc(4);
    this.#lastHandle = (this.#lastHandle + 1) >>> 0;
    handle.writeUInt32BE(this.#lastHandle);
    this.#open.set(this.#lastHandle, one);
    return handle;
  }

  #of(handle: Buffer): Open {
    const one = handle.byteLength === 4 ? this.#open.get(handle.readUInt32BE(0)) : undefined;
    if (one === undefined) throw failed('No such handle');
    return one;
  }

  #file(path: string): { readonly folder: 'inbox' | 'outbox'; readonly name: string } {
    const place = placeOf(path, this.#parts.account);
    if (place.kind === 'file') return place;
    throw place.kind === 'absent' ? absent() : denied();
  }

  async #openFile(path: string, flags: number, attrs: Attributes): Promise<Writing | Reading> {
    const has = (mode: number): boolean => (flags & mode) !== 0;
    const { folder, name } = this.#file(path);
    const isWrite = has(OPEN_MODE.WRITE) || has(OPEN_MODE.APPEND);
    if (folder === 'outbox') {
      if (isWrite) throw denied();
      return openForReading(this.#parts.outbox, name);
    }
    // What they have sent is not theirs to read any more: it may be processed and gone.
    if (!isWrite) throw (await findUpload(this.#parts.inbox, name)) === undefined ? absent() : denied();
    const writing = await openForWriting(this.#parts.inbox, name, {
      append: has(OPEN_MODE.APPEND),
      create: has(OPEN_MODE.CREAT),
      truncate: has(OPEN_MODE.TRUNC),
      exclusive: has(OPEN_MODE.EXCL),
    });
    if (Number.isSafeInteger(attrs.mtime) && attrs.mtime > 0) writing.touch(attrs.mtime);
    return writing;
  }

  async #read(id: number, handle: Buffer, offset: number, length: number): Promise<void> {
    const one = this.#of(handle);
    if (!(one instanceof Reading)) throw denied();
    if (!Number.isSafeInteger(offset)) throw failed('No such offset');
    await this.#parts.pace.roomToAnswer();
    const bytes = await one.read(offset, Math.min(length, sftpReadBytesMax));
    if (bytes === null) return this.#sftp.status(id, STATUS_CODE.EOF);
    this.#sftp.data(id, bytes);
    if (heldBack(this.#sftp) > sftpUnreadBytesMax) this.#parts.pace.hangUp('it asks and does not read');
  }

  async #write(id: number, handle: Buffer, offset: number, bytes: Buffer): Promise<void> {
    const one = this.#of(handle);
    if (!(one instanceof Writing)) throw denied();
    if (!Number.isSafeInteger(offset)) throw failed('No such offset');
    one.write(offset, bytes);
    this.#sftp.status(id, STATUS_CODE.OK);
    if (one.unwrittenBytes === 0) return;
    this.#tellUnwritten();
    void one.drained().then(() => this.#tellUnwritten());
  }

  #tellUnwritten(): void {
    let bytes = 0;
    for (const one of this.#open.values()) if (one instanceof Writing) bytes += one.unwrittenBytes;
    this.#parts.pace.unwritten(bytes);
  }

  async #close(id: number, handle: Buffer): Promise<void> {
    const one = this.#of(handle);
    this.#open.delete(handle.readUInt32BE(0));
    if (one instanceof Writing || one instanceof Reading) await one.close();
    this.#sftp.status(id, STATUS_CODE.OK);
  }

  #list(path: string): Listing {
    const { account, inbox, outbox } = this.#parts;
    const place = placeOf(path, account);
    if (place.kind === 'root') return listRoot(account, this.#nowS());
    if (place.kind === 'impossible') throw denied();
    if (place.kind !== 'folder') throw absent();
    if (!account[place.folder].mayList) throw denied();
    return listFolder(place.folder, inbox, outbox);
  }

  async #stat(path: string): Promise<Attributes> {
    const place = placeOf(path, this.#parts.account);
    if (place.kind === 'root' || place.kind === 'folder') return folderAttributes(this.#nowS());
    if (place.kind !== 'file') throw absent();
    const { inbox, outbox, account } = this.#parts;
    const writing = place.folder === 'inbox' ? inbox.writers.of(account.channelId, place.name) : undefined;
    if (writing !== undefined) return fileAttributes(writing);
    const found =
      place.folder === 'inbox'
        ? await findUpload(inbox, place.name)
        : await outbox.outbox.find(account.channelId, place.name);
    if (found === undefined) throw absent();
    return fileAttributes(found);
  }

  /** Rights and owners are nothing here, so they are taken and forgotten: WinSCP and FileZilla call an upload failed without. */
  async #setStat(path: string, { mtime }: Attributes): Promise<void> {
    const place = placeOf(path, this.#parts.account);
    if (place.kind === 'absent' || place.kind === 'impossible') throw absent();
    if (place.kind !== 'file' || place.folder !== 'inbox') return;
    const { inbox } = this.#parts;
    const found = await findUpload(inbox, place.name);
    if (found === undefined) throw absent();
    if (Number.isSafeInteger(mtime) && mtime >= 0)
      await inbox.inbox.put(inbox.account.channelId, { ...found, modifiedS: mtime });
  }
}
