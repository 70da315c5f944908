import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import type { Clock } from '../../../core/clock.ts';
import { type FailureError, failureOf } from '../../../core/failure.ts';
import {
  sftpIdleMsMax,
  sftpLoginMsMax,
  sftpRequestsMax,
  sftpSessionsMax,
  sftpUnwrittenBytesMax,
} from '../../limits.ts';
import type { Intake } from '../../transport.ts';
import type { DiskRoom } from './disk-room.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { HostKey } from './host-keys.ts';
import { Login } from './login.ts';
import type { Account, Audited, Inbox, Outbox } from './mailbox.ts';
import type { Pace } from './pace.ts';
import type { PasswordGate } from './password.ts';
import { SftpSession } from './session.ts';
import type { Writers } from './writers.ts';

export interface SftpListenerOptions {
  readonly hostKeys: readonly HostKey[];
  accountOf(username: string): Promise<Account | undefined>;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly intake: Intake;
  readonly clock: Clock;
  /** Where uploads wait until they are whole; ours alone, on a disk with room. */
  readonly spoolFolder: string;
  readonly disk: DiskRoom;
  /** What this process is called among those that share the database: parts of uploads lie with it. */
  readonly holder: string;
  readonly audit: (line: Audited) => void;
  readonly report: (failure: FailureError) => void;
  /** For tests; the limits' own otherwise. */
  readonly loginMsMax?: number;
  readonly idleMsMax?: number;
}

/** What all connections share. */
export interface Shared {
  readonly options: SftpListenerOptions;
  readonly doorkeeper: Doorkeeper;
  readonly passwords: PasswordGate;
  readonly writers: Writers;
  readonly readSoFar: Map<string, number>;
}

/** A name or path as it goes into the audit: a label, without what would turn a line around or break it. */
const shown = (path: string): string => path.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, 600);

/** One connection, from its first byte to its end. */
export class Visit {
  readonly #shared: Shared;
  readonly #socket: Socket;
  readonly #address: string;
  /** What its tries are counted under. */
  readonly #counted: string;
  readonly #sessions = new Set<SftpSession>();
  #account: Account | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;
  #requests = 0;
  #unwritten = 0;
  #roomWanted: (() => void)[] = [];

  constructor(
    shared: Shared,
    socket: Socket,
    { address, counted }: { readonly address: string; readonly counted: string },
  ) {
    this.#shared = shared;
    this.#socket = socket;
    this.#address = address;
    this.#counted = counted;
    this.#timer = setTimeout(() => socket.destroy(), shared.options.loginMsMax ?? sftpLoginMsMax);
    socket.on('drain', () => {
      for (const go of this.#roomWanted.splice(0)) go();
    });
  }

  get isLoggedIn(): boolean {
    return this.#account !== null;
  }

  begin(connection: Connection): void {
    const { options, doorkeeper, passwords } = this.#shared;
    const login = new Login({
      address: this.#counted,
      clock: options.clock,
      doorkeeper,
      passwords,
      accountOf: options.accountOf,
      welcome: (account) => {
        if (this.#account === null && !doorkeeper.enterAccount(account.channelId)) return false;
        this.#account ??= account;
        return true;
      },
      refused: (username, how) =>
        this.#audit({ operation: 'refused', name: null, byteLength: null, outcome: how }, username),
      hangUp: () => this.#socket.destroy(),
      broken: (error) => options.report(failureOf(error)),
    });
    connection.on('error', () => this.#socket.destroy()); // a client that breaks the protocol, or off
    connection.on('authentication', (context) => login.handle(context));
    connection.once('ready', () => {
      this.#touch();
      this.#audit({ operation: 'login', name: null, byteLength: null, outcome: 'ok' });
    });
    connection.on('session', (accept, reject) => {
      const account = this.#account;
      if (account === null || this.#sessions.size >= sftpSessionsMax) {
        reject();
        return;
      }
      // No listener for exec, shell, pty, env or forwarding: ssh2 refuses what nobody listens for.
      accept().on('sftp', (open) => this.#serve(account, open()));
    });
  }

  #serve(account: Account, sftp: ConstructorParameters<typeof SftpSession>[0]): void {
    const { options, writers, readSoFar } = this.#shared;
    const { intake, clock, spoolFolder, disk, holder, report } = options;
    const audit = (line: Omit<Audited, 'channelId' | 'username' | 'remote'>): void => this.#audit(line);
    const session = new SftpSession(sftp, {
      account,
      inbox: {
        account,
        inbox: options.inbox,
        intake,
        clock,
        remote: this.#address,
        spoolFolder,
        holder,
        audit,
        writers,
        disk,
        report,
      },
      outbox: { account, outbox: options.outbox, audit, readSoFar },
      pace: this.#pace(),
      report: options.report,
    });
    this.#sessions.add(session);
    sftp.once('close', () => {
      this.#sessions.delete(session);
      void session.breakOff();
    });
  }

  #pace(): Pace {
    const regulate = (): void => {
      const isFull = this.#requests > sftpRequestsMax || this.#unwritten > sftpUnwrittenBytesMax;
      if (isFull && !this.#socket.isPaused()) this.#socket.pause();
      if (!isFull && this.#socket.isPaused()) this.#socket.resume();
    };
    return {
      begin: () => {
        this.#touch();
        this.#requests += 1;
        regulate();
      },
      end: () => {
        this.#requests -= 1;
        regulate();
      },
      unwritten: (bytes) => {
        this.#unwritten = bytes;
        regulate();
      },
      roomToAnswer: async () => {
        if (
          this.#socket.writableNeedDrain &&
          this.#socket.writableLength > sftpUnwrittenBytesMax &&
          !this.#socket.destroyed
        )
          await new Promise<void>((go) => this.#roomWanted.push(go));
      },
      hangUp: () => this.#socket.destroy(),
    };
  }

  #touch(): void {
    if (this.#timer !== undefined && this.#account !== null && this.#sessions.size > 0) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.destroy(), this.#shared.options.idleMsMax ?? sftpIdleMsMax);
  }

  #audit(line: Omit<Audited, 'channelId' | 'username' | 'remote'>, username = this.#account?.username ?? ''): void {
    this.#shared.options.audit({
      channelId: this.#account?.channelId ?? null,
      username,
      remote: this.#address,
      ...line,
      name: line.name === null ? null : shown(line.name),
    });
  }

  /** The socket is closed. Resolves when what was being written is kept. */
  end(): Promise<void> {
    this.#ended ??= (async () => {
      clearTimeout(this.#timer);
      for (const go of this.#roomWanted.splice(0)) go();
      for (const session of this.#sessions) await session.breakOff();
      if (this.#account === null) return;
      this.#shared.doorkeeper.leaveAccount(this.#account.channelId);
      this.#audit({ operation: 'logout', name: null, byteLength: null, outcome: 'ok' });
    })();
    return this.#ended;
  }
}
