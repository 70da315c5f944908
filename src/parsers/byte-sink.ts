import { writtenChunkBytes } from './limits.ts';

/** Bytes gathered into chunks. What is full is taken with `chunks`; nothing else is held. */
export class ByteSink {
  protected buffer = new Uint8Array(writtenChunkBytes + 4096);
  protected length = 0;
  #flushed = 0;
  #full: Uint8Array[] = [];

  /** Bytes written so far, those taken away included. */
  get byteOffset(): number {
    return this.#flushed + this.length;
  }

  /** The chunks that are full; with `all`, everything. */
  *chunks(all = false): Iterable<Uint8Array> {
    if (this.length >= writtenChunkBytes || (all && this.length > 0)) this.#flush();
    if (this.#full.length === 0) return;
    const full = this.#full;
    this.#full = [];
    yield* full;
  }

  /** One byte, unchecked. */
  raw(byte: number): void {
    if (this.length === this.buffer.length) this.room(1);
    this.buffer[this.length++] = byte;
  }

  /** Makes room for so many; the buffer may be another one afterwards. */
  protected room(wanted: number): void {
    if (this.length + wanted <= this.buffer.length) return;
    this.#flush();
    if (wanted > this.buffer.length) this.buffer = new Uint8Array(wanted + 4096);
  }

  #flush(): void {
    if (this.length > 0) this.#full.push(this.buffer.slice(0, this.length));
    this.#flushed += this.length;
    this.length = 0;
  }
}
