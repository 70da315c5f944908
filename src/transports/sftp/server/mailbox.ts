/*
 * Account   one partner's way in: who, with what, into which mailbox. From its channel.
 * Mailbox   two folders that exist in our database only: `inbox`, where the partner writes, and `outbox`, where it reads.
 * Waiting   a delivery that lies in the outbox. It leaves when it was read to its end, or deleted.
 * Upload    a name in the inbox: a part (its bytes are with the process that took them), or delivered (its bytes are a RawFile).
 */
export interface Account {
  readonly channelId: string;
  readonly username: string;
  /** In OpenSSH's one-line form. */
  readonly keys: readonly { readonly publicKey: string; readonly expiresAt: string | null }[];
  /** `scrypt$log2N$r$p$salt$hash`, base64. Two during a change. */
  readonly passwords: readonly { readonly scrypt: string; readonly expiresAt: string | null }[];
  /** `both`: the key first, then the password. */
  readonly login: 'key' | 'password' | 'either' | 'both';
  readonly fileBytesMax: number;
  /** How long a closed file must lie untouched before it is taken; null: it is taken when it is closed. */
  readonly settleMs: number | null;
  readonly inbox: InboxRights;
  readonly outbox: OutboxRights;
  /** Of the inbox: what lies there unfinished, and names that are still shown. */
  readonly quotaBytes: number;
  readonly quotaFiles: number;
}

export interface InboxRights {
  /** What the partner sees it as: "in". */
  readonly name: string;
  readonly mayList: boolean;
  readonly mayDelete: boolean;
  readonly mayRename: boolean;
  readonly mayOverwrite: boolean;
}

export interface OutboxRights {
  readonly name: string;
  readonly mayList: boolean;
  readonly mayDelete: boolean;
  /** `read`: it leaves when it was read to its end. `deleted`: only then, for partners whose scripts delete what they have processed. */
  readonly leavesWhen: 'read' | 'deleted';
}

export interface Waiting {
  readonly id: string;
  /** Unique in the outbox. */
  readonly name: string;
  readonly byteLength: number;
  readonly modifiedS: number;
}

export interface Outbox {
  /** What waits, in a lasting order, from after `after` on. */
  list(channelId: string, after: Waiting | null, countMax: number): Promise<readonly Waiting[]>;
  find(channelId: string, name: string): Promise<Waiting | undefined>;
  /** The bytes [ordinal × chunkBytes, …) of it, `chunkBytes` long but for the last. */
  chunk(waiting: Waiting, ordinal: number): Promise<Uint8Array>;
  readonly chunkBytes: number;
  /** The partner has it, or has deleted it unread: recorded as its receipt, and it leaves. */
  left(channelId: string, waiting: Waiting, how: 'read' | 'deleted'): Promise<void>;
  /** Whether a file of this name left a short while ago: it may then be deleted once more. */
  leftLately(channelId: string, name: string): Promise<boolean>;
}

export interface Upload {
  readonly name: string;
  readonly byteLength: number;
  readonly modifiedS: number;
  /** Null: delivered. Else which process has its bytes, and under which name of its own. */
  readonly part: {
    readonly holder: string;
    readonly spool: string /** Closed by the client, not broken off. */;
    readonly isClosed: boolean;
  } | null;
}

export interface Inbox {
  list(channelId: string, after: string | null, countMax: number): Promise<readonly Upload[]>;
  find(channelId: string, name: string): Promise<Upload | undefined>;
  /** Adds or replaces. */
  put(channelId: string, upload: Upload): Promise<void>;
  remove(channelId: string, name: string): Promise<void>;
  /** Parts that were closed and lie with `holder`, untouched for so long; oldest first. */
  closed(channelId: string, holder: string, settleMs: number, countMax: number): Promise<readonly Upload[]>;
  /** Of everything that is shown. */
  usage(channelId: string): Promise<{ readonly byteLength: number; readonly fileCount: number }>;
}

/** One operation, for the audit: names as the partner sees them, no content. */
export interface Audited {
  readonly channelId: string | null;
  readonly username: string;
  readonly remote: string;
  readonly operation: 'login' | 'logout' | 'upload' | 'download' | 'delete' | 'rename' | 'list' | 'refused';
  readonly name: string | null;
  readonly byteLength: number | null;
  /** "ok", or why not. */
  readonly outcome: string;
}
