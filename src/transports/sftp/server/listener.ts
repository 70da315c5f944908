import { createServer, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { FailureError, failureOf } from '../../../core/failure.ts';
import { sftpKeepaliveCountMax, sftpKeepaliveMs } from '../../limits.ts';
import { safeAlgorithms } from '../client/algorithms.ts';
import { addressOf, Doorkeeper } from './doorkeeper.ts';
import type { InboxParts } from './inbox-files.ts';
import type { Account } from './mailbox.ts';
import { PasswordGate } from './password.ts';
import { takeSettled } from './settled.ts';
import { type SftpListenerOptions, type Shared, Visit } from './visit.ts';
import { Writers } from './writers.ts';

export type { SftpListenerOptions } from './visit.ts';

export interface SftpListener {
  /** Gives the address it listens on: "sftp://127.0.0.1:2222". */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  /** Takes no more, hangs up, and waits until what was being written is kept. */
  close(): Promise<void>;
  /** Takes what has settled in these mailboxes. Throws what the store or a disk says; the next call goes on. */
  takeSettled(accounts: readonly Account[]): Promise<void>;
  readonly connectionCount: number;
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
    async takeSettled(accounts) {
      const { writers } = shared;
      for (const account of accounts) {
        const { channelId, username, settleMs } = account;
        if (settleMs === null) continue;
        const remote = 'settled';
        const audit = (line: Parameters<InboxParts['audit']>[0]): void =>
          options.audit({ channelId, username, remote, ...line });
        await takeSettled({ ...options, account, remote, audit, writers }, settleMs);
      }
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
