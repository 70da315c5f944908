/** Bytes of a stream, asked for as they are needed. What it gives may be views into its buffer: whoever keeps them copies them. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** What is here already. */
  get here(): Buffer {
    return this.#buffer.subarray(this.#at);
  }

  /** Adds the next piece to what is here; false at the end. */
  async more(): Promise<boolean> {
    while (!this.#ended) {
      const next = await this.#pieces.next();
      if (next.done === true) {
        this.#ended = true;
        break;
      }
      if (next.value.byteLength === 0) continue;
      const piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
      this.#buffer = this.#at === this.#buffer.length ? piece : Buffer.concat([this.here, piece]);
      this.#at = 0;
      return true;
    }
    return false;
  }

  /** Reads until `count` bytes are here; false when the stream ends before. */
  async have(count: number): Promise<boolean> {
    while (this.#buffer.length - this.#at < count) if (!(await this.more())) return false;
    return true;
  }

  /** Takes up to `count` of the bytes that are here. */
  take(count: number): Buffer {
    const taken = this.#buffer.subarray(this.#at, this.#at + count);
    this.#at += taken.length;
    return taken;
  }

  /** Everything that is left, piece by piece. */
  async *rest(): AsyncGenerator<Buffer> {
    do {
      if (this.here.length > 0) yield this.take(this.here.length);
    } while (await this.more());
  }

  /** Ends the source early, so that a file or socket behind it is let go. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
