import { remoteBytesPerSecondMin, remoteTrickleMs } from '../../limits.ts';

/** Notices a server that answers every request in time, with a byte: it would hold a poller for years. */
export class Trickle {
  readonly #now: () => number;
  #bytes = 0;
  #since: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** Bytes came; true: over the last minute they were too few. */
  came(byteLength: number): boolean {
    this.#bytes += byteLength;
    const elapsedMs = this.#now() - this.#since;
    if (elapsedMs < remoteTrickleMs) return false;
    const isTooSlow = this.#bytes * 1_000 < remoteBytesPerSecondMin * elapsedMs;
    this.restart();
    return isTooSlow;
  }

  /** We ourselves were busy: that time is not the server's. */
  restart(): void {
    this.#bytes = 0;
    this.#since = this.#now();
  }
}
