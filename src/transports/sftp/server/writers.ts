import type { Writing } from './inbox-files.ts';

/** What of a mailbox is taken: as the database said it, with what has happened here since, and what is being written beside it. */
interface Taken {
  askedAt: number;
  byteLength: number;
  fileCount: number;
  writingBytes: number;
  writingCount: number;
}
export type Used = Readonly<Pick<Taken, 'byteLength' | 'fileCount'>>;

/** 2 s: with 100,000 names in a mailbox the sum takes 70 ms, and every upload wants it. */
const usedMs = 2_000;

/**
 * Who writes what, in this process. A name has one writer at a time, and what opens, renames or removes it waits in line: two that went on
 * with one part would write into one file. What is being written counts against its mailbox's quota, else 64 handles would fill it 64 times.
 */
export class Writers {
  readonly #writing = new Map<string, Writing>();
  readonly #lines = new Map<string, Promise<unknown>>();
  readonly #taken = new Map<string, Taken>();

  of(channelId: string, name: string): Writing | undefined {
    return this.#writing.get(keyOf(channelId, name));
  }

  /** Runs `story` when nobody else is at the names. */
  async inTurn<T>(channelId: string, names: readonly string[], story: () => Promise<T>): Promise<T> {
    const keys = [...new Set(names)].map((name) => keyOf(channelId, name));
    // All lines are joined in one go, so two stories about the same names never wait for each other crosswise.
    const before = Promise.all(keys.map((key) => this.#lines.get(key)));
    const ran = before.then(story);
    const settled = ran.then(
      () => undefined,
      () => undefined, // told to whoever ran it
    );
    for (const key of keys) this.#lines.set(key, settled);
    try {
      return await ran;
    } finally {
      for (const key of keys) if (this.#lines.get(key) === settled) this.#lines.delete(key);
    }
  }

  /** What the mailbox holds, what is being written included; asked for anew when that is some time ago, or `fresh` is wanted. */
  async used(channelId: string, ask: () => Promise<Used>, fresh = false): Promise<Used> {
    const known = this.#taken.get(channelId);
    if (known === undefined || fresh || performance.now() - known.askedAt > usedMs) {
      const { byteLength, fileCount } = await ask();
      const { writingBytes = 0, writingCount = 0 } = this.#taken.get(channelId) ?? {};
      this.#taken.set(channelId, { askedAt: performance.now(), byteLength, fileCount, writingBytes, writingCount });
    }
    const { byteLength = 0, fileCount = 0, writingBytes = 0, writingCount = 0 } = this.#taken.get(channelId) ?? {};
    return { byteLength: byteLength + writingBytes, fileCount: fileCount + writingCount };
  }

  /** Begins to count one more writer, after `used`. */
  begin(channelId: string, name: string, writing: Writing): void {
    this.#writing.set(keyOf(channelId, name), writing);
    const taken = this.#taken.get(channelId);
    if (taken !== undefined) taken.writingCount += 1;
  }

  grew(channelId: string, bytes: number): void {
    const taken = this.#taken.get(channelId);
    if (taken !== undefined) taken.writingBytes += bytes;
  }

  /** Ends what `begin` began; `kept` stands in the database by now, in the place of `freedBytes` of a file that had the name (null: none had). */
  end(
    channelId: string,
    name: string,
    writing: Writing,
    {
      grownBytes,
      freedBytes,
      kept,
    }: { readonly grownBytes: number; readonly freedBytes: number | null; readonly kept: boolean },
  ): void {
    const key = keyOf(channelId, name);
    if (this.#writing.get(key) === writing) this.#writing.delete(key);
    const taken = this.#taken.get(channelId);
    if (taken === undefined) return;
    taken.writingBytes -= grownBytes;
    taken.writingCount -= 1;
    if (!kept) return;
    taken.byteLength += grownBytes - (freedBytes ?? 0);
    if (freedBytes === null) taken.fileCount += 1;
  }

  /** A name is gone. */
  removed(channelId: string, byteLength: number): void {
    const taken = this.#taken.get(channelId);
    if (taken === undefined) return;
    taken.byteLength -= byteLength;
    taken.fileCount -= 1;
  }

  usedBytes(channelId: string): number {
    const taken = this.#taken.get(channelId);
    return taken === undefined ? 0 : taken.byteLength + taken.writingBytes;
  }
}

const keyOf = (channelId: string, name: string): string => `${channelId}\0${name}`;
