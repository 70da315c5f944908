import type { Clock } from '../../../core/clock.ts';
import {
  sftpBarredMs,
  sftpConnectionsMax,
  sftpConnectionsPerAccountMax,
  sftpConnectionsPerAddressMax,
  sftpFailuresBarred,
  sftpFailuresSlowed,
} from '../../limits.ts';

const addressesMax = 10_000;

/**
 * Who may come in, by address: an address that guesses is slowed, then barred, and nobody else is. Accounts are not locked: whoever
 * knows a name could else lock its owner out.
 */
export class Doorkeeper {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { count: number; lastMs: number }>();
  readonly #connections = new Map<string, number>();
  readonly #accounts = new Map<string, number>();
  #connectionCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a connection from there is taken; if so, `left` must be called when it ends. */
  enter(address: string): boolean {
    const count = this.#connections.get(address) ?? 0;
    if (this.#connectionCount >= sftpConnectionsMax || count >= sftpConnectionsPerAddressMax || this.isBarred(address))
      return false;
    this.#connections.set(address, count + 1);
    this.#connectionCount += 1;
    return true;
  }

  leave(address: string): void {
    this.#connectionCount -= 1;
    lower(this.#connections, address);
  }

  /** Whether one more connection of the account is taken; if so, `leaveAccount` must be called. */
  enterAccount(channelId: string): boolean {
    const count = this.#accounts.get(channelId) ?? 0;
    if (count >= sftpConnectionsPerAccountMax) return false;
    this.#accounts.set(channelId, count + 1);
    return true;
  }

  leaveAccount(channelId: string): void {
    lower(this.#accounts, channelId);
  }

  isBarred(address: string): boolean {
    return this.failureCountOf(address) >= sftpFailuresBarred;
  }

  failureCountOf(address: string): number {
    const found = this.#failures.get(address);
    if (found === undefined) return 0;
    if (this.#clock.now().getTime() - found.lastMs < sftpBarredMs) return found.count;
    this.#failures.delete(address);
    return 0;
  }

  /** Counts a wrong login; gives how many milliseconds its answer is to be held back. */
  failed(address: string): number {
    const count = this.failureCountOf(address) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, lastMs: this.#clock.now().getTime() });
    const [eldest] = this.#failures.keys();
    if (this.#failures.size > addressesMax && eldest !== undefined) this.#failures.delete(eldest);
    return count <= sftpFailuresSlowed ? 300 : Math.min(300 * 2 ** (count - sftpFailuresSlowed), 10_000);
  }

  /** A right login: what went wrong before it was a typing error. */
  succeeded(address: string): void {
    this.#failures.delete(address);
  }
}

function lower(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 1) - 1;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
