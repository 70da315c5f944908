import type { Writing } from './inbox-files.ts';

/** What of a mailbox is taken: as it stands in the database, and what is being written beside it. */
interface Taken {
  byteLength: number;
  fileCount: number;
  writingBytes: number;
  writingCount: number;
}

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

  /** Begins to count one more writer; `used` is what the database said a moment ago. */
  begin(
    channelId: string,
    name: string,
    writing: Writing,
    used: { readonly byteLength: number; readonly fileCount: number },
  ): void {
    this.#writing.set(keyOf(channelId, name), writing);
    const { writingBytes = 0, writingCount = 0 } = this.#taken.get(channelId) ?? {};
    this.#taken.set(channelId, { ...used, writingBytes, writingCount: writingCount + 1 });
  }

  grew(channelId: string, bytes: number): void {
    const taken = this.#taken.get(channelId);
    if (taken !== undefined) taken.writingBytes += bytes;
  }

  /** Ends what `begin` began; `kept` stands in the database by now. */
  end(channelId: string, name: string, writing: Writing, grownBytes: number, kept: boolean): void {
    const key = keyOf(channelId, name);
    if (this.#writing.get(key) === writing) this.#writing.delete(key);
    const taken = this.#taken.get(channelId);
    if (taken === undefined) return;
    taken.writingBytes -= grownBytes;
    taken.writingCount -= 1;
    if (kept) taken.byteLength += grownBytes;
    if (kept) taken.fileCount += 1;
    if (taken.writingCount === 0) this.#taken.delete(channelId);
  }

  /** What the mailbox holds, what is being written included. */
  usedBytes(channelId: string): number {
    const taken = this.#taken.get(channelId);
    return taken === undefined ? 0 : taken.byteLength + taken.writingBytes;
  }

  writingCount(channelId: string): number {
    return this.#taken.get(channelId)?.writingCount ?? 0;
  }
}

const keyOf = (channelId: string, name: string): string => `${channelId}\0${name}`;
