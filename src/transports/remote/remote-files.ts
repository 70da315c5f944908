/*
 * RemoteFiles    what a partner's file server can do for us, whatever it speaks: SFTP, FTPS. One connection.
 * RemoteRefusal  the server's own "no" to one request; the connection is as good as before. A connection that is lost, hangs or lies
 *                is a FailureError `partner-unreachable` instead.
 */
export interface RemoteEntry {
  readonly name: string;
  /** `unknown`: the server does not say; it is looked at before it is taken. */
  readonly kind: 'file' | 'folder' | 'other' | 'unknown';
  readonly byteLength: number;
  /** Seconds since 1970 by the server's clock: all that SFTP version 3 says. */
  readonly modifiedS: number;
}

export type RemoteStat = Omit<RemoteEntry, 'name'>;

export interface RemoteFiles {
  /** Gives a folder's entries page by page, in the server's order, without `.` and `..`; each page is waited for. */
  list(folder: string, onPage: (page: readonly RemoteEntry[]) => Promise<void> | void): Promise<void>;
  /** Undefined: no such file. */
  stat(path: string): Promise<RemoteStat | undefined>;
  /** Exactly `byteLength` bytes; FailureError `partner-unreachable` when the file has more or fewer, for then it is not the one we saw. */
  read(path: string, byteLength: number): AsyncIterable<Uint8Array>;
  /**
   * Writes a file and gives the bytes written, all of which the server has confirmed. One that is there is emptied first, or, with
   * `isNew`, left alone: RemoteRefusal then.
   */
  write(path: string, bytes: AsyncIterable<Uint8Array>, options: { readonly isNew: boolean }): Promise<number>;
  /** Never replaces: RemoteRefusal when `to` is there, as far as the server keeps to its standard. */
  rename(from: string, to: string): Promise<void>;
  /** False: there was none. */
  remove(path: string): Promise<boolean>;
  /** Whether the connection is gone, so that nothing more can be asked of it. */
  readonly isLost: boolean;
  close(): Promise<void>;
}

export type RefusalReason = 'absent' | 'denied' | 'unsupported' | 'failed';

export class RemoteRefusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.name = 'RemoteRefusal';
    this.reason = reason;
  }
}

/** A path of the folder and a name. Names come from servers too: see `isPlainName`. */
export const pathIn = (folder: string, name: string): string =>
  folder.endsWith('/') ? folder + name : `${folder}/${name}`;

/** Whether a listed name may be put into a path: one with a slash or a NUL would lead elsewhere, and U+FFFD says it was no UTF-8. */
export const isPlainName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\0\ufffd]/.test(name) && name.length <= 255;
