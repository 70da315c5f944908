import { statfs } from 'node:fs/promises';

/** A second: in it 100 MB may come in, and `wrote` counts those. */
const lookMs = 1_000;

export interface DiskRoomOptions {
  /** Below it nothing more is taken. */
  readonly freeBytesMin: number;
  /** How much is free; never asked for more than once a second. */
  readonly freeBytes: () => Promise<number>;
  /** It became low, or is enough again. */
  readonly onChange: (isLow: boolean, freeBytes: number) => void;
}

/** What of a folder's disk is free for us. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Whether there is room for what partners send. A disk that is filled to its end stops the database too, if it stands there, and then
 * nothing goes any more: so uploads are refused while some is left.
 */
export class DiskRoom {
  readonly #options: DiskRoomOptions;
  #free = Number.POSITIVE_INFINITY;
  #isLow = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
  }

  /** As far as was looked, and written since. */
  get isLow(): boolean {
    return this.#isLow;
  }

  /** Infinity: not known. */
  get freeBytes(): number {
    return this.#free;
  }

  /** Looks, unless that was done within the last second; whether the room is low. Never throws: a disk that cannot be asked has room. */
  async look(): Promise<boolean> {
    if (performance.now() - this.#lookedAt >= lookMs)
      this.#looking ??= this.#ask().finally(() => {
        this.#looking = undefined;
      });
    await this.#looking;
    return this.#isLow;
  }

  /** Counts what goes to the disk until it is looked at again. */
  wrote(bytes: number): void {
    this.#free -= bytes;
    if (this.#free < this.#options.freeBytesMin) this.#judge();
    if (performance.now() - this.#lookedAt >= lookMs) void this.look();
  }

  async #ask(): Promise<void> {
    this.#free = await this.#options.freeBytes().catch(() => Number.POSITIVE_INFINITY);
    this.#lookedAt = performance.now();
    this.#judge();
  }

  #judge(): void {
    const isLow = this.#free < this.#options.freeBytesMin;
    if (isLow === this.#isLow) return;
    this.#isLow = isLow;
    this.#options.onChange(isLow, this.#free);
  }
}
