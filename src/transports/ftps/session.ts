import { PassThrough, Readable } from 'node:stream';
import { type Client, FTPError } from 'basic-ftp';
// Not of the library's front door, which can only hold a listing whole: hence its exact version in package.json.
import { ProgressTracker } from 'basic-ftp/dist/ProgressTracker.js';
import { downloadTo } from 'basic-ftp/dist/transfer.js';
import { FailureError } from '../../core/failure.ts';
import { RemoteRefusal } from '../remote/remote-files.ts';
import { CertificateRefused, type FtpsLogin, isOfCertificate } from './connect.ts';
import { handshakeOf } from './data-connection.ts';
import { type FtpsEndpoint, firstLineOf, unreachable } from './endpoint.ts';
import { pagesOf } from './listing.ts';
import { refusalOf } from './refusal.ts';

/*
 * FTP answers one command after the other, so whoever shares the connection waits for his turn; a transfer holds it to its end. One that is
 * broken off takes the connection with it: what the server still has to say of it would be taken for the answer to the next command.
 */
export class FtpsSession {
  readonly features: ReadonlySet<string>;
  readonly endpoint: FtpsEndpoint;
  readonly #client: Client;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ client, features }: FtpsLogin, endpoint: FtpsEndpoint) {
    this.#client = client;
    this.features = features;
    this.endpoint = endpoint;
  }

  get isLost(): boolean {
    return this.#client.closed;
  }

  close(): void {
    this.#client.close();
  }

  inTurn<T>(story: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(story);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** A turn that lasts until what is given is called. */
  async turn(): Promise<() => void> {
    let end: () => void = () => undefined;
    const whole = new Promise<void>((resolve) => {
      end = resolve;
    });
    await new Promise<void>((resolve) => {
      void this.inTurn(() => {
        resolve();
        return whole;
      });
    });
    return end;
  }

  /** What the server says to a command. RemoteRefusal when it is no; FailureError `partner-unreachable` when it is nothing, or nonsense. */
  async ask(what: string, command: string): Promise<string> {
    this.#expectAlive();
    try {
      return (await this.#client.send(command)).message;
    } catch (error) {
      throw this.#meaningOf(what, error);
    }
  }

  /** STOR: the bytes sent, of which the server has said that it has them. */
  async store(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    let sent = 0;
    let ours: unknown;
    const { ftp } = this.#client;
    const source = Readable.from(
      (async function* () {
        const iterator = bytes[Symbol.asyncIterator]();
        try {
          while (true) {
            // Only what giving them throws is ours: a connection that breaks is thrown in at the yield.
            const next = await iterator.next().catch((error: unknown) => {
              ours = error;
              throw error;
            });
            if (next.done === true) break;
            sent += next.value.byteLength;
            yield next.value;
          }
        } finally {
          await iterator.return?.();
        }
        await handshakeOf(ftp.dataSocket); // an empty file is over before it
      })(),
      { objectMode: false },
    );
    try {
      this.#expectAlive();
      await this.#client.uploadFrom(source, path);
      return sent;
    } catch (error) {
      source.destroy();
      if (ours === undefined) throw this.#meaningOf('STOR', error);
      this.#client.close(); // else the server would take what has come for the whole
      throw ours;
    }
  }

  /** A listing, line by line, in pages. */
  async *pages(what: string, command: string): AsyncGenerator<readonly string[]> {
    try {
      yield* pagesOf(this.transfer(what, command));
    } catch (error) {
      throw this.#meaningOf(what, error);
    }
  }

  /** The bytes of one transfer; ends only when the server has said that it was whole. */
  async *transfer(what: string, command: string): AsyncGenerator<Uint8Array> {
    this.#expectAlive();
    const { ftp } = this.#client;
    const bytes = new PassThrough();
    let isWhole = false;
    try {
      await this.#client.prepareTransfer(ftp);
      let failure: unknown;
      const ended = downloadTo(bytes, {
        ftp,
        tracker: new ProgressTracker(),
        command,
        remotePath: what,
        type: 'download',
      })
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => bytes.end());
      try {
        yield* bytes;
      } catch (error) {
        failure ??= error;
      }
      await ended;
      if (failure !== undefined) throw failure;
      isWhole = true;
    } catch (error) {
      // A refusal came instead of a transfer: the connection is as good as before.
      isWhole = error instanceof FTPError;
      throw this.#meaningOf(what, error);
    } finally {
      bytes.destroy();
      if (!isWhole) this.#client.close();
    }
  }

  #expectAlive(): void {
    if (this.isLost) throw unreachable(this.endpoint, 'the connection was lost');
  }

  /** An answer that is none: what comes after it cannot be trusted either. */
  nonsense(what: string, message: string): FailureError {
    this.#client.close();
    return unreachable(this.endpoint, `no sense in the answer to ${what}: ${message.slice(0, 100)}`);
  }

  #meaningOf(what: string, error: unknown): Error {
    if (error instanceof FailureError || error instanceof RemoteRefusal) return error;
    const refusal = refusalOf(what, error);
    if (refusal !== undefined) return refusal;
    const message = error instanceof Error ? firstLineOf(error) : String(error);
    this.#client.close();
    // Of a data connection: somebody took its place, or the partner's server has two. A person must look, as at the control connection's.
    if (isOfCertificate(error)) return new CertificateRefused(this.endpoint, error);
    return unreachable(this.endpoint, `${what}: ${message}`, error);
  }
}
