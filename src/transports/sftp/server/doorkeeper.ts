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
 * What counts as one address: of IPv6 the /64, for whoever has one address there has all 2^64 of them (RFC 6177, 2).
 */
export function addressOf(remote: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (mapped !== undefined) return mapped;
  if (!remote.includes(':')) return remote;
  const [head = '', tail] = remote.toLowerCase().replace(/%.*$/, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

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

  /** No room for one more: somebody has to leave first. */
  get isFull(): boolean {
    return this.#connectionCount >= sftpConnectionsMax;
  }

  /** Whether a connection from there is taken; if so, `leave` must be called when it ends. */
  enter(address: string): boolean {
    const count = this.#connections.get(address) ?? 0;
    if (count >= sftpConnectionsPerAddressMax || this.isBarred(address)) return false;
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
