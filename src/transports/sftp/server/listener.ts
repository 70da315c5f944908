import { createServer, type Socket } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import type { Clock } from '../../../core/clock.ts';
import { FailureError, failureOf } from '../../../core/failure.ts';
import {
  sftpIdleMsMax,
  sftpKeepaliveCountMax,
  sftpKeepaliveMs,
  sftpLoginMsMax,
  sftpRequestsMax,
  sftpSessionsMax,
  sftpUnwrittenBytesMax,
} from '../../limits.ts';
import type { Intake } from '../../transport.ts';
import { safeAlgorithms } from '../client/algorithms.ts';
import type { DiskRoom } from './disk-room.ts';
import { addressOf, Doorkeeper } from './doorkeeper.ts';
import type { HostKey } from './host-keys.ts';
import { Login } from './login.ts';
import type { Account, Audited, Inbox, Outbox } from './mailbox.ts';
import { PasswordGate } from './password.ts';
import { type Pace, SftpSession } from './session.ts';
import { Writers } from './writers.ts';

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

export interface SftpListener {
  /** Gives the address it listens on: "sftp://127.0.0.1:2222". */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  /** Takes no more, hangs up, and waits until what was being written is kept. */
  close(): Promise<void>;
  readonly connectionCount: number;
}

interface Shared {
  readonly options: SftpListenerOptions;
  readonly doorkeeper: Doorkeeper;
  readonly passwords: PasswordGate;
  readonly writers: Writers;
  readonly readSoFar: Map<string, number>;
}

/** The partners' SFTP server: mailboxes, and nothing else that SSH can do. */
export function sftpListener(options: SftpListenerOptions): SftpListener {
  const shared: Shared = {
    options,
    doorkeeper: new Doorkeeper(options.clock),
    passwords: new PasswordGate(),
    writers: new Writers(),
    readSoFar: new Map(),
  };
  const visits = new Map<Socket, Visit>();
  // By whom ssh2 says a connection is from: it gives no socket.
  const sockets = new Map<string, Socket>();
  const nameOf = (ip: string | undefined, port: number | undefined): string => `${ip ?? ''} ${port ?? 0}`;
  const ssh = new ssh2.Server(
    {
      hostKeys: options.hostKeys.filter(({ isNext }) => !isNext).map(({ privateKey }) => privateKey),
      ident: 'Tallyport',
      algorithms: safeAlgorithms,
      keepaliveInterval: sftpKeepaliveMs,
      keepaliveCountMax: sftpKeepaliveCountMax,
    },
    (connection, { ip, port }) => {
      const socket = sockets.get(nameOf(ip, port));
      if (socket === undefined) connection.end();
      else visits.get(socket)?.begin(connection);
    },
  );
  ssh.on('error', (error: Error) => options.report(failureOf(error)));
  // Our own sockets, handed to ssh2: it shows none, and only a socket can be paused when a client sends faster than the disk takes it.
  const server = createServer({ noDelay: true }, (socket) => {
    const address = socket.remoteAddress ?? '';
    const counted = addressOf(address);
    if ((shared.doorkeeper.isFull && !hangUpOnStranger(visits)) || !shared.doorkeeper.enter(counted)) {
      socket.destroy();
      return;
    }
    const name = nameOf(address, socket.remotePort);
    const visit = new Visit(shared, socket, { address, counted });
    visits.set(socket, visit);
    sockets.set(name, socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      sockets.delete(name);
      shared.doorkeeper.leave(counted);
      void visit.end().finally(() => visits.delete(socket));
    });
    ssh.injectSocket(socket);
  });
  return {
    async listen({ host, port }) {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
      const address = server.address();
      if (address === null || typeof address === 'string')
        throw new FailureError('bug', 'The SFTP server has no port.');
      return `sftp://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const open = [...visits];
      for (const [socket] of open) socket.destroy();
      await Promise.all(open.map(([, visit]) => visit.end()));
      await closed;
    },
    get connectionCount() {
      return visits.size;
    },
  };
}

/**
 * Makes room for one more by hanging up on whoever has been there longest without having logged in; false: everybody has. Else 32 addresses
 * that say nothing would shut everybody out.
 */
function hangUpOnStranger(visits: ReadonlyMap<Socket, Visit>): boolean {
  for (const [socket, visit] of visits) {
    if (visit.isLoggedIn || socket.destroyed) continue;
    socket.destroy();
    return true;
  }
  return false;
}

/** One connection, from its first byte to its end. */
class Visit {
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
