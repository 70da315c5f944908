import { FailureError } from '../../core/failure.ts';

/** Where a partner's FTPS server is and what we show it. The password is a value here: whoever reads the configuration resolves it. */
export interface FtpsEndpoint {
  readonly host: string;
  readonly port: number;
  /** `explicit`: AUTH TLS on the usual port (RFC 4217). `implicit`: TLS from the first byte, as old servers have it on port 990. */
  readonly security: 'explicit' | 'implicit';
  readonly username: string;
  readonly password: string;
  /** PEM certificates trusted instead of the public authorities: the server's own, pinned, or its authority's. */
  readonly serverCertificates: readonly string[];
  /** The longest wait for the connection, for TLS and login, for each answer, and for the next byte of a transfer. */
  readonly timeoutMs: number;
}

export const placeOf = ({ host, port }: Pick<FtpsEndpoint, 'host' | 'port'>): string => `${host}:${port}`;

export const unreachable = (
  endpoint: Pick<FtpsEndpoint, 'host' | 'port'>,
  why: string,
  cause?: unknown,
): FailureError => new FailureError('partner-unreachable', `${placeOf(endpoint)}: ${why}.`, { cause });

/** What a server said, in one line of readable characters. */
export const firstLineOf = ({ message }: Error): string =>
  (message.split('\n')[0] ?? '').replaceAll(/[^\x20-\x7e\xa0-\uffff]/g, '?').slice(0, 200);
