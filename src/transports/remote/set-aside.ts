import type { Clock } from '../../core/clock.ts';
import { remoteSetAsideMax } from '../limits.ts';

const restMs = 60_000;
const restMsMax = 60 * 60_000;

/** Files that stand in nobody's way for a while: refused ones for good, failed ones for a minute, then two, then four… */
export class SetAside {
  readonly #clock: Clock;
  readonly #until = new Map<string, { readonly atMs: number; readonly failures: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(key: string): boolean {
    const found = this.#until.get(key);
    return found !== undefined && this.#clock.now().getTime() < found.atMs;
  }

  refuse(key: string): void {
    this.#put(key, { atMs: Number.POSITIVE_INFINITY, failures: 0 });
  }

  /** The first two failures cost nothing: most are over at the next look. */
  failed(key: string): void {
    const failures = (this.#until.get(key)?.failures ?? 0) + 1;
    const rest = failures < 3 ? 0 : Math.min(restMs * 2 ** (failures - 3), restMsMax);
    this.#put(key, { atMs: this.#clock.now().getTime() + rest, failures });
  }

  forget(key: string): void {
    this.#until.delete(key);
  }

  #put(key: string, value: { readonly atMs: number; readonly failures: number }): void {
    this.#until.delete(key);
    this.#until.set(key, value);
    const [eldest] = this.#until.keys();
    if (this.#until.size > remoteSetAsideMax && eldest !== undefined) this.#until.delete(eldest);
  }
}
