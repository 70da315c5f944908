import type { Client, SFTPWrapper } from 'ssh2';
import type { FailureError } from '../../../core/failure.ts';
import { type RefusalReason, RemoteRefusal } from '../../remote/remote-files.ts';
import { type SftpEndpoint, type SftpLogin, unreachable } from './connect.ts';

type Answer<T> = (error: (Error & { code?: number | string }) | null | undefined, value: T) => void;

interface Pending {
  readonly what: string;
  readonly at: number;
  readonly reject: (failure: Error) => void;
}

// draft-ietf-secsh-filexfer-02, 7: SSH_FX_*. Version 3 has no word for "is there already" or "no room": both are FAILURE.
const REASONS: Readonly<Record<number, RefusalReason>> = { 2: 'absent', 3: 'denied', 8: 'unsupported' };

/**
 * Requests of one SFTP connection, each answered in time or failed. ssh2 itself waits for ever, and on a lost connection some of its
 * callbacks never come (its issues 735 and 966).
 */
export class SftpRequests {
  readonly sftp: SFTPWrapper;
  readonly #client: Client;
  readonly #endpoint: SftpEndpoint;
  // In the order they were asked: the first is the oldest, so one timer looks after them all.
  readonly #pending = new Set<Pending>();
  readonly #watch: NodeJS.Timeout;
  #ended: FailureError | null = null;

  constructor({ client, sftp }: SftpLogin, endpoint: SftpEndpoint) {
    this.sftp = sftp;
    this.#client = client;
    this.#endpoint = endpoint;
    this.#watch = setInterval(() => this.#look(), Math.min(1_000, endpoint.timeoutMs / 4));
    this.#watch.unref();
    client.on('error', (error) => this.end(unreachable(endpoint, error.message, error)));
    client.on('close', () => this.end(unreachable(endpoint, 'the connection was lost')));
    sftp.on('error', (error: Error) => this.end(unreachable(endpoint, error.message, error)));
    sftp.on('close', () => this.end(unreachable(endpoint, 'SFTP was closed')));
    sftp.on('end', () => this.end(unreachable(endpoint, 'SFTP was ended')));
  }

  /** Why nothing more can be asked; null while the connection lives. */
  get ended(): FailureError | null {
    return this.#ended;
  }

  /** RemoteRefusal when the server says no; FailureError `partner-unreachable` when it says nothing, or nonsense. */
  ask<T>(what: string, send: (sftp: SFTPWrapper, answer: Answer<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      const pending: Pending = { what, at: performance.now(), reject };
      this.#pending.add(pending);
      send(this.sftp, (error, value) => {
        if (!this.#pending.delete(pending)) return; // given up meanwhile
        if (error) reject(this.#meaningOf(what, error));
        else resolve(value);
      });
    });
  }

  /** As `ask`, where "OK" and nothing else is no answer: ssh2 passes it on, and the failure would look like one of ours. */
  async askFor<T extends object>(
    what: string,
    send: (sftp: SFTPWrapper, answer: Answer<T | undefined>) => void,
  ): Promise<T> {
    const value = await this.ask<T | undefined>(what, send);
    if (value !== undefined) return value;
    throw this.giveUp(`the answer to ${what} is none`);
  }

  /** Lets go of a server that cannot be dealt with; gives the failure to throw. */
  giveUp(why: string): FailureError {
    const failure = unreachable(this.#endpoint, why);
    this.end(failure);
    return failure;
  }

  /** The answer to a request that only succeeds or fails. */
  tell(what: string, send: (sftp: SFTPWrapper, answer: (error?: Error | null) => void) => void): Promise<void> {
    return this.ask<void>(what, (sftp, answer) => send(sftp, (error) => answer(error, undefined)));
  }

  /** Fails what is pending and lets go of the connection. */
  end(failure: FailureError): void {
    if (this.#ended !== null) return;
    this.#ended = failure;
    clearInterval(this.#watch);
    for (const { reject } of this.#pending) reject(failure);
    this.#pending.clear();
    this.#client.destroy();
  }

  #look(): void {
    const [oldest] = this.#pending;
    if (oldest === undefined || performance.now() - oldest.at < this.#endpoint.timeoutMs) return;
    this.end(unreachable(this.#endpoint, `no answer to ${oldest.what} within ${this.#endpoint.timeoutMs} ms`));
  }

  #meaningOf(what: string, error: Error & { code?: number | string }): Error {
    const { code } = error;
    if (typeof code !== 'number') return this.#ended ?? unreachable(this.#endpoint, `${what}: ${error.message}`, error);
    return new RemoteRefusal(REASONS[code] ?? 'failed', `${what}: ${error.message}`);
  }
}
