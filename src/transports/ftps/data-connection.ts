import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { type FTPContext, FTPError, type TransferStrategy } from 'basic-ftp';
import { type FtpsEndpoint, unreachable } from './endpoint.ts';

/*
 * One data connection for each transfer, passive, always to the host of the control connection: the address in an answer to PASV is that
 * of a server behind NAT, or of somebody whom we are to attack, and of no use in either case. (The library's own refuses such an answer, or
 * with an option goes where it leads.)
 *
 * Each takes up the TLS session of the control connection, which is how a server knows that it is ours (vsftpd require_ssl_reuse, ProFTPD).
 * TLS 1.3 gives tickets for one use each, so the last one given, on whichever connection, is shown next.
 */
export function openData(endpoint: FtpsEndpoint, features: ReadonlySet<string>): TransferStrategy {
  // RFC 2428: EPSV names no address. Without the feature PASV is asked first, for some firewalls cut what they do not know.
  let isExtended = features.has('EPSV');
  return async (ftp) => {
    const host = ftp.socket.remoteAddress;
    if (host === undefined) throw unreachable(endpoint, 'the connection was lost');
    const isV6 = host.includes(':') && !host.toLowerCase().startsWith('::ffff:');
    if (isExtended || isV6) {
      try {
        const response = await ftp.request('EPSV');
        await open(endpoint, ftp, host, portOfEpsv(endpoint, response.message));
        return response;
      } catch (error) {
        if (!(error instanceof FTPError) || isV6) throw error;
        isExtended = false;
      }
    }
    const response = await ftp.request('PASV');
    await open(endpoint, ftp, host, portOfPasv(endpoint, response.message));
    return response;
  };
}

/** "229 Entering Extended Passive Mode (|||6446|)"; OS/400 writes exclamation marks. */
function portOfEpsv(endpoint: FtpsEndpoint, message: string): number {
  const port = Number(/([|!])\1\1(\d{1,5})\1/.exec(message)?.[2]);
  if (port >= 1 && port <= 65_535) return port;
  throw unreachable(endpoint, `no port in the answer to EPSV: ${message.slice(0, 100)}`);
}

/** "227 Entering Passive Mode (192,168,1,100,10,229)": the last two make the port. */
function portOfPasv(endpoint: FtpsEndpoint, message: string): number {
  const found = /(?<!\d)\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3}),(\d{1,3})(?!\d)/.exec(message);
  const port = Number(found?.[1]) * 256 + Number(found?.[2]);
  if (port >= 1 && port <= 65_535) return port;
  throw unreachable(endpoint, `no port in the answer to PASV: ${message.slice(0, 100)}`);
}

const EVENTS = ['error', 'close'] as const;
/** 1 s: the answer was on its way when the connection broke. */
const refusalMsMax = 1_000;
/** 20 ms, of an empty file only: every other one takes longer by itself. */
const handshakeRestMs = 20;
const handshakes = new WeakMap<Socket, Promise<void>>();

/** When the TLS handshake of a data connection is over, well or not. Nothing may be ended before: Node would end it in the middle. */
export const handshakeOf = (socket: Socket | undefined): Promise<void> =>
  (socket === undefined ? undefined : handshakes.get(socket)) ?? Promise.resolve();

async function open(endpoint: FtpsEndpoint, ftp: FTPContext, host: string, port: number): Promise<void> {
  const raw = await connected(endpoint, host, port);
  const session = ftp.tlsSessionStore ?? (ftp.socket instanceof TLSSocket ? ftp.socket.getSession() : undefined);
  const socket = connectTls({ ...ftp.tlsOptions, socket: raw, ...(session === undefined ? {} : { session }) });
  socket.on('session', (fresh) => {
    ftp.tlsSessionStore = fresh;
  });
  const settled = new Promise<void>((resolve) => {
    // In TLS 1.2 our last word of it leaves after this event: ended in the same turn, ProFTPD would drop the session.
    socket.once('secureConnect', () => setTimeout(resolve, handshakeRestMs)).once('close', () => resolve());
  });
  handshakes.set(socket, settled);
  // Handshake and transfer are the library's to watch: some servers begin TLS only after the command.
  const before = EVENTS.map((event) => socket.rawListeners(event));
  ftp.dataSocket = socket;
  // But for one thing: a server that refuses a transfer also breaks off its connection, and which of both we hear first is chance. The
  // library would give up the control connection; we leave the answer a moment to come.
  for (const [index, event] of EVENTS.entries())
    for (const listener of socket.rawListeners(event))
      if (before[index]?.includes(listener) !== true) socket.removeListener(event, listener as () => void);
  socket.once('error', (error) => {
    const timer = setTimeout(
      () => {
        if (ftp.dataSocket === socket) ftp.closeWithError(error);
      },
      Math.min(refusalMsMax, endpoint.timeoutMs),
    );
    timer.unref();
  });
}

function connected(endpoint: FtpsEndpoint, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, noDelay: true });
    const fail = (why: string, cause?: Error): void => {
      socket.destroy();
      reject(unreachable(endpoint, `no data connection to port ${port}: ${why}`, cause));
    };
    const onError = (error: Error): void => fail(error.message, error);
    socket.setTimeout(endpoint.timeoutMs, () => fail(`no answer within ${endpoint.timeoutMs} ms`));
    socket.once('error', onError).once('connect', () => {
      socket.setTimeout(0).removeAllListeners('timeout').removeListener('error', onError);
      resolve(socket);
    });
  });
}
