import { setImmediate } from 'node:timers/promises';
import { memoryBytesMax, pieceBytes } from './limits.ts';

/** Bytes that can be read from the beginning as often as they are asked for. */
export interface Content {
  /** Null: known only at the end. */
  readonly byteLength: number | null;
  bytes(): AsyncIterable<Uint8Array>;
}

/** A content whose length is known. */
export interface SizedContent extends Content {
  readonly byteLength: number;
}

/** Bytes in memory as a content. */
export const contentOf = (...parts: readonly Uint8Array[]): SizedContent => ({
  byteLength: parts.reduce((sum, part) => sum + part.byteLength, 0),
  async *bytes() {
    yield* parts;
  },
});

/** One after the other. */
export function joined(...contents: readonly SizedContent[]): SizedContent {
  return {
    byteLength: contents.reduce((sum, content) => sum + content.byteLength, 0),
    async *bytes() {
      for (const content of contents) yield* content.bytes();
    },
  };
}

/** All of it in one piece; for what is known to be small. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * The same bytes in pieces of at most 64 KiB, and from the first MiB on the event loop is given its turn between two of them: whatever
 * is computed over a large message (3DES: 2.6 ms a piece) then holds up nobody else. A worker thread would do it too, at 30 MB for each.
 */
export async function* unhurried(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const bytes of source)
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      given += piece.byteLength;
      if (given > memoryBytesMax) await setImmediate();
      yield piece;
    }
}
