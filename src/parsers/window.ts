import { LINE_BREAKS } from './byte-classes.ts';
import { sliceBytes, wrapBytesMax } from './limits.ts';

/** The bytes still needed, in one piece, and where in the RawFile they stand. */
export class Window {
  bytes: Buffer = Buffer.allocUnsafeSlow(2 * sliceBytes);
  length = 0;
  /** Offset in the RawFile of the first byte. */
  base: number;
  atEnd = false;

  constructor(base: number) {
    this.base = base;
  }

  /** Drops what stands before `keep`, then takes the chunk (copied: the caller may reuse it). Gives how far everything moved. */
  append(chunk: Uint8Array, keep: number): number {
    if (keep > 0) {
      this.bytes.copyWithin(0, keep, this.length);
      this.length -= keep;
      this.base += keep;
    }
    const wanted = this.length + chunk.length;
    // A window grown for one large transaction is given back: it would otherwise stay for the life of the reader.
    if (this.bytes.length > 8 * sliceBytes && wanted < sliceBytes) this.#resize(2 * sliceBytes);
    else if (wanted > this.bytes.length) this.#resize(Math.max(wanted, 2 * this.bytes.length));
    this.bytes.set(chunk, this.length);
    this.length = wanted;
    return keep;
  }

  #resize(size: number): void {
    const other = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(other, 0, 0, this.length);
    this.bytes = other;
  }
}

/** The byte a release character at `at` releases, over a wrapped line's break; -1 when it has not come yet. */
export function releasedAt({ bytes, length, atEnd }: Window, at: number, classes: Uint8Array): number {
  const stop = at + 1 + wrapBytesMax;
  let next = at + 1;
  while (next < length && next < stop && classes[bytes[next] ?? 0] === LINE_BREAKS) next++;
  if (next === stop) return at + 1;
  if (next < length) return next;
  return atEnd ? length - 1 : -1;
}
