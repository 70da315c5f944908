import { connectFtps } from '../../../src/transports/ftps/ftps-files.ts';
import { KnownTimes } from '../../../src/transports/ftps/listing.ts';
import { type SharedConnection, shareConnection } from '../../../src/transports/remote/connection.ts';
import { hasOpenSsh, startSshd } from '../sftp/openssh.ts';
import { endpointOf, shared } from '../sftp/world.ts';
import { hasProftpd, type ProftpdOptions, startProftpd } from './proftpd.ts';

/** A real file server of a test, and how to reach it; paths on it are those of this machine. */
export interface FileServer {
  readonly port: number;
  connect(more?: {
    readonly port?: number;
    readonly timeoutMs?: number;
    readonly password?: string;
    readonly isUnpinned?: true;
  }): SharedConnection;
}

export interface ServerKind {
  readonly name: string;
  readonly protocol: 'sftp' | 'ftps';
  readonly isPresent: boolean;
  /** How many cuts at random bytes it is put through: each costs a login. */
  readonly cuts: number;
  /** At each how many of its packets it is cut: the connection of FTP carries the commands alone, and says its packets alike. */
  readonly packetStride: number;
  start(folder: string): Promise<FileServer>;
}

const proftpd = (name: string, options: ProftpdOptions): ServerKind => ({
  name,
  protocol: 'ftps',
  isPresent: hasProftpd,
  cuts: 12,
  packetStride: 3,
  async start(folder) {
    const server = await startProftpd(folder, options);
    const times = new KnownTimes();
    return {
      port: server.port,
      connect: ({ isUnpinned, ...more } = {}) =>
        shareConnection(
          () =>
            connectFtps(
              { ...server.endpoint, ...more, ...(isUnpinned === true ? { serverCertificates: [] } : {}) },
              times,
            ),
          200,
        ),
    };
  },
});

/** What every channel to a file server is held to, whatever it speaks. */
export const servers: readonly ServerKind[] = [
  {
    name: "OpenSSH's server",
    protocol: 'sftp',
    isPresent: hasOpenSsh,
    cuts: 80,
    packetStride: 1,
    async start(folder) {
      const sshd = await startSshd(folder);
      return {
        port: sshd.port,
        connect: ({ password, isUnpinned, ...more } = {}) =>
          shared(
            endpointOf(sshd, {
              ...more,
              ...(password === undefined ? {} : { privateKey: null, password }),
              ...(isUnpinned === true ? { hostKeys: ['SHA256:old'] } : {}),
            }),
          ),
      };
    },
  },
  proftpd('ProFTPD', {}),
  proftpd('ProFTPD over implicit TLS, without MLSD', { security: 'implicit', facts: false }),
];
